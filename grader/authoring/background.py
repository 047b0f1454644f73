"""What else runs on a machine while something is graded."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

BURN = "import os\nwhile os.getppid() != 1:\n    sum(range(100000))\n"


@contextmanager
def beside(code: str, count: int) -> Iterator[None]:
    """Run `count` processes of the Python `code` while the block runs.

    `code` has to end once its parent's id is 1: this process may be killed.
    """
    children = [subprocess.Popen([sys.executable, "-I", "-c", code]) for _ in range(count)]
    try:
        yield
    finally:
        for child in children:
            child.terminate()
            child.wait()
