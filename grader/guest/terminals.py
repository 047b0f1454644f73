"""Terminals in a machine, as many as the host opens over the one wire: a bash in each.

Each message names its terminal. Whoever receives text says how much of it was used up, and the
other side sends no more than a window beyond that: a terminal that floods neither fills the wire
nor makes Ctrl-C wait.
"""

from __future__ import annotations

import base64
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from grader.submission.hand_in_files import MAX_FILE_BYTES
from grader.vm.protocol import (
    ChangedFile,
    GoneFile,
    GuestMessage,
    HostMessage,
    OpenBody,
    ShellBody,
    Wire,
)

LABS = Path("/exercises")
WINDOW = 1 << 16
"""Bytes of a terminal's that may be on their way to the host."""
BLOCK = 1 << 14
LOOK_SECONDS = 2.0
"""After which changed files go to the host: a kernel that panics takes no more than this."""
APPLETS = Path("/opt/applets")
"""What Debian's minimal system lacks, from busybox (vi, less), and a sudo that is root already."""
OOM = Path("/proc/self/oom_score_adj")
RC = Path("/run/labebpf.bashrc")
_RC = """\
PS1='\\[\\e[1;35m\\]machine-{version}\\[\\e[0m\\]:\\[\\e[1;34m\\]\\w\\[\\e[0m\\]# '
alias ls='ls --color=auto' grep='grep --color=auto'
unset HISTFILE
"""
_SUDO = """\
#!/bin/sh
while [ "${1#-}" != "$1" ]; do shift; done
exec "$@"
"""


class Terminal:
    """A bash, or what else was asked for, on a pseudo-terminal; on pipes if the host has none."""

    def __init__(self, number: int, request: OpenBody, folder: Path) -> None:
        self.number = number
        self.status: int | None = None
        self.sent = 0
        """Bytes of output that the host has not used up yet."""
        self.rest = WINDOW
        """Bytes that are still read when bash has ended: others may hold its terminal for ever."""
        self.pending = bytearray()
        self._at_end = False
        (self._on_pty if request["tty"] else self._on_pipes)(request, folder)
        os.set_blocking(self.input, False)
        self.pidfd = os.pidfd_open(self.pid)

    def _on_pty(self, request: OpenBody, folder: Path) -> None:
        self.pid, master = pty.fork()
        if self.pid == 0:
            _become(request["command"] or ["bash", "--rcfile", str(RC)], request, folder)
        self.input = master
        self.outputs = {master: 1}

    def _on_pipes(self, request: OpenBody, folder: Path) -> None:
        theirs_in, self.input = os.pipe()
        out, theirs_out = os.pipe()
        err, theirs_err = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            for number, descriptor in enumerate((theirs_in, theirs_out, theirs_err)):
                os.dup2(descriptor, number)
            _become(request["command"] or ["bash"], request, folder)
        for descriptor in (theirs_in, theirs_out, theirs_err):
            os.close(descriptor)
        self.outputs = {out: 1, err: 2}

    def resize(self, size: list[int]) -> None:
        if self.input in self.outputs:
            _resize(self.input, size)

    def interrupt(self) -> None:
        if self.status is None:
            os.killpg(self.pid, signal.SIGINT)

    def type(self, data: bytes) -> None:
        """Take what was typed, nothing at its end, for when bash has room for it."""
        if self.input >= 0:
            self.pending += data
        self._at_end = not data
        self._close_input_at_end()

    def write(self) -> int:
        """Pass on what was typed, as much as fits; return how many bytes that is."""
        try:
            count = os.write(self.input, self.pending[:BLOCK])
        except BlockingIOError:
            return 0
        except OSError:  # Nobody reads any more.
            count = len(self.pending)
        del self.pending[:count]
        self._close_input_at_end()
        return count

    def _close_input_at_end(self) -> None:
        """Close a pipe at the end of what is typed; a pseudo-terminal is its output too."""
        if self._at_end and not self.pending and self.input not in (-1, *self.outputs):
            os.close(self.input)
            self.input = -1

    def read(self, descriptor: int) -> bytes:
        """Return what was printed; nothing at its end, after which `descriptor` is closed."""
        try:
            data = os.read(descriptor, BLOCK)
        except OSError:  # A pseudo-terminal that nobody holds any more.
            data = b""
        if not data:
            del self.outputs[descriptor]
            os.close(descriptor)
            if self.input == descriptor:
                self.input = -1
                self.pending.clear()
        if self.status is not None:
            self.rest -= len(data)
        return data

    def close(self) -> None:
        """Hang up and close all descriptors."""
        if self.status is None:
            for number in (signal.SIGHUP, signal.SIGCONT):
                os.kill(self.pid, number)
        for descriptor in {self.input, *self.outputs, self.pidfd} - {-1}:
            os.close(descriptor)


def _become(argv: list[str], request: OpenBody, folder: Path) -> None:
    """Turn a new child into `argv`."""
    try:
        # Python and the first process ignore some, and what is ignored stays so.
        for number in (signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        OOM.write_text("0")
        if request["tty"]:
            _resize(0, request["size"])
        os.chdir(folder)
        term = request["term"] or ""
        places = ("/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo")
        known = any(term and Path(place, term[0], term).is_file() for place in places)
        os.environ.update(
            TERM=term if known else "xterm-256color",
            SHELL="/bin/bash",
            PATH=f"/usr/local/sbin:/usr/local/bin:{os.environ['PATH']}:{APPLETS}",
        )
        os.execvp(argv[0], argv)
    finally:
        os._exit(127)


def _resize(descriptor: int, size: list[int]) -> None:
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))


class Files:
    """The labs' files: what in them differs from what the host knows."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._seen: dict[str, tuple[int, ...]] = {}
        self._known = {path: base64.b64decode(data) for path, data in files.items()}

    def changes(self) -> Iterator[ChangedFile | GoneFile]:
        """Yield a message for each file that is new, changed, too large to be taken, or gone."""
        there = set()
        for entry in _entries():
            try:
                if entry.name.startswith(".") or not entry.is_file(follow_symlinks=False):
                    continue
                path = str(Path(entry.path).relative_to(LABS))
                there.add(path)
                state = entry.stat(follow_symlinks=False)
                seen = (state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
                if self._seen.get(path) == seen:
                    continue
                with open(entry.path, "rb") as file:
                    data = file.read(MAX_FILE_BYTES + 1)
            except OSError:  # It has just gone.
                continue
            self._seen[path] = seen
            if data != self._known.get(path):
                self._known[path] = data
                small = len(data) <= MAX_FILE_BYTES
                text = base64.b64encode(data).decode() if small else None
                yield {"file": path, "data": text}
        for path in self._known.keys() - there:
            del self._known[path]
            self._seen.pop(path, None)
            yield {"gone": path}


def _entries() -> list[os.DirEntry[str]]:
    """Return what is in the labs' folders, and nothing of those that were removed."""
    found: list[os.DirEntry[str]] = []
    for lab in LABS.glob("*"):
        with suppress(OSError):
            found += os.scandir(lab)
    return found


class Terminals:
    """All terminals of the machine."""

    def __init__(self, wire: Wire[GuestMessage], request: ShellBody) -> None:
        self._wire = wire
        self._files = Files(request["files"])
        self._folder = LABS / request["start"]
        self._terminals: dict[int, Terminal] = {}

    def serve(self) -> None:
        looked = time.monotonic()
        while True:
            ended = [(t, t.status) for t in self._terminals.values() if t.status is not None]
            readable, writable = self._wait(0.0 if ended else LOOK_SECONDS)
            for terminal in self._terminals.values():
                self._carry(terminal, readable, writable)
            for terminal, status in ended:
                quiet = terminal.sent < WINDOW and readable.isdisjoint(terminal.outputs)
                if quiet or terminal.rest <= 0:
                    self._wire.send({"terminal": terminal.number, "exit": status})
                    self._terminals.pop(terminal.number).close()
            if self._wire in readable and not self._obey(cast(HostMessage, self._wire.receive())):
                return
            if time.monotonic() >= looked + LOOK_SECONDS:
                self._send_files()
                looked = time.monotonic()

    def _wait(self, seconds: float) -> tuple[set[Any], set[int]]:
        """Return which descriptors (and the wire) can be read from, and which written to."""
        reading: list[Any] = [self._wire]
        writing = []
        for terminal in self._terminals.values():
            if terminal.status is None:
                reading.append(terminal.pidfd)
            if terminal.sent < WINDOW:
                reading += terminal.outputs
            if terminal.pending:
                writing.append(terminal.input)
        now = 0.0 if self._wire.waiting else seconds
        readable, writable, _ = select.select(reading, writing, [], now)
        return {*readable, *([self._wire] if self._wire.waiting else ())}, set(writable)

    def _carry(self, terminal: Terminal, readable: set[Any], writable: set[int]) -> None:
        """Move what one terminal prints and is typed, and notice its end."""
        number = terminal.number
        for descriptor, stream in list(terminal.outputs.items()):
            if descriptor in readable and (data := terminal.read(descriptor)):
                terminal.sent += len(data)
                text = base64.b64encode(data).decode()
                self._wire.send({"terminal": number, "data": text, "stream": stream})
        if terminal.input in writable and (used := terminal.write()):
            self._wire.send({"terminal": number, "used": used})
        if terminal.pidfd in readable:
            _, status = os.waitpid(terminal.pid, 0)
            code = os.waitstatus_to_exitcode(status)
            terminal.status = code if code >= 0 else 128 - code

    def _obey(self, message: HostMessage) -> bool:
        """Do what the host says; return False at its last message."""
        if "finish" in message:
            self._send_files()
            self._wire.send({"finished": True})
            return False
        if "terminal" not in message:
            return True
        number = message["terminal"]
        if "open" in message:
            try:
                self._terminals[number] = Terminal(number, message["open"], self._folder)
            except OSError:  # No process or no memory is left.
                self._wire.send({"terminal": number, "exit": 126})
        terminal = self._terminals.get(number)
        if terminal is None:  # It ended while this was on its way.
            return True
        if "data" in message:
            terminal.type(base64.b64decode(message["data"]))
        if "used" in message:
            terminal.sent -= message["used"]
        if "interrupt" in message:
            terminal.interrupt()
        if "size" in message:
            terminal.resize(message["size"])
        if "close" in message:
            self._terminals.pop(number).close()
        return True

    def _send_files(self) -> None:
        for change in self._files.changes():
            self._wire.send(change)


def serve(wire: Wire[GuestMessage], request: ShellBody) -> None:
    """Serve terminals on the labs' files, which lie in LABS, until the host says `finish`."""
    OOM.write_text("-1000")  # Whatever fills the memory, it is not this process that has to go.
    (LABS / request["start"]).mkdir(parents=True, exist_ok=True)
    RC.write_text(_RC.format(version=request["version"]))
    APPLETS.mkdir()
    subprocess.run(["busybox", "--install", "-s", str(APPLETS)], check=True)
    (APPLETS / "sudo").write_text(_SUDO)
    (APPLETS / "sudo").chmod(0o755)
    Terminals(wire, request).serve()
