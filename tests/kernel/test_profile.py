"""Where the time of a real grading goes: each process, and each wait, is in its profile."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from grader.base.git import git
from grader.labs import find_labs
from tests.support.checkout import ROOT
from tests.support.profiles import by_process, profile_of

BOUNDS = ROOT / "bench" / "bounds.json"
COUNTED = {
    "loader compile": "compilations",
    "grader starts a sandbox": "sandboxes",
    "grader bpftool": "runs of bpftool",
    "grader makes a trace instance": "trace instances",
}
"""What takes long each time, by process and name."""


def test_the_profile_has_each_process_and_what_was_waited_for(tmp_path: Path) -> None:
    spans, table = profile_of("lab2", "native", tmp_path / "profile.json")
    found = by_process(spans)
    assert {"ready", "compile", "load", "attach", "collect"} <= found["loader"]
    assert {"starts, and waits", "compiles, loads, attaches"} <= found["script"]
    assert "attach" in found["witness"]
    assert "calls" in found["workload"]
    assert {"takes the kernel", "judges 2.1", "judges 2.5"} <= found["grader"]
    assert {"waits for the loader", "waits for the script to print"} <= found["grader"]
    assert min(each.start for each in spans) == 0
    assert all(each.start <= each.end for each in spans)
    assert "waits for the loader" in table


@pytest.mark.parametrize("lab", find_labs(ROOT / "exercises"))
def test_a_grading_does_no_more_than_it_did(lab: str, tmp_path: Path) -> None:
    """What is counted does not hang on how busy the machine is, as seconds do."""
    spans, _ = profile_of(lab, "native", tmp_path / "profile.json")
    done = Counter(f"{re.sub(r'[ ,].*', '', each.lane)} {each.name}" for each in spans)
    counted = {name: done[key] for key, name in COUNTED.items()}
    bounds = json.loads(BOUNDS.read_text())
    assert lab in bounds, f"{BOUNDS} has no bounds for {lab}. Write what was counted: {counted}"
    since = git(ROOT, "log", "-1", "--format=%h", "--", str(BOUNDS)).decode().strip()
    for name, most in bounds[lab].items():
        assert counted[name] <= most, (
            f"{name} of {lab}: {counted[name]}, and {most} since {since}."
            f" One of these does more, see `grade --profile`: git log {since}.. -- grader exercises"
        )
