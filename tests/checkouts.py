"""A copy of the checkout, in which a student works; and the command as it is run there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_PARTS = ("grader", "exercises", "solutions", "bpf_templates", "conftest.py", "pyproject.toml")
_IGNORED = shutil.ignore_patterns("__pycache__")


def copy(folder: Path) -> Path:
    """The checkout once more, as `folder`; nobody has worked in it."""
    folder.mkdir()
    for part in _PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=_IGNORED)
        else:
            shutil.copy(ROOT / part, folder)
    return folder


def command(*arguments: str) -> list[str]:
    """`labebpf` of the checkout in which it is run."""
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
