"""A terminal of the host's in a machine: the first one starts it, others join."""

from __future__ import annotations

import hashlib
import os
import select
import signal
import socket
import sys
import termios
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, cast

from grader.base.descriptors import close_all_but
from grader.base.errors import InfraError
from grader.base.messages import Message, say
from grader.base.paths import PACKAGE
from grader.labs import Lab
from grader.shell.changed_files import lab_folders
from grader.shell.rendezvous import Rendezvous, rendezvous_folder
from grader.shell.server import ServerMessage, ShellRequest, ShellServer, raw
from grader.vm.image_store import Image
from grader.vm.protocol import OpenBody, TerminalRequest, Wire, WireError

LABS = "/exercises"
"""Where the labs' folders are in the machine."""
_WINDOW = 1 << 14
"""Bytes of input that may be on their way into the machine."""
_TIDY = b"\x1b[?47l\x1b[?1000l\x1b[?2004l\x1b[?25h\x1b[0m\r\n"
"""Leaves what an editor that was cut off had switched on: its screen, the mouse, no cursor."""


def open_shell(submission: Path, labs: Sequence[Lab], image: Image) -> ShellClient:
    """Return a terminal in the machine of `image` with the files that `submission` has for `labs`.

    The machine is started if there is none yet; until it is ready see `ShellClient.wait`.
    Raises InfraError.
    """
    facts = [
        os.uname().nodename,
        str(PACKAGE),
        image.id,
        str(submission),
        *(lab.name for lab in labs),
    ]
    name = hashlib.sha256(os.fsencode("\0".join(facts))).hexdigest()[:16]
    rendezvous = Rendezvous(rendezvous_folder(), name)
    with rendezvous.locked():
        connection = rendezvous.connect()
        if connection is None:
            connection = _start(rendezvous, ShellRequest(image, lab_folders(submission, labs)))
    return ShellClient(connection)


def _start(rendezvous: Rendezvous, request: ShellRequest) -> socket.socket:
    """Fork the process that will hold the machine; return a connection with it."""
    listener = rendezvous.listen()
    ours, theirs = socket.socketpair()
    sys.stdout.flush()
    sys.stderr.flush()
    if os.fork() == 0:
        try:
            os.setsid()
            os.chdir("/")
            close_all_but(listener.fileno(), theirs.fileno())
            ShellServer(request, rendezvous, listener).run(theirs)
        finally:
            os._exit(0)
    listener.close()
    theirs.close()
    return ours


class ShellClient:
    """This process's terminal, connected with a machine."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._wire: Wire[TerminalRequest] = Wire(connection.fileno())
        self._unused = 0
        """Bytes of input that the machine has not used up yet."""
        self.number = 0
        """1 for who started the machine."""
        self.told: tuple[str, ...] = ()
        """What there is to say of files in the machine that are not as they are here."""
        self.report: tuple[str, ...] = ()
        """What to say at the end."""
        self.interactive = os.isatty(0)
        """Else commands come through a pipe, and nobody sees a prompt."""
        # The other side puts the terminal back if this process is killed.
        socket.send_fds(connection, [b"\0"], [0] if self.interactive else [])

    def wait(self) -> None:
        """Return when the machine is there. Raises InfraError if it cannot be."""
        ready = self._receive()["ready"]
        self.number, self.told = ready["number"], tuple(ready["told"])

    def run(self, command: Sequence[str] = ()) -> int:
        """Carry keys and text until `command`, else a shell, ends; return its exit status.

        Raises InfraError.

        An interrupt is for the command; of who pipes commands in, it ends this process.
        """
        with ExitStack() as stack:
            woken = stack.enter_context(_signals(interrupts=bool(command)))
            if self.interactive:
                stack.enter_context(_raw(0))
            body: OpenBody = {
                "tty": self.interactive,
                "size": _size(),
                "term": os.environ.get("TERM"),
                "command": list(command),
            }
            self._send({"open": body})
            try:
                return self._carry(woken)
            except InfraError:
                if self.interactive:
                    _print(_TIDY, 1)
                raise

    def _carry(self, woken: socket.socket) -> int:
        typing = True
        while True:
            reading: list[Any] = [self._wire, woken]
            if typing and self._unused < _WINDOW:
                reading.append(0)
            early = self._wire.waiting
            ready = select.select(reading, [], [], 0 if early else None)[0]
            if woken in ready:
                if signal.SIGINT in woken.recv(1 << 10):
                    self._send({"interrupt": True})
                if self.interactive:
                    _make_raw(0)  # A shell that had stopped this process has changed it.
                self._send({"size": _size()})
            if 0 in ready:
                data = self._typed()
                typing = bool(data)
                self._unused += len(data)
                self._send({"data": b64encode(data).decode()})
            if early or self._wire in ready:
                message = self._receive()
                self._unused -= message.get("used", 0)
                if "data" in message:
                    data = b64decode(message["data"])
                    _print(data, message["stream"])
                    self._send({"used": len(data)})
                if "exit" in message:
                    return int(message["exit"])

    def _typed(self) -> bytes:
        """Return what was typed, or piped in, b"" at its end. Exit where the terminal is gone."""
        try:
            data = os.read(0, _WINDOW - self._unused)
        except OSError:
            data = b""
        if not data and self.interactive:
            raise SystemExit(128 + signal.SIGHUP)
        return data

    def _send(self, message: TerminalRequest) -> None:
        # A reader that is gone has said why: that is still to be received.
        with suppress(WireError):
            self._wire.send(message)

    def _receive(self) -> ServerMessage:
        try:
            message = cast(ServerMessage, self._wire.receive())
        except WireError as error:
            raise InfraError(
                say("The process that held the machine was ended from outside."),
                say("Open it again; what was changed in it is lost."),
            ) from error
        self.report = tuple(message.get("report", ()))
        if "error" in message:
            raise InfraError(*map(Message, message["error"]), log=message.get("log", ""))
        return message


@contextmanager
def _raw(descriptor: int) -> Iterator[None]:
    before = termios.tcgetattr(descriptor)
    _make_raw(descriptor)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _make_raw(descriptor: int) -> None:
    # What was typed ahead stays: no TCSAFLUSH.
    termios.tcsetattr(descriptor, termios.TCSADRAIN, raw(termios.tcgetattr(descriptor)))


@contextmanager
def _signals(*, interrupts: bool) -> Iterator[socket.socket]:
    """Give a socket from which the signals that came are read: the window may have another size.

    With `interrupts` SIGINT is among them. SIGTERM and SIGHUP end us.
    """
    woken, waker = socket.socketpair()
    with woken, waker:
        waker.setblocking(False)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        wanted = [signal.SIGWINCH, signal.SIGCONT, *([signal.SIGINT] if interrupts else [])]
        before = {n: signal.signal(n, _ignore) for n in wanted}
        before |= {n: signal.signal(n, _end) for n in (signal.SIGTERM, signal.SIGHUP)}
        try:
            yield woken
        finally:
            signal.set_wakeup_fd(-1)
            for number, handler in before.items():
                signal.signal(number, handler)


def _ignore(number: int, frame: FrameType | None) -> None:
    """Do nothing; unlike SIG_IGN this wakes select."""


def _end(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def _size() -> list[int]:
    """Return rows and columns of this terminal, 24 by 80 where there is none."""
    try:
        columns, rows = os.get_terminal_size(0)
    except OSError:
        return [24, 80]
    return [rows, columns]


def _print(data: bytes, stream: int) -> None:
    """Write all of `data` as it is. Where the reader has gone, this process ends, as by SIGPIPE."""
    left = memoryview(data)
    try:
        while left:
            select.select([], [stream], [])  # Who shares the terminal may have it not block.
            left = left[os.write(stream, left) :]
    except BrokenPipeError:
        raise SystemExit(128 + signal.SIGPIPE) from None
