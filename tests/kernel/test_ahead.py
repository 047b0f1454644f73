"""What a native grading begins while pytest loads, and what ends it where it was in vain."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from grader.base.profile import read_chrome_trace
from tests.support.checkout import ROOT
from tests.support.profiles import profile_of


def test_processes_import_bcc_while_pytest_loads(tmp_path: Path) -> None:
    spans, _ = profile_of("lab2", "native", tmp_path / "profile.json")
    (collected,) = (each.start for each in spans if each.name == "collects the checks")
    started = [each.start for each in spans if each.name == "starts a sandbox"]
    assert len(started) == 3 and max(started) < collected  # Its program in two builds, its script.


@pytest.mark.parametrize(
    "arguments",
    [
        ("exercises/lab0", "--collect-only"),
        ("tests/unit/test_text.py", "--kernel=native"),
        ("exercises/lab0", "--kernel=vm", "-m", "task(id='none')"),
    ],
    ids=" ".join,
)
def test_nothing_is_begun_that_is_no_native_grading(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    profile = tmp_path / "profile.json"
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--profile", str(profile), *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    done = {each.name for each in read_chrome_trace(profile.read_text())}
    assert "collects the checks" in done
    assert "takes the kernel" not in done
