"""One command, as a process of its own, and how long it took."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Collection
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(
    command: list[str], expected: str = "", statuses: Collection[int] = (0,)
) -> tuple[float, str]:
    """Run `command`; return its wall time in s and what it printed, with `expected` in that.

    The command finds the tools of .venv, as do those that it starts. Exits where the command ends
    with none of `statuses`, or has not printed `expected`.
    """
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    started = time.perf_counter()
    done = subprocess.run(
        command,
        env=os.environ | {"PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=ROOT,
        check=False,
    )
    spent, printed = time.perf_counter() - started, done.stdout.decode(errors="replace")
    if done.returncode not in statuses or expected not in printed:
        sys.exit(f"{command} ended with {done.returncode}:\n{printed}")
    return spent, printed
