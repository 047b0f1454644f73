"""What a script finds at the place of trace_pipe: a FIFO, into which the grader puts lines."""

from __future__ import annotations

import errno
import fcntl
import os
import sys
import termios
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol


class LineSource(Protocol):
    """What a script's trace_pipe gives: there may be more of it when `fileno` is readable."""

    given: int
    """How many messages it has given that are not blank."""

    def fileno(self) -> int: ...

    def read(self) -> bytes: ...


class TracePipe:
    """The FIFO at `path`, once a script opens it. What `source()` gives then goes into it."""

    def __init__(self, path: Path) -> None:
        self.source: Callable[[], LineSource] | None = None
        self._path = path
        self._open: LineSource | None = None
        self._sink = -1
        self._unread = b""

    def open(self) -> None:
        """Open the source, and this end of the FIFO, once the script has the FIFO open or waits."""
        if self.source is None:
            return
        try:
            probe = os.open(self._path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            if error.errno == errno.ENXIO:
                return  # Nobody reads it yet.
            raise
        open_source, self.source = self.source, None
        # For reading too: it then stays open when the script opens it a second time. The probe
        # stays until then: without any writer the script would read an end of file.
        self._sink = os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        os.close(probe)
        self._open = open_source()

    def reads(self) -> list[int]:
        """Return the descriptors that have to be readable before `move` is called."""
        return [self._open.fileno()] if self._open and not self._unread else []

    def writes(self) -> list[int]:
        """Return the descriptors that have to be writable before `move` is called."""
        return [self._sink] if self._unread else []

    def move(self) -> None:
        """Put what there is into the FIFO, as far as there is room."""
        assert self._open
        self._unread = self._unread or self._open.read()
        with suppress(BlockingIOError):
            while self._unread:
                self._unread = self._unread[os.write(self._sink, self._unread) :]

    @property
    def given(self) -> int:
        """How many messages the script was given that are not blank."""
        return self._open.given if self._open else 0

    def has_given_all(self) -> bool:
        """Tell whether the script has read everything that was put into the FIFO."""
        if self._sink < 0:
            return not self._unread
        unread = fcntl.ioctl(self._sink, termios.FIONREAD, bytes(4))
        return not self._unread and not int.from_bytes(unread, sys.byteorder)

    def close(self) -> None:
        if self._sink >= 0:
            os.close(self._sink)
