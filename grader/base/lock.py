"""Locks on files, for one process at a time; the kernel releases them when their holder ends."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def acquire_lock(path: Path, waiting: Callable[[], None] = lambda: None) -> int:
    """Lock the file or folder `path`, and return the descriptor that holds the lock.

    A missing file is made. While another process holds the lock this one waits; when that takes
    more than a second it calls `waiting` once. A process that inherits the descriptor holds the
    lock too (flock(2)). Raises OSError where the file cannot be made.
    """
    flags = os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT
    descriptor = os.open(path, flags | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not _lock_within(descriptor, 1):
                waiting()
                fcntl.flock(descriptor, fcntl.LOCK_EX)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


@contextmanager
def locked(path: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[int]:
    """Hold the lock on `path` within the block, which gets the descriptor that holds it."""
    descriptor = acquire_lock(path, waiting)
    try:
        yield descriptor
        # A child that was forked in the block may have the descriptor for another moment.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


@contextmanager
def locked_within(path: Path, seconds: float) -> Iterator[None]:
    """Wait up to `seconds` for the lock on `path`, then run the block with or without it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock_within(descriptor, seconds)
        yield
    finally:
        os.close(descriptor)


def _lock_within(descriptor: int, seconds: float) -> bool:
    """Lock what is open as `descriptor`, if it is free within `seconds`; whether it was."""
    # flock(2) knows no deadline; flock(1) does, and locks what it shares with its parent.
    command = ["flock", "--wait", str(seconds), str(descriptor)]
    return subprocess.run(command, pass_fds=[descriptor], check=False).returncode == 0
