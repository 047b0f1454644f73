"""Calls that a check describes, and what the workload tells of them once they are made."""

from __future__ import annotations

import errno
import os
import random
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from grader.base.errors import CourseError
from grader.base.messages import say
from grader.base.rpc import require_type

Found = TypeVar("Found")

NOBODY = 65534
"""The user and the group that the workload runs as, if nothing else is said."""
COMM = b"python3"
FOLDER = b"/tmp"
"""Where the workload makes things, and may."""
_CLOSED = b"/var/tmp"
"""Where it may not."""
_TOO_LONG = 256
"""Bytes of a name; NAME_MAX is 255."""
_LONGEST = 4095
"""Bytes of a path without its end; PATH_MAX is 4096."""
BY_PATH = ("mkdir", "rmdir", "unlink", "rename", "link", "symlink")
"""What can be described: calls that take a path."""


@dataclass(frozen=True)
class Call:
    """One system call that the workload is to make: `Call(uid=1000, comm=b"mkdir")`.

    What is left out is as with `Workload.calls`; a `path` that is left out is a new one in /tmp.
    """

    name: str = ""
    """The system call, the lab's own if nothing is said."""
    path: bytes = b""
    """The path as the call gets it: any bytes but NUL, 255 in one name at most."""
    mode: int = 0o755
    uid: int = NOBODY
    gid: int = NOBODY
    comm: bytes = COMM
    """The name of the thread that makes the call, 15 bytes at most."""
    thread: bool = False
    """Whether a thread of its own makes the call: its tid is not its pid."""
    process: int = 0
    """Which of several processes of this user and group makes the call."""
    fails: str = ""
    """The error that the call is to meet, such as "EEXIST"; "" for none."""
    lasts: float = 0
    """For how many seconds the kernel waits for the path, within the call; no BPF can read it."""
    after: float = 0
    """How many seconds later than it could the call begins: it overlaps with others so."""

    def __post_init__(self) -> None:
        """Raise CourseError for a call that cannot be made so."""
        longest = max(map(len, self.path.split(b"/")))
        too_long = len(self.path) > _LONGEST or longest >= _TOO_LONG
        wrong = (
            (self.name and self.name not in BY_PATH, "name"),
            (b"\0" in self.path or (too_long and self.fails != "ENAMETOOLONG"), "path"),
            (b"\0" in self.comm or not 0 < len(self.comm) < 16, "comm"),
            (self.fails and not hasattr(errno, self.fails), "fails"),
            (not 0 <= self.lasts <= 5 or (self.lasts and self.fails), "lasts"),
            (not 0 <= self.after <= 5, "after"),
        )
        for found, field in wrong:
            if found:
                value = getattr(self, field)
                raise CourseError(
                    say("No call can be made with {field}={value!r}.", field=field, value=value),
                    say("docs/authoring.md says what Call takes."),
                )

    def settled(self, of: str) -> Call:
        """Return the same call with its name, the call `of` if it has none, and its path."""
        return replace(self, name=self.name or of, path=self.path or self._new_path())

    def _new_path(self) -> bytes:
        name = secrets.token_hex(6).encode()
        if self.fails == "ENOENT":
            return FOLDER + b"/" + name + b"/" + name
        if self.fails == "ENAMETOOLONG":
            return FOLDER + b"/" + name.ljust(_TOO_LONG, b"x")
        return (_CLOSED if self.fails == "EACCES" else FOLDER) + b"/" + name

    def told(self, marker: str) -> Mapping[str, Any]:
        """Return the call as the process that makes it is told; `marker` says which thread did."""
        return {
            "name": self.name,
            "path": os.fsdecode(self.path),
            "mode": self.mode,
            "comm": os.fsdecode(self.comm),
            "thread": self.thread,
            "fails": errno_of(self.fails),
            "lasts": self.lasts,
            "after": self.after,
            "marker": marker,
        }


def errno_of(name: str) -> int:
    """Return the number of an error, `"EEXIST"` say; 0 for none. Raises AttributeError."""
    number: int = getattr(errno, name) if name else 0
    return number


def random_id() -> int:
    """Return a user or group id for `Call`, which no submission can know beforehand."""
    return random.SystemRandom().randint(20_000, 59_999)


@dataclass(frozen=True)
class Window:
    """One event that the workload caused: the time (ns, CLOCK_MONOTONIC) just before and after.

    `name` is the path, or the pid of a fork; `cpu` is where it began.
    """

    call: str
    name: str
    start: int
    end: int
    cpu: int

    @property
    def event(self) -> str:
        """What a person is told it was."""
        return f"{self.call} {os.path.basename(self.name)}"

    @property
    def lasted(self) -> int:
        """How long it took at most, in ns."""
        return self.end - self.start

    @classmethod
    def read(cls, entry: Any) -> Window:
        """Read what the process says of one event. Raises TypeError or ValueError."""
        call, name, start, end, cpu = entry
        times = (require_type(int, start), require_type(int, end))
        return cls(require_type(str, call), require_type(str, name), *times, require_type(int, cpu))

    def holds(self, moment: int) -> bool:
        return self.start <= moment <= self.end


def read_windows(entries: Any) -> list[Window]:
    """Read what a process says of several events. Raises TypeError or ValueError."""
    return [Window.read(entry) for entry in entries]


def windows_of(acted: object) -> tuple[Window, ...]:
    """Return the windows of what a workload's function returned: those of a list, or none."""
    return tuple(acted) if isinstance(acted, list) else ()


@dataclass(frozen=True)
class Made(Window):
    """A call that was made as `asked`: who made it, as the kernel numbers processes, and threads.

    All but the times and the CPU is what the grader asked for, or the kernel told.
    """

    asked: Call
    pid: int
    tid: int

    @classmethod
    def of(cls, asked: Call, window: Window, pid: int, tid: int) -> Made:
        """Return `asked`, which was made in the time of `window`."""
        path = os.fsdecode(asked.path)
        return cls(asked.name, path, window.start, window.end, window.cpu, asked, pid, tid)

    @property
    def path(self) -> bytes:
        return self.asked.path

    @property
    def mode(self) -> int:
        return self.asked.mode

    @property
    def uid(self) -> int:
        return self.asked.uid

    @property
    def gid(self) -> int:
        return self.asked.gid

    @property
    def comm(self) -> bytes:
        return self.asked.comm

    @property
    def ret(self) -> int:
        """What the call returned: 0, or the error's number, negative."""
        return -errno_of(self.asked.fails)


def settle(look: Callable[[], Found], complete: Callable[[Found], bool], scale: float) -> Found:
    """Return what `look` finds once it is `complete`, or what it finds 0.3 s times `scale` later.

    A program on a system call's exit runs a moment after the witness has counted the call.
    """
    deadline = time.monotonic() + 0.3 * scale
    while True:
        found = look()
        if complete(found) or time.monotonic() > deadline:
            return found
