"""Read from the git repository of a checkout."""

from __future__ import annotations

import subprocess
from pathlib import Path


def git(root: Path, *arguments: str) -> bytes:
    """Run git in the checkout `root`, and return what it prints; nothing where git fails.

    Git may not write: under sudo the checkout is another user's, and an index that root renewed
    would belong to root.
    """
    # The code of this checkout runs already, so its repository is trusted, but to run no commands.
    trusted = ("-c", f"safe.directory={root}", "-c", "core.fsmonitor=false")
    command = ["git", "--no-optional-locks", "-C", str(root), *trusted, *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        return b""
    return done.stdout if done.returncode == 0 else b""
