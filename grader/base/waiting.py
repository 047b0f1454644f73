"""Wait until a deadline: for a line from another process, for a folder that is in use."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from pathlib import Path


class Lines:
    """The lines that another process writes to `descriptor`, a pipe or a socket."""

    def __init__(self, descriptor: int, limit: int = 16 << 20) -> None:
        """Prepare to read lines of at most about `limit` bytes each from `descriptor`."""
        self._descriptor = descriptor
        self._limit = limit
        self._rest = bytearray()

    def next(self, deadline: float) -> bytes:
        """Return the next line, without its end. `deadline` is a time of time.monotonic(), in s.

        Raises TimeoutError at the deadline, EOFError when no whole line is left, and ValueError
        when the line is too long.
        """
        end = self._rest.find(b"\n")
        while end < 0:
            if len(self._rest) > self._limit:
                raise ValueError("a line without an end")
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._descriptor], [], [], left)[0]:
                raise TimeoutError
            try:
                data = os.read(self._descriptor, 1 << 16)
            except ConnectionResetError:
                data = b""
            if not data:
                raise EOFError
            known = len(self._rest)
            self._rest += data
            end = self._rest.find(b"\n", known)
        line = bytes(self._rest[:end])
        del self._rest[: end + 1]
        return line


def remove_folder(
    folder: Path, seconds: float = 5.0, first: Callable[[], object] = lambda: None
) -> bool:
    """Call `first` and remove an empty folder, again until it is gone.

    The kernel may hold the folder busy for a moment. Returns False if the folder still exists
    after `seconds`.
    """
    deadline = time.monotonic() + seconds
    while True:
        first()
        try:
            folder.rmdir()
        except FileNotFoundError:
            return True
        except OSError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.002)
        else:
            return True
