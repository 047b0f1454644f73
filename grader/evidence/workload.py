"""What the grader does to cause events: a separate process that makes directories and decoys."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import socket
from typing import Any

from grader.base.errors import InfraError, SubmissionError
from grader.base.messages import say
from grader.base.paths import system_files
from grader.base.rpc import SERVER, ChildDiedError, RefusedError, Value, ignore
from grader.evidence.callers import Callers
from grader.evidence.calls import NOBODY, Call, Made, Window, read_windows
from grader.evidence.child import start_child
from grader.evidence.trace_markers import TraceMarkers

DECOYS = ("mkdir", "rmdir", "open", "rename", "stat", "unlink")
"""What is done to one directory and one file, in this order, but for the lab's own call."""
_SCRIPT = Path(__file__).parent / "scripts" / "make_calls.py"


class Workload:
    """A process in a PID namespace and a /tmp of its own; both vanish with the grader.

    It sees the system's files, and has no privileges: a program at a uprobe could take it over.

    `call` is the system call that the lab is about.

    Raises SubmissionError when a call is refused or its process is killed while a submission's
    program is attached: the workload only ever does what succeeds without one. It is InfraError
    where `watched` says that all that is attached can only watch.
    """

    def __init__(
        self,
        call: str = "mkdir",
        *,
        scale: float = 1.0,
        library: int | None = None,
        sockets: Sequence[socket] = (),
        markers: Callable[[], TraceMarkers] | None = None,
        watched: Callable[[], bool] = bool,
    ) -> None:
        """Start the process; with `library`, a libc's descriptor, its calls go through that libc.

        Packets go from the first of `sockets` to the second. `make` needs `markers`.
        """
        self.call = call
        self._markers = markers
        self._watched = watched
        self._callers: Callers | None = None
        self._seconds = 20.0 * scale
        command = ["bwrap", "--die-with-parent", "--unshare-pid", "--unshare-net"]
        command += [*system_files(), "--proc", "/proc", "--dev", "/dev"]
        # Without the sticky bit: one user replaces what another one made.
        command += ["--perms", "0777", "--tmpfs", "/tmp", "--dir", "/var/tmp"]
        command += ["--ro-bind", str(SERVER), "/var/tmp/serve.py"]
        command += ["--ro-bind", str(_SCRIPT), "/var/tmp/workload.py"]
        self._lent = [end.fileno() for end in sockets]
        setting = {"sockets": self._lent[:], "libc": library is not None}
        self._setting: dict[str, object] = setting
        if library is not None:
            self._lent.append(library)
            command += ["--symlink", f"/proc/self/fd/{library}", "/var/tmp/libc.so.6"]
        self._command = ["env", "LD_LIBRARY_PATH=/var/tmp"] if library is not None else []
        self._command += ["/usr/bin/python3", "-I", "-S", "-B", "/var/tmp/serve.py"]
        self._command += ["/var/tmp/workload.py"]
        self._info, tell = os.pipe()
        command += ["--info-fd", str(tell)]
        command += ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        command += ["--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"]
        command += [*self._command, json.dumps(setting)]
        try:
            self._child = start_child(
                "workload", command, output=subprocess.DEVNULL, pass_fds=[*self._lent, tell]
            )
        finally:
            os.close(tell)

    @property
    def alive(self) -> bool:
        return self._child.alive

    def mkdir(self, count: int) -> list[Window]:
        """Make `count` directories with random names, one after the other."""
        return self._windows("calls", count=count, name="mkdir")

    def calls(self, count: int) -> list[Window]:
        """Make the lab's call `count` times, one after the other, on one CPU after the other."""
        return self._windows("calls", count=count, name=self.call)

    def make(self, *calls: Call, together: bool = False) -> list[Made]:
        """Make the `calls` as they are described, one after the other or, `together`, all at once.

        Processes of their own make them. Raises CourseError for one that cannot be made, and
        SubmissionError for one that does not return what it should.
        """
        asked = [call.settled(self.call) for call in calls]
        with self._blamed(denied=any(call.fails for call in calls)):
            return self._beside().make(asked, self._seconds, together=together)

    def _beside(self) -> Callers:
        """Give the processes that make described calls, in this one's namespaces."""
        if self._callers is None:
            assert self._markers
            self._ask("ready", ignore)  # bubblewrap has made the namespaces.
            with open(self._info, encoding="utf-8", closefd=False) as told:
                init = json.load(told)["child-pid"]
            self._callers = Callers(init, self._markers(), self._command, self._setting, self._lent)
        return self._callers

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
        with ExitStack() as closing:
            closing.callback(os.close, self._info)
            closing.callback(self._child.close)
            if self._callers:
                closing.callback(self._callers.close)

    def _windows(self, call: str, **arguments: object) -> list[Window]:
        return self._ask(call, read_windows, **arguments)

    def _ask(self, call: str, read: Callable[[Any], Value], **arguments: object) -> Value:
        with self._blamed():
            return self._child.ask("trigger", self._seconds, call, read, **arguments)

    @contextmanager
    def _blamed(self, *, denied: bool = False) -> Iterator[None]:
        """Say of what a process could not do, in this block, what it means for the submission.

        With `denied`, a program is to deny a call: one that only watches is the mistake then.
        """
        try:
            yield
        except (ChildDiedError, RefusedError) as error:
            if not denied and self._watched():
                raise InfraError(
                    say(
                        "The workload's system calls did not succeed, though the program could "
                        "only watch them: {what}",
                        what=error.what,
                    ),
                    say("Is enough memory free? Grade again."),
                ) from error
            raise SubmissionError(
                say(
                    "With your program attached, the workload's system calls did not "
                    "succeed: {what}",
                    what=error.what,
                ),
                say("A tracing program only watches; it must not change or end what it traces."),
            ) from error


def random_count(low: int = 3, high: int = 12) -> int:
    """Return how many events a check causes: no submission can know it beforehand.

    Where their number is all that is judged, choose from many: a guess must not be worth a try.
    """
    return random.SystemRandom().randint(low, high)
