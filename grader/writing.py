"""Writing a person's files: in one step, and they stay that person's."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def put(path: Path, data: bytes) -> None:
    """Write `path` in one step, with the mode and the owner that it had; a new one is its folder's.

    With sudo in a user's checkout it stays that user's. Raises OSError.
    """
    try:
        before = path.lstat()
        mode, owner = before.st_mode & 0o777, (before.st_uid, before.st_gid)
    except FileNotFoundError:
        around = path.parent.stat()
        mode, owner = 0o644, (around.st_uid, around.st_gid)
    descriptor, fresh = tempfile.mkstemp(prefix=".labebpf-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            os.fchmod(descriptor, mode)
            if os.geteuid() == 0:
                os.fchown(descriptor, *owner)
        os.replace(fresh, path)
    except BaseException:
        os.unlink(fresh)
        raise
