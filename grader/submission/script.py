"""The student's Python, run as the student runs it: on a terminal, with the C file beside it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import socket
import struct
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path

from grader.base.errors import InfraError, SubmissionError
from grader.base.messages import say
from grader.base.profile import note_span
from grader.base.text import blank
from grader.submission.sandbox import PYTHON, Sandbox, runs_as
from grader.submission.threads import (
    await_events,
    await_events_for_ever,
    before_others,
    has_signal,
    pause,
    states,
)
from grader.submission.trace_pipe import LineSource, TracePipe

HEAD, TAIL = 64 << 10, 64 << 10
MAX_OUTPUT = 64 << 20
_CTRL_C = b"\x03"
_STARTER = Path(__file__).parent / "scripts" / "run_script.py"


class Script:
    """One run of a script on a pseudo-terminal in the sandbox.

    Python starts at once, and imports BCC; before `begin` nothing of the student's runs, and BCC
    compiles at most. Nothing is read behind the caller's back: output moves only inside `wait_for`
    and `interrupt`.
    """

    def __init__(self, sandbox: Sandbox, *, trace_pipes: Sequence[str] = ()) -> None:
        """Start Python for the script; at `trace_pipes` the script finds what `feed` gives it."""
        self.name = ""
        self.lines: list[str] = []
        """Complete lines so far, as printed, but for blank ones; `forget_lines` empties it."""
        self.texts: list[str] = []
        """The same, where a carriage return ends a line too: what stood there was seen."""
        self.total = 0
        """Bytes of output so far."""
        self._sandbox = sandbox
        fifo = sandbox.folder / "trace_pipe"
        self._feed = TracePipe(fifo)
        if trace_pipes:
            os.mkfifo(fifo, mode=0o600)
            os.chown(fifo, sandbox.uid, sandbox.uid)
        self._answers = 0
        """How many lines it printed since it was given one."""
        self._partial = b""
        self._text = b""
        self._head = b""
        self._tail = b""
        self._open = True
        self._ready = self._ahead = self._compiles = False
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._child = sandbox.start(
                [PYTHON, "/script.py", str(theirs.fileno())],
                stdin=slave,
                stdout=slave,
                stderr=slave,
                binds=[
                    *("--ro-bind", str(_STARTER), "/script.py"),
                    *(word for place in trace_pipes for word in ("--bind", str(fifo), place)),
                ],
                pass_fds=[theirs.fileno()],
                # From 3.13 on a traceback on a terminal is in colours, and its file, line and
                # error could not be read.
                environment={"PYTHON_COLORS": "0"},
                terminal=True,
            )
        finally:
            os.close(slave)
            theirs.close()
        os.set_blocking(self._master, False)
        self.lane = f"script {self._child.pid}"
        """Of the profile."""
        self._started = time.monotonic_ns()
        self._end = -1
        """Readable once it has ended; -1 before Linux 5.3, where that is asked for at intervals."""
        with suppress(OSError):
            self._end = os.pidfd_open(self._child.pid)

    def compile_ahead(self, name: str, files: Mapping[str, bytes]) -> None:
        """Let BCC compile the program `name` of `files`, as soon as it is there; once at most.

        A script that asks BCC for just that has it at once; any other one notices nothing.
        """
        if not self._ahead:
            self._ahead = self._compiles = True
            self._sandbox.put(files)
            self._tell("compile", name)

    def begin(self, name: str, files: Mapping[str, bytes], arguments: Sequence[str] = ()) -> None:
        """Let the student's code run: the script `name`, with `files` beside it."""
        self.name = name
        self._sandbox.put(files)
        self._tell("run", name, *arguments)
        note_span("starts, and waits", self._started, self.lane)

    def _tell(self, *words: str) -> None:
        with suppress(OSError):  # It has died since it was ready; its status says how.
            self._channel.sendall(os.fsencode("\0".join(words)))

    def wait_until_ready(self, seconds: float) -> None:
        """Return when the process has BCC, and waits for `begin` or compiles.

        Raises InfraError alone: no code of the student's runs yet.
        """
        if self._ready:
            return
        if not select.select([self._channel], [], [], seconds)[0]:
            raise InfraError(
                say("Python did not start within {seconds:g} s.", seconds=seconds),
                say("Grade again when the machine is less busy."),
            )
        self._ready = self._answered(0)
        if not self._ready:
            self._pump(0)
            raise InfraError(
                say("Python did not start."), say("Run: ./labebpf doctor"), log=self.output()
            )

    def has_compiled(self, seconds: float) -> bool:
        """Wait until nothing compiles ahead; False if that did not end well within `seconds`."""
        self._compiles = self._compiles and not self._answered(seconds)
        return not self._compiles

    def _answered(self, seconds: float) -> bool:
        """Tell whether the process answers within `seconds`."""
        if not select.select([self._channel], [], [], seconds)[0]:
            return False
        with suppress(ConnectionResetError):
            return bool(self._channel.recv(1))
        return False

    def pids(self) -> list[int]:
        return self._sandbox.pids()

    @property
    def status(self) -> int | None:
        """The exit status, None while it runs; 128 and more for a signal, as in a shell."""
        status = self._child.poll()
        return 128 - status if status is not None and status < 0 else status

    @property
    def computes(self) -> bool:
        """Whether one of its threads has, or wants, a CPU now."""
        return bool(states(self._sandbox.pids()) & {"R", "D"})

    def wait_for_rest(self, seconds: float, *, asleep: bool = False) -> bool:
        """Pump output until the script awaits an event, and all that it printed is here.

        False when that did not come: it may have more to print, as one that sleeps has. Where
        `asleep`, that counts too.
        """
        waits = pause if asleep else await_events
        deadline = time.monotonic() + seconds
        while self.status is None:
            while self._pump(0) and time.monotonic() < deadline:
                pass
            if self._feed.has_given_all() and waits(self._sandbox.pids()) and not self._pump(0):
                return True
            if time.monotonic() >= deadline:
                break
            self._pump(0.002)
        return False

    def waits_for_ever(self) -> bool:
        """Tell whether it will print nothing more unless something happens."""
        self._pump(0)
        has_all = self._feed.has_given_all()
        return has_all and await_events_for_ever(self._sandbox.pids()) and not self._pump(0)

    @contextmanager
    def held(self, seconds: float) -> Iterator[None]:
        """Stop all of the script's processes meanwhile: it acts before or afterwards.

        Raises SubmissionError when it starts others for so long that they cannot all be stopped.
        """
        try:
            if not self.wait_for(self._stopped, seconds, every=0.001):
                raise SubmissionError(
                    say("{name} never stops starting processes.", name=self.name),
                    say("Start none: one Python, waiting for events, is enough."),
                    log=self.output(),
                    file=self.name,
                )
            yield
        finally:
            self._sandbox.signal(signal.SIGCONT)

    def preferred(self, *pids: int) -> AbstractContextManager[None]:
        """Give the CPU to the processes `pids`, this one and the script before others meanwhile."""
        return before_others(self._sandbox.pids(), pids)

    def _stopped(self) -> bool:
        """Stop the script's threads; tell whether none of them will do anything before SIGCONT.

        In D one stops before any code of its own goes on (get_signal in kernel/signal.c). One that
        has ended may have started another, which is on a later list alone.
        """
        self._sandbox.signal(signal.SIGSTOP)
        pids = self._sandbox.pids()
        return states(pids) <= {"T", "t", "D", "Z"} and self._sandbox.pids() == pids

    @property
    def unfinished(self) -> str:
        """What it printed after its last end of a line."""
        return self._partial.decode(errors="replace")

    @property
    def redrawn(self) -> str:
        """What it printed last over what stood on the line before; "" after an end of a line."""
        return self._text.decode(errors="replace") if b"\r" in self._partial else ""

    def output(self) -> str:
        """Return what it printed, the middle cut out where it was more than 128 KiB."""
        missing = self.total - len(self._head) - len(self._tail)
        return f"\n[... {missing} bytes cut ...]\n".join(self.pieces())

    def pieces(self) -> list[str]:
        """Return what the script printed, in two pieces where the middle was cut out."""
        if self.total <= len(self._head) + len(self._tail):
            return [(self._head + self._tail).decode(errors="replace")]
        return [self._head.decode(errors="replace"), self._tail.decode(errors="replace")]

    def feed(self, source: Callable[[], LineSource]) -> None:
        """Pump what `source()` gives to the script, once it opens a trace_pipe."""
        self._feed.source = source

    @property
    def behind(self) -> int:
        """By how many lines it printed fewer, since it was given the first, than it was given."""
        return max(0, self._feed.given - self._answers)

    @property
    def given(self) -> int:
        """How many messages it was given by what it is fed from, but for blank ones."""
        return self._feed.given

    def forget_lines(self) -> None:
        self.lines.clear()
        self.texts.clear()

    def wait_for(
        self, condition: Callable[[], bool], seconds: float, *, every: float = 0.05
    ) -> bool:
        """Pump output until `condition` holds, the script has ended, or `seconds` have passed.

        True when the condition holds. It is asked again after each piece of output, and `every`
        so many seconds without any.
        """
        deadline = time.monotonic() + seconds
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0:
                self._pump(0)  # It may have come while this process had no CPU.
                return condition()
            self._pump(min(left, every))
            if not self._open and self.status is not None:
                return condition()
        return True

    def type(self, text: str) -> None:
        """Type `text`, which is not shown on the terminal; "\\x04" ends the input."""
        attributes = termios.tcgetattr(self._master)
        attributes[3] &= ~termios.ECHO
        termios.tcsetattr(self._master, termios.TCSANOW, attributes)
        with suppress(OSError):  # It has ended, and its status says how.
            os.write(self._master, os.fsencode(text))

    def interrupt(self, seconds: float, *, pause: float = 0.5) -> bool:
        """Press Ctrl-C as often as it takes; return whether the script ended within `seconds`.

        A SIGINT that falls into a ctypes callback is printed and lost, and between some
        instructions of a loop Python 3.12 and 3.13 do not catch it (python/cpython issue 130279):
        one press proves nothing, and each waits, for at most `pause` seconds, for a moment when
        the script only waits. But
        one that comes while the script is ending spoils a clean end: `pause` seconds pass before
        the second press, and up to four times as many before others.
        """
        deadline = time.monotonic() + seconds
        longest = 4 * pause
        rest = pause
        while self.status is None and time.monotonic() < deadline:
            if not self.wait_for(self._interrupted_at_rest, min(rest, seconds), every=0.001):
                self._press()
            left = deadline - time.monotonic()
            self.wait_for(lambda: self.status is not None, min(left, pause))
            pause = min(2 * pause, longest)
        # What it printed last tells how it ended: read on, until the terminal is closed.
        while self.status is not None and self._open and time.monotonic() < deadline:
            self._pump(0.05)
        return self.status is not None

    def _interrupted_at_rest(self) -> bool:
        """Press Ctrl-C if the script only waits, and still does when it is stopped for that."""
        if not pause(self._sandbox.pids()):
            return False
        try:
            stopped = self.wait_for(self._stopped, 0.1, every=0.001)
            if not (stopped and pause(self._sandbox.pids())):
                return False
            self._press()
            # The terminal sends it from a thread of the kernel, some time after the write.
            pids = self._sandbox.pids()
            self.wait_for(lambda: has_signal(pids, "ShdPnd", signal.SIGINT), 0.1, every=0.001)
            return True
        finally:
            self._sandbox.signal(signal.SIGCONT)

    def _press(self) -> None:
        with suppress(OSError):  # The terminal's other side is closed: it is about to end.
            os.write(self._master, _CTRL_C)

    def ignores_interrupt(self) -> bool:
        """Tell whether the script's process has SIGINT ignored: no Ctrl-C will ever end it."""
        own = [pid for pid in sorted(self._sandbox.pids()) if runs_as(pid, self._sandbox.uid)]
        return has_signal(own[:1], "SigIgn", signal.SIGINT)

    def close(self) -> None:
        """End the script and everything that it started."""
        with ExitStack() as closing:
            closing.callback(self._feed.close)
            if self._end >= 0:
                closing.callback(os.close, self._end)
            closing.callback(os.close, self._master)
            closing.callback(self._channel.close)
            self._sandbox.close()

    def _pump(self, seconds: float) -> bool:
        """Move what there is, or comes within `seconds`; whether there was something."""
        self._feed.open()
        # The terminal first: what was printed before a line is given is no answer to it.
        reads = [self._master] if self._open else []
        reads += self._feed.reads()
        reads += [self._end] if self._end >= 0 and self._child.returncode is None else []
        writes = self._feed.writes()
        moving = [each for some in select.select(reads, writes, [], seconds) for each in some]
        for ready in moving:
            if ready == self._master:
                self._read()
            elif ready == self._end:
                self._child.poll()
            else:
                self._feed.move()
        return bool(moving)

    def _read(self) -> None:
        try:
            data = os.read(self._master, 1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""  # EIO: no process holds the terminal any more.
        if not data:
            self._open = False
            return
        self.total += len(data)
        if self.total > MAX_OUTPUT:
            self._feed.source = None  # Its FIFO goes with the sandbox.
            self._sandbox.close()
            raise SubmissionError(
                say(
                    "{name} printed more than {MAX_OUTPUT} MiB.",
                    name=self.name,
                    MAX_OUTPUT=MAX_OUTPUT >> 20,
                ),
                say("Print one line for each event, and wait for the next one."),
                log=self.output(),
                file=self.name,
            )
        room = HEAD - len(self._head)
        self._head += data[:room] if room > 0 else b""
        self._tail = (self._tail + data[max(room, 0) :])[-TAIL:]
        *lines, self._partial = (self._partial + data).split(b"\n")
        *texts, self._text = re.split(rb"[\r\n]", self._text + data)
        self._partial, self._text = self._partial[-HEAD:], self._text[-HEAD:]
        saying = _saying(lines)
        self._answers += len(saying) if self._feed.given else 0
        self.lines += saying
        self.texts += _saying(texts)


def _saying(lines: Sequence[bytes]) -> list[str]:
    texts = (line.decode(errors="replace").rstrip("\r") for line in lines)
    return [text for text in texts if not blank(text)]
