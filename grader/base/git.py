"""What git knows of a checkout."""

from __future__ import annotations

import subprocess
from pathlib import Path


def git(root: Path, *arguments: str) -> bytes:
    """Read from the repository of the checkout `root`: what git prints.

    Nothing where git fails, or is not there. Nothing is written: with sudo the checkout is another
    user's, and an index that root had renewed would be root's.
    """
    # Whose code this is already: its repository is trusted as well, but to run commands.
    trusted = ("-c", f"safe.directory={root}", "-c", "core.fsmonitor=false")
    command = ["git", "--no-optional-locks", "-C", str(root), *trusted, *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        return b""
    return done.stdout if done.returncode == 0 else b""
