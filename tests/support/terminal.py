"""Someone at a terminal, who types and reads."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from pathlib import Path

import pytest

SECONDS = 60
"""For anything that is waited for; the first machine of all makes its snapshot first."""
CTRL_C, CTRL_D, CTRL_X, CTRL_Z, ESCAPE = "\x03", "\x04", "\x18", "\x1a", "\x1b"


class Typist:
    """Someone at a terminal of 30 rows and 100 columns."""

    def __init__(
        self, command: list[str], environment: dict[str, str], folder: Path = Path()
    ) -> None:
        self.seen = ""
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            try:
                signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ignored if these tests are a job.
                os.chdir(folder)
                os.execvpe(command[0], command, environment | {"TERM": "xterm-256color"})
            finally:
                os._exit(127)
        self.resize(30, 100)
        self.modes = termios.tcgetattr(self._master)

    def resize(self, rows: int, columns: int) -> None:
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def sees(self, pattern: str, seconds: float) -> re.Match[str] | None:
        """Read until `pattern` is there; what is seen up to its end counts as read."""
        deadline = time.monotonic() + seconds
        while not (found := re.search(pattern, self.seen)):
            left = deadline - time.monotonic()
            if left < 0 or not select.select([self._master], [], [], left)[0]:
                return None
            try:
                data = os.read(self._master, 1 << 16)
            except OSError:
                return None
            self.seen += data.decode(errors="replace")
        self.seen = self.seen[found.end() :]
        return found

    def expect(self, pattern: str, seconds: float = SECONDS) -> re.Match[str]:
        found = self.sees(pattern, seconds)
        if not found:
            pytest.fail(f"no {pattern!r} in {seconds} s, but {self.seen[-2000:]!r}")
        return found

    def run(self, command: str, pattern: str, seconds: float = SECONDS) -> re.Match[str]:
        """Type a command; wait for what it prints, and the next prompt."""
        self.type(command + "\r")
        found = self.expect(pattern, seconds)
        self.expect(r"# $", seconds)
        return found

    def end(self) -> tuple[int, str]:
        """Read on until the process ends: its exit status, and what came last."""
        deadline = time.monotonic() + SECONDS
        while True:
            left = deadline - time.monotonic()
            if left < 0 or not select.select([self._master], [], [], left)[0]:
                pytest.fail(f"no end, but {self.seen[-2000:]!r}")
            try:
                data = os.read(self._master, 1 << 16)
            except OSError:
                break
            self.seen += data.decode(errors="replace")
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status), self.seen

    def kill(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = 0

    def put_back(self) -> bool:
        """Tell whether the terminal is as it was before."""
        return termios.tcgetattr(self._master) == self.modes

    def hang_up(self) -> None:
        """Close the window."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1
