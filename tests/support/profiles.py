"""The profile of a real grading."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from grader.base.profile import Span, read_chrome_trace
from tests.support.checkout import ROOT


def profile_of(
    lab: str, kernel: str, file: Path, submission: str = "solutions"
) -> tuple[list[Span], str]:
    """Grade the solution of `lab`, or a `submission`, on `kernel`: the profile, and the screen."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "grader", "grade", lab, "--submission", submission),
            *("--kernel", kernel, "--lang", "en", "--profile", str(file)),
        ],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 3), done.stdout + done.stderr
    return read_chrome_trace(file.read_text()), done.stdout


def by_process(spans: list[Span]) -> dict[str, set[str]]:
    """Return the names of the spans of each kind of process."""
    found: dict[str, set[str]] = {}
    for each in spans:
        found.setdefault(re.sub(r" \d+$", "", each.lane), set()).add(each.name)
    return found
