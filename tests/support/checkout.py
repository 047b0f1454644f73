"""A copy of the checkout, in which a student works; and the command as it is run there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from grader.authoring.answers import KINDS

ROOT = Path(__file__).resolve().parents[2]
PARTS = (
    *("grader", "exercises", "solutions", "bpf_templates"),
    *("conftest.py", "pyproject.toml", "course.toml"),
)
NOBODY = 65534
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
"""What to put before a command of root's, so that it runs without any privilege."""
_IGNORED = shutil.ignore_patterns("__pycache__", *KINDS)


def copy(folder: Path, parts: Sequence[str] = PARTS) -> Path:
    """Copy `parts` of the checkout into `folder`, without known answers."""
    folder.mkdir(exist_ok=True)
    for part in parts:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=_IGNORED)
        else:
            shutil.copy(ROOT / part, folder)
    return folder


def copy_solution(lab: str, folder: Path) -> Path:
    """Copy the solution of `lab` into `folder` as a hand-in, without anything else beside it."""
    beside = shutil.ignore_patterns("__pycache__", "mutants.toml", *KINDS)
    return shutil.copytree(ROOT / "solutions" / lab, folder, ignore=beside, dirs_exist_ok=True)


def command(*arguments: str) -> list[str]:
    """Return the command line of `labebpf`, of the checkout in which it is run."""
    return [sys.executable, "-B", "-m", "grader", *arguments]


def labebpf(
    checkout: Path, *arguments: str, said: str = "", prefix: tuple[str, ...] = (), **more: str
) -> subprocess.CompletedProcess[str]:
    """Run it to its end, with `said` typed in and `more` in its environment."""
    return subprocess.run(
        [*prefix, *command(*arguments)],
        cwd=checkout,
        env={"PATH": os.environ["PATH"]} | more,
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )
