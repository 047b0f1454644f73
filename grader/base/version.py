"""Which grader this is: a mark has to say what made it."""

from __future__ import annotations

import subprocess
from importlib.metadata import PackageNotFoundError, version

from grader.base.paths import ROOT

_CODE = ("grader", "bpf_templates", "exercises/*/test_*.py", "exercises/*/conftest.py")
"""What decides a verdict. The rest of a checkout is the student's, and changes all the time."""


def grader_version() -> dict[str, str]:
    """The version and the commit of this checkout; "" for what is unknown.

    The commit has "-dirty" after it where code that judges is not as it was committed.
    """
    try:
        released = version("labebpf")
    except PackageNotFoundError:  # In a virtual machine.
        released = ""
    commit = _git("rev-parse", "HEAD")
    if commit and _git("status", "--porcelain", "--", *_CODE):
        commit += "-dirty"
    return {"version": released, "commit": commit}


def _git(*arguments: str) -> str:
    """What git prints; "" where it fails, or is not there."""
    # With sudo the checkout is another user's, whose code this is already.
    command = ["git", "-C", str(ROOT), "-c", f"safe.directory={ROOT}", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
