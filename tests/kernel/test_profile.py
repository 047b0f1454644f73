"""Where the time of a real grading goes: each process, and each wait, is in its profile."""

from __future__ import annotations

from pathlib import Path

from tests.support.profiles import by_process, profile_of


def test_the_profile_has_each_process_and_what_was_waited_for(tmp_path: Path) -> None:
    spans, table = profile_of("lab2", "native", tmp_path / "profile.json")
    found = by_process(spans)
    assert {"ready", "compile", "load", "attach", "collect"} <= found["loader"]
    assert {"starts, and waits", "runs"} <= found["script"]
    assert "attach" in found["witness"]
    assert "calls" in found["workload"]
    assert {"takes the kernel", "judges 2.1", "judges 2.5"} <= found["grader"]
    assert {"waits for the loader", "waits for the script to print"} <= found["grader"]
    assert min(each.start for each in spans) == 0
    assert all(each.start <= each.end for each in spans)
    assert "waits for the loader" in table
