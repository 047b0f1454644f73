"""Write a person's files in one step; under sudo they still belong to that person."""

from __future__ import annotations

import os
import tempfile
from datetime import datetime
from pathlib import Path


def put(path: Path, data: bytes) -> None:
    """Write `data` to `path` in one step, and leave its mode and owner as they were.

    A new file gets the owner of its folder. Raises OSError.
    """
    there = path.is_file() and not path.is_symlink()
    before = path.stat() if there else path.parent.stat()
    mode, owner = before.st_mode & 0o777 if there else 0o644, (before.st_uid, before.st_gid)
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


def make_folder(folder: Path, *, new: bool = False) -> None:
    """Make `folder` and the folders above it, where they are missing, for the owner above.

    Raises OSError; with `new` also where `folder` exists.
    """
    if folder.is_dir() and not new:
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=not new)
    if os.geteuid() == 0:
        around = folder.parent.stat()
        os.chown(folder, around.st_uid, around.st_gid)


def give_back(folder: Path) -> None:
    """Give what root made in `folder`, and `folder` itself, to the owner of the folder above."""
    if os.geteuid() != 0 or not folder.is_dir():
        return
    around = folder.parent.stat()
    for _, folders, files, here in os.fwalk(folder):
        for name in (".", *folders, *files):
            if os.stat(name, dir_fd=here, follow_symlinks=False).st_uid == 0:
                os.chown(name, around.st_uid, around.st_gid, dir_fd=here, follow_symlinks=False)


def back_up(path: Path) -> Path:
    """Copy `path` to a new file beside it, named by the time, and return the path of the copy.

    No other file is overwritten. Raises OSError.
    """
    data, before = path.read_bytes(), path.stat()
    name, number = f"{path.name}.bak-{datetime.now():%Y%m%d-%H%M%S}", 1
    while True:
        backup = path.with_name(name if number == 1 else f"{name}-{number}")
        try:
            with backup.open("xb") as file:
                file.write(data)
                os.fchmod(file.fileno(), before.st_mode & 0o777)
                if os.geteuid() == 0:
                    os.fchown(file.fileno(), before.st_uid, before.st_gid)
            return backup
        except FileExistsError:
            number += 1
