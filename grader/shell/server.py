"""The process that holds a shell's machine and connects terminals with it, until the last closes.

It belongs to no terminal. QEMU dies with it, and it ends when nobody is connected any more,
however they went. The machine is not trusted: each of its messages is taken apart and made anew.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import socket
import struct
import termios
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any, TypedDict, cast

from grader.base.errors import InfraError
from grader.base.messages import Message, say, translate
from grader.base.paths import language
from grader.shell.changed_files import ChangedFiles, LabFolder
from grader.shell.rendezvous import Rendezvous
from grader.vm.accelerator import fastest
from grader.vm.image_store import Image
from grader.vm.machine_config import MachineConfig
from grader.vm.protocol import HostMessage, HostTerminal, ShellBody, Wire, WireError
from grader.vm.qemu import Machine
from grader.vm.snapshots import start

MAX_TERMINALS = 16
_PATIENCE = 10
"""Seconds for one side to take a message, or for the rest of one that has begun."""


@dataclass(frozen=True)
class ShellRequest:
    """A machine to be: its image, and the labs whose files are in it."""

    image: Image
    folders: tuple[LabFolder, ...]

    def body(self) -> ShellBody:
        """Return what the guest is told."""
        return {
            "version": self.image.version,
            # With several labs, the folder that holds them all.
            "start": self.folders[0].lab if len(self.folders) == 1 else "",
            "files": {
                f"{folder.lab}/{name}": b64encode(data).decode()
                for folder in self.folders
                for name, data in folder.files.items()
            },
        }


class Welcome(TypedDict):
    """A terminal's number, and what there is to say of files that are not as they are here."""

    number: int
    told: list[str]


class ServerMessage(TypedDict, total=False):
    """What a terminal of the host's is told. It asks for what stands in TerminalRequest."""

    ready: Welcome
    data: str
    """What was printed, in base64."""
    stream: int
    used: int
    """Bytes of input that the machine has taken."""
    exit: int
    error: list[str]
    """What happened, and what to do."""
    log: str
    report: list[str]
    """What to say at the end."""


def raw(modes: list[Any]) -> list[Any]:
    """Return a terminal's `modes` changed so that each key is a byte and no more (cfmakeraw(3))."""
    inputs, outputs, control, local, *rest = modes
    inputs &= ~(termios.IGNBRK | termios.BRKINT | termios.PARMRK | termios.ISTRIP)
    inputs &= ~(termios.INLCR | termios.IGNCR | termios.ICRNL | termios.IXON)
    outputs &= ~termios.OPOST
    control = control & ~(termios.CSIZE | termios.PARENB) | termios.CS8
    local &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.ISIG | termios.IEXTEN)
    return [inputs, outputs, control, local, *rest]


class ClientConnection:
    """A connected terminal of the host's."""

    def __init__(self, number: int, connection: socket.socket) -> None:
        """Receive the terminal from the client. Raises OSError if the client has gone already."""
        self.number = number
        self._connection = connection
        connection.settimeout(_PATIENCE)
        hello, descriptors, _, _ = socket.recv_fds(connection, 1, 1)
        self._tty = descriptors[0] if descriptors else -1
        if not hello:
            raise ConnectionResetError
        connection.settimeout(None)
        _bound_sending(connection)
        self._modes = termios.tcgetattr(self._tty) if descriptors else []
        self.wire: Wire[ServerMessage] = Wire(connection.fileno())

    def send(self, message: ServerMessage) -> None:
        """Send one message; hang up on a terminal that takes none, or has gone."""
        try:
            self.wire.send(message)
        except WireError:
            with suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Send this process SIGIO when the terminal goes, or is gone already."""
        fcntl.fcntl(self._connection, fcntl.F_SETOWN, os.getpid())
        flags = fcntl.fcntl(self._connection, fcntl.F_GETFL)
        fcntl.fcntl(self._connection, fcntl.F_SETFL, flags | os.O_ASYNC)
        if select.select([self._connection], [], [], 0)[0]:
            signal.raise_signal(signal.SIGIO)
        yield
        fcntl.fcntl(self._connection, fcntl.F_SETFL, flags)

    def close(self) -> None:
        """Hang up, and put the host's terminal back: it is still raw if its process was killed."""
        self._connection.close()
        if self._tty >= 0:
            with suppress(termios.error):
                if termios.tcgetattr(self._tty)[:4] == raw(self._modes)[:4]:
                    termios.tcsetattr(self._tty, termios.TCSANOW, self._modes)
            os.close(self._tty)


class ShellServer:
    """Connects the terminals of one machine, from its start to its end."""

    def __init__(
        self, request: ShellRequest, rendezvous: Rendezvous, listener: socket.socket
    ) -> None:
        self._request = request
        self._rendezvous = rendezvous
        self._listener = listener
        self._changed_files = ChangedFiles(request.folders)
        self._clients: dict[int, ClientConnection] = {}
        self._last_number = 0
        self._stack = ExitStack()
        self._over = False
        self._machine: Machine

    def run(self, first: socket.socket) -> None:
        """Start the machine for `first`; end it, and bring its files home, after the last."""
        signal.signal(signal.SIGTERM, _end)
        signal.signal(signal.SIGIO, _end)
        with self._stack:
            try:
                self._start(first)
                while not self._over:
                    self._turn()
            except InfraError as error:
                self._give_up(error)
            except SystemExit as told:
                self._give_up(
                    InfraError(
                        say("The machine was told to end ({told}).", told=told),
                        say("Open it again."),
                    )
                )
            except Exception as error:
                self._give_up(
                    InfraError(
                        say("The process that holds the machine failed: {error!r}.", error=error),
                        say("Report this."),
                    )
                )
            finally:
                for number in (signal.SIGTERM, signal.SIGIO):
                    signal.signal(number, signal.SIG_IGN)
                self._changed_files.unpack()
                self._close_to_others()
                for client in self._clients.values():
                    client.close()

    def _start(self, first: socket.socket) -> None:
        client = self._add(first)
        if client is None:
            raise SystemExit
        # It takes a moment, or with its first snapshot most of a minute.
        image = self._request.image
        with client.watched():
            self._machine = start(image, MachineConfig(fastest(image)))
            self._stack.callback(self._machine.close)
        with socket.socket(fileno=os.dup(self._machine.wire.fileno())) as end:
            _bound_sending(end)
        self._to_machine({"shell": self._request.body()})
        self._welcome(client)

    def _turn(self) -> None:
        """Wait until there is something to do, and do it."""
        clients = list(self._clients.values())
        wires: list[Any] = [self._machine.wire, *(client.wire for client in clients)]
        early = [wire for wire in wires if wire.waiting]
        found = select.select([self._listener, *wires], [], [], 0 if early else None)[0]
        ready = [*found, *early]
        if self._machine.wire in ready:
            self._obey_machine(self._from_machine(_PATIENCE))
        for client in clients:
            if client.wire in ready and client.number in self._clients:
                self._pass_on(client)
        if self._listener in ready and not self._over:
            self._accept()

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        client = self._add(connection)
        if client:
            self._welcome(client)

    def _add(self, connection: socket.socket) -> ClientConnection | None:
        try:
            client = ClientConnection(self._last_number + 1, connection)
        except (OSError, termios.error):
            connection.close()
            return None
        if len(self._clients) == MAX_TERMINALS:
            many = say("This machine has {count} terminals.", count=MAX_TERMINALS)
            client.send({"error": [many, say("Close one.")]})
            client.close()
            return None
        self._last_number += 1
        self._clients[client.number] = client
        return client

    def _welcome(self, client: ClientConnection) -> None:
        told: list[Message] = []
        for folder in self._request.folders:
            for name, why in folder.refused.items():
                told.append(
                    say("Not in it: {lab}/{name} {why}.", lab=folder.lab, name=name, why=why)
                )
            for name in folder.changed():
                told.append(
                    say(
                        "{lab}/{name} changed here; the machine has it as it was.",
                        lab=folder.lab,
                        name=name,
                    )
                )
        client.send({"ready": {"number": client.number, "told": _translated(told)}})

    def _pass_on(self, client: ClientConnection) -> None:
        """Pass on to the machine what a terminal says, with its number."""
        try:
            message = client.wire.receive(_PATIENCE)
        except (WireError, TimeoutError):
            self._to_machine({"terminal": client.number, "close": True})
            self._leave(client, {})
        else:
            self._to_machine(cast(HostTerminal, {**message, "terminal": client.number}))

    def _obey_machine(self, message: dict[str, object]) -> None:
        """Do what the machine asks, if it is something that it may ask. Raises InfraError."""
        try:
            match message:
                case {"terminal": int(number), **rest}:
                    client = self._clients.get(number)
                    if client:  # Else it has gone while this was on its way.
                        self._obey_terminal(client, rest)
                case {"file": str(path), "data": str(text)}:
                    self._changed_files.pack(path, b64decode(text, validate=True))
                case {"file": str(path), "data": None}:
                    self._changed_files.pack(path, None)
                case {"gone": str(path)}:
                    self._changed_files.leave(path)
                case _:
                    raise ValueError(message)
        except ValueError as error:
            raise self._lost(say("it sent a message that is not valid")) from error

    def _obey_terminal(self, client: ClientConnection, message: dict[str, object]) -> None:
        match message:
            case {"data": str(text), "stream": 1 | 2 as stream}:
                text = b64encode(b64decode(text, validate=True)).decode()
                client.send({"data": text, "stream": stream})
            case {"used": int(count)}:
                client.send({"used": count})
            case {"exit": int(status)}:
                self._leave(client, {"exit": status & 0xFF})
            case _:
                raise ValueError(message)

    def _leave(self, client: ClientConnection, last: ServerMessage) -> None:
        """Close a terminal, with `last` said to it, and with the last terminal the machine."""
        del self._clients[client.number]
        with ExitStack() as lock:
            lock.enter_context(self._rendezvous.locked())
            while select.select([self._listener], [], [], 0)[0]:
                self._accept()
            if self._clients:
                others = len(self._clients)
                report = [
                    say(
                        "The machine runs on; other terminals in it: {others}. Changed files come "
                        "back when its last one closes.",
                        others=others,
                    )
                ]
            else:
                # Whoever wants this machine now waits until its files are on the host.
                self._stack.enter_context(lock.pop_all())
                self._rendezvous.forget()
                self._over = True
                report = self._bring_home()
        client.send({**last, "report": _translated(report)})
        client.close()

    def _bring_home(self) -> list[Message]:
        """Let the machine send the last changes, write all to the host, and say how that went."""
        deadline = time.monotonic() + _PATIENCE
        missing = []
        try:
            self._to_machine({"finish": True})
            while "finished" not in (message := self._from_machine(deadline - time.monotonic())):
                self._obey_machine(message)
        except InfraError as error:
            missing = [Message(str(error))]
        return [*self._changed_files.unpack(), *missing]

    def _give_up(self, error: InfraError) -> None:
        self._close_to_others()
        report = self._changed_files.unpack()
        for client in self._clients.values():
            client.send(
                {
                    "error": _translated([error.what, error.remedy]),
                    "log": error.log,
                    "report": _translated(report),
                }
            )

    def _close_to_others(self) -> None:
        if not self._over:
            self._stack.enter_context(self._rendezvous.locked())
            self._rendezvous.forget()
            self._over = True

    def _to_machine(self, message: HostMessage) -> None:
        try:
            self._machine.wire.send(message)
        except WireError as error:
            raise self._lost(str(error)) from error

    def _from_machine(self, seconds: float) -> dict[str, object]:
        try:
            return self._machine.wire.receive(max(0.0, seconds))
        except (WireError, TimeoutError) as error:
            raise self._lost(str(error) or say("it does not answer")) from error

    def _lost(self, why: str) -> InfraError:
        if self._machine.panicked:
            why = say("its kernel panicked")
        return InfraError(
            say("The virtual machine is lost: {why}.", why=why),
            say("Open it again; what was changed in its last seconds may be missing."),
            log=self._machine.console(),
        )


def _bound_sending(connection: socket.socket) -> None:
    """Let writing fail, not wait, where the other side does not read for _PATIENCE seconds."""
    limit = struct.pack("ll", _PATIENCE, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(signal.strsignal(number))


def _translated(messages: Sequence[Message]) -> list[str]:
    """Return `messages` in the language of the person who started the machine."""
    return [translate(message, language()) for message in messages]
