"""Messages between the host and a machine: JSON objects, each after its length in 4 bytes.

Both sides read this file; it needs nothing but the standard library.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

LIMIT = 16 << 20
"""Bytes of one message. More is no message of ours."""


class WireError(Exception):
    """The other side is gone, or speaks no language of ours."""


class Wire:
    """One end of the conversation, on an open descriptor that the caller closes.

    Where several processes send on it, each locks the open file `lock` meanwhile.
    """

    def __init__(self, descriptor: int, lock: int | None = None) -> None:
        self._descriptor = descriptor
        self._lock = lock
        self._buffer = bytearray()

    def fileno(self) -> int:
        """The descriptor, for select, which does not know of what is `waiting` here already."""
        return self._descriptor

    @property
    def waiting(self) -> bool:
        """Whether something of the next message was read with the last one."""
        return bool(self._buffer)

    def send(self, **message: Any) -> None:
        data = json.dumps(message).encode()
        left = memoryview(len(data).to_bytes(4, "big") + data)
        try:
            with self._turn():
                while left:
                    left = left[os.write(self._descriptor, left) :]
        except OSError as error:
            raise WireError(f"nobody listens: {error}") from error

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Nobody else sends meanwhile. The lock is a process's own (lockf), also after a fork."""
        if self._lock is None:
            yield
            return
        fcntl.lockf(self._lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self._lock, fcntl.LOCK_UN)

    def receive(self, seconds: float | None = None) -> dict[str, Any]:
        """The next message. Raises WireError at the end of the conversation, TimeoutError."""
        deadline = None if seconds is None else time.monotonic() + seconds
        length = int.from_bytes(self._take(4, deadline), "big")
        if length > LIMIT:
            raise WireError(f"a message of {length} bytes")
        try:
            message = json.loads(self._take(length, deadline))
        except (ValueError, RecursionError) as error:
            raise WireError("a message that is not JSON") from error
        if not isinstance(message, dict):
            raise WireError("a message that is no object")
        return message

    def _take(self, count: int, deadline: float | None) -> bytes:
        while len(self._buffer) < count:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not select.select([self._descriptor], [], [], left)[0]:
                raise TimeoutError
            try:
                data = os.read(self._descriptor, 1 << 16)
            except OSError as error:
                raise WireError(f"nobody answers: {error}") from error
            if not data:
                raise WireError("the other side is gone")
            self._buffer += data
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken
