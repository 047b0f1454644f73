"""Messages between the host and a machine: JSON objects, each after its length in 4 bytes.

Both sides read this file; it needs nothing but the standard library. The guest believes the host.
What comes from a guest is `object`s until the host has looked at each: a kernel that student code
broke could have sent it. docs/architecture.md says when which message is sent.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, Literal, TypedDict, TypeVar, final

LIMIT = 16 << 20
"""Bytes that one message may have."""


@final
class Wake(TypedDict):
    """The machine goes on from a snapshot."""

    wake: float
    """The time, in s since 1970."""
    entropy: str
    """Random bytes, in base64."""


class GradeBody(TypedDict):
    """What to grade. Files are base64, by their path below their folder."""

    labs: Mapping[str, str]
    private: Mapping[str, str]
    submission: Mapping[str, str]
    folders: list[str]
    """The labs' folders, to be collected."""
    selected: list[str]
    """Node ids, in the order in which they will run."""
    time_scale: float
    lang: str
    refused: Mapping[str, Mapping[str, tuple[str, str]]]
    """Why a file was not taken, and what to do: by lab and name."""
    profile: bool
    """Whether to tell, in Exited, what was done when."""


@final
class Grade(TypedDict):
    """There is something to grade."""

    grade: GradeBody


@final
class RunCheck(TypedDict):
    """One check is to run: its node id, and that of the check after it."""

    run: str
    next: str | None


@final
class HasCpus(TypedDict):
    """The guest has the CPUs, which it asked for with Alone."""

    alone: Literal[True]


@final
class Finish(TypedDict):
    """No check is left, or no terminal."""

    finish: Literal[True]


class ShellBody(TypedDict):
    """What people's terminals find in the machine."""

    version: str
    """The kernel's, for the prompt."""
    start: str
    """The folder in which each terminal begins, below that of the labs."""
    files: Mapping[str, str]
    """By path (LAB/NAME), in base64."""


@final
class Shell(TypedDict):
    """There are terminals to be opened, and nothing to grade."""

    shell: ShellBody


class OpenBody(TypedDict):
    """A terminal to be opened."""

    tty: bool
    """Else it is pipes."""
    size: list[int]
    """Rows and columns."""
    term: str | None
    command: list[str]
    """A shell if it is empty."""


class TerminalRequest(TypedDict, total=False):
    """What a person's terminal asks of the machine; one of these."""

    open: OpenBody
    data: str
    """What was typed, in base64; nothing at its end."""
    used: int
    """Bytes of output that it has taken."""
    size: list[int]
    interrupt: Literal[True]
    close: Literal[True]


@final
class HostTerminal(TerminalRequest):
    """What the terminal of that number asks."""

    terminal: int


@final
class Ready(TypedDict):
    """pytest is ready to collect, and the witness attached."""

    ready: Literal[True]


@final
class Failed(TypedDict):
    """The grader does not start: its log."""

    failed: str


@final
class Awake(TypedDict):
    """The machine has gone on from its snapshot."""

    awake: Literal[True]


@final
class Collected(TypedDict):
    """The node ids of the checks that were found."""

    collected: list[str]


@final
class Alone(TypedDict):
    """The guest asks for the CPUs, or lets them go."""

    alone: bool


@final
class Alive(TypedDict):
    """The machine lives, whatever its check is at."""

    alive: Literal[True]


@final
class Report(TypedDict):
    """pytest's report of a phase of a check, with its finding."""

    report: dict[str, Any] | None


@final
class Ran(TypedDict):
    """The end of the check of that node id."""

    ran: str


@final
class Exited(TypedDict):
    """The process that graded, or held the terminals, has ended: its exit status."""

    ended: int
    kernel: dict[str, Any]
    """What result.json says of the kernel."""
    log: str
    profile: list[list[str | int]]
    """Lane and name of each span, and how many ns before this message it began and ended."""


class TerminalEvent(TypedDict, total=False):
    """What a terminal has done: printed, or taken `used` bytes of what was typed, or ended."""

    data: str
    """In base64."""
    stream: int
    """1 for output, 2 for errors."""
    used: int
    exit: int


@final
class GuestTerminal(TerminalEvent):
    """What the terminal of that number has done."""

    terminal: int


@final
class ChangedFile(TypedDict):
    """A file (LAB/NAME) has changed: its contents in base64; null if it is too large."""

    file: str
    data: str | None


@final
class GoneFile(TypedDict):
    """A file (LAB/NAME) is no longer there."""

    gone: str


@final
class Finished(TypedDict):
    """All changed files were sent."""

    finished: Literal[True]


HostMessage = Wake | Grade | RunCheck | HasCpus | Finish | Shell | HostTerminal
GuestMessage = (
    Ready | Failed | Awake | Collected | Alone | Alive | Report | Ran | Exited
    | GuestTerminal | ChangedFile | GoneFile | Finished
)  # fmt: skip
Sent = TypeVar("Sent", bound=Mapping[str, object])


class WireError(Exception):
    """The other side is gone, or sent what is no message."""


class Wire(Generic[Sent]):
    """One end of the conversation, on an open descriptor that the caller closes.

    `Sent` are the messages that this end sends.

    Where several processes send on it, each locks the open file `lock` meanwhile.
    """

    def __init__(self, descriptor: int, lock: int | None = None) -> None:
        self._descriptor = descriptor
        self._lock = lock
        self._buffer = bytearray()

    def fileno(self) -> int:
        """Return the descriptor, for select, which does not know what is `waiting` here."""
        return self._descriptor

    @property
    def waiting(self) -> bool:
        """Whether something of the next message was read with the last one."""
        return bool(self._buffer)

    def send(self, message: Sent) -> None:
        """Send one message. Raises WireError."""
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
        """Let nobody else send meanwhile. After a fork each process takes its own lock (lockf)."""
        if self._lock is None:
            yield
            return
        fcntl.lockf(self._lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self._lock, fcntl.LOCK_UN)

    def receive(self, seconds: float | None = None) -> dict[str, object]:
        """Wait for the next message.

        Raises TimeoutError after `seconds`, and WireError at the end of the conversation or where
        what comes is no message.
        """
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
