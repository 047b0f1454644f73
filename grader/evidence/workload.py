"""What the grader does to cause events: a separate process that makes directories and decoys."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any

from grader.base.errors import SubmissionError
from grader.base.messages import say
from grader.base.paths import system_files
from grader.base.rpc import SERVER, ChildDiedError, RefusedError, Value, expect, ignore
from grader.evidence.child import start_child

DECOYS = ("mkdir", "rmdir", "open", "rename", "stat", "unlink")
"""What is done to one directory and one file, in this order, but for the lab's own call."""
_SCRIPT = Path(__file__).parent / "scripts" / "make_calls.py"


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
        return f"{self.call} {Path(self.name).name}"

    @classmethod
    def read(cls, entry: Any) -> Window:
        """Read what the process says of one event. Raises TypeError or ValueError."""
        call, name, start, end, cpu = entry
        times = (expect(int, start), expect(int, end))
        return cls(expect(str, call), expect(str, name), *times, expect(int, cpu))

    def holds(self, time: int) -> bool:
        return self.start <= time <= self.end


class Workload:
    """A process in a PID namespace and a /tmp of its own; both vanish with the grader.

    It sees the system's programs, and may do nothing: a uprobe's program can take it over.

    `call` is the system call that the lab is about.

    Raises SubmissionError when a call is refused or its process is killed while a submission's
    program is attached: the workload only ever does what succeeds without one.
    """

    def __init__(
        self,
        call: str = "mkdir",
        *,
        scale: float = 1.0,
        library: int | None = None,
        sockets: Sequence[socket] = (),
    ) -> None:
        """With `library`, a descriptor, that is its libc, and makes the calls.

        Packets go from the first of `sockets` to the second.
        """
        self.call = call
        self._seconds = 20.0 * scale
        command = ["bwrap", "--die-with-parent", "--unshare-pid", "--unshare-net"]
        command += [*system_files(), "--proc", "/proc", "--dev", "/dev"]
        command += ["--perms", "1777", "--tmpfs", "/tmp", "--dir", "/var/tmp"]
        command += ["--ro-bind", str(SERVER), "/var/tmp/serve.py"]
        command += ["--ro-bind", str(_SCRIPT), "/var/tmp/workload.py"]
        lent = [end.fileno() for end in sockets]
        if library is not None:
            lent.append(library)
            command += ["--symlink", f"/proc/self/fd/{library}", "/var/tmp/libc.so.6"]
            command += ["--setenv", "LD_LIBRARY_PATH", "/var/tmp"]
        command += ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        command += ["--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"]
        command += ["/usr/bin/python3", "-I", "-S", "-B", "/var/tmp/serve.py"]
        command += ["/var/tmp/workload.py"]
        command += [json.dumps({"sockets": lent[: len(sockets)], "libc": library is not None})]
        self._child = start_child("workload", command, output=subprocess.DEVNULL, pass_fds=lent)

    @property
    def alive(self) -> bool:
        return self._child.alive

    def mkdir(self, count: int) -> list[Window]:
        """Make `count` directories with random names, one after the other."""
        return self._windows("calls", count=count, name="mkdir")

    def calls(self, count: int) -> list[Window]:
        """Make the lab's call `count` times, one after the other, on one CPU after the other."""
        return self._windows("calls", count=count, name=self.call)

    def elsewhere(self) -> None:
        """Let another process make the lab's call once."""
        self._ask("elsewhere", ignore, name=self.call)

    @property
    def others(self) -> tuple[str, ...]:
        """The decoys, in their order."""
        return tuple(call for call in DECOYS if call != self.call)

    def decoys(self, count: int) -> list[Window]:
        """Do `count` times what is not the lab's call: mkdir, rmdir, open, rename, stat, unlink."""
        return self._windows("decoys", count=count, without=self.call)

    def step(self, what: str) -> Window:
        """Make one of the decoys; those on a file in their order."""
        return self._ask("step", Window.read, what=what)

    def fork(self, count: int) -> list[Window]:
        """Fork `count` children, which stay alive until `release`."""
        return self._windows("fork", count=count)

    def release(self) -> None:
        """Let the forked children end, and wait for them."""
        self._ask("release", ignore)

    def stress(self, each: int) -> int:
        """Make `each` directories on every CPU at once; return how many there were altogether."""
        return self._ask("stress", int, each=each)

    def close(self) -> None:
        self._child.close()

    def _windows(self, call: str, **arguments: object) -> list[Window]:
        return self._ask(call, _windows, **arguments)

    def _ask(self, call: str, read: Callable[[Any], Value], **arguments: object) -> Value:
        try:
            return self._child.ask("trigger", self._seconds, call, read, **arguments)
        except (ChildDiedError, RefusedError) as error:
            raise SubmissionError(
                say(
                    "With your program attached, the workload's system calls did not "
                    "succeed: {what}",
                    what=error.what,
                ),
                say("A tracing program only watches; it must not change or end what it traces."),
            ) from error


def _windows(entries: Any) -> list[Window]:
    return [Window.read(entry) for entry in entries]


def random_count(low: int = 3, high: int = 12) -> int:
    """Return how many events a check causes: no submission can know it beforehand.

    Where their number is all that is judged, choose from many: a guess must not be worth a try.
    """
    return random.SystemRandom().randint(low, high)
