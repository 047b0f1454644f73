"""Read from the git repository of a checkout."""

from __future__ import annotations

import subprocess
from pathlib import Path


def git_command(root: Path, *options: str) -> list[str]:
    """Return how git is called in the folder `root`, with further `options` of git's own.

    Its repository is trusted, whoever it belongs to, but to run no commands.
    """
    trusted = ("-c", f"safe.directory={root.resolve()}", "-c", "core.fsmonitor=false")
    return ["git", "--no-optional-locks", *options, "-C", str(root), *trusted]


def git(root: Path, *arguments: str) -> bytes:
    """Run git in the checkout `root`, and return what it prints; nothing where git fails.

    Git may not write: under sudo the checkout is another user's, and an index that root renewed
    would belong to root.
    """
    command = [*git_command(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        return b""
    return done.stdout if done.returncode == 0 else b""
