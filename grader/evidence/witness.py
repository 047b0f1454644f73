"""The grader's own BPF program: how many calls there really were, on the whole machine."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import jinja2

from grader.base.errors import InfraError, LabebpfError
from grader.base.messages import say
from grader.evidence.child import Child
from grader.evidence.maps import Libbpf, Map, SharedArray
from grader.evidence.workload import Window

CALLS = {
    "mkdir": ("mkdir", "mkdirat"),
    "rmdir": ("rmdir", "unlinkat"),
    "unlink": ("unlink", "unlinkat"),
    "rename": ("rename", "renameat", "renameat2"),
    "link": ("link", "linkat"),
    "symlink": ("symlink", "symlinkat"),
    "packet": ("sendmmsg",),
}
"""What the workload can call, and all the calls that then do the same in the kernel."""
STRIDE = 16
"""Slots of 8 bytes that each CPU has for itself: two cache lines of 64 bytes."""
BRAKE = 2_000_000
"""By how many ns a call is held up while the brake is on."""
_MOMENT = 50_000
"""ns within which what is attached to the end of a call has run, and asked for the time."""
_SCRIPT = Path(__file__).parent / "scripts" / "count_calls.py"


def render(templates: Path, cpus: int, calls: Sequence[str] = ("mkdir",)) -> str:
    """The witness of `calls` as BPF C, for a machine that can have `cpus` CPUs."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates), undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("witness.c.j2").render(calls=calls, cpus=cpus, stride=STRIDE)


def possible_cpus() -> int:
    """One more than the highest number that a CPU of this machine can have."""
    return int(re.findall(r"\d+", Path("/sys/devices/system/cpu/possible").read_text())[-1]) + 1


Read = TypeVar("Read")


class Witness:
    """Counts `calls` on the whole machine, exactly. Attach it before any student code.

    `bwrap` are the arguments that give its process the kernel headers. Compiling starts at once;
    `wait` ends when it is attached, which one that is `held` waits for `release` with. Raises
    InfraError when the kernel refuses it.
    """

    def __init__(
        self,
        templates: Path,
        bwrap: Sequence[str],
        calls: tuple[str, ...] = ("mkdir",),
        *,
        held: bool = False,
    ) -> None:
        self.calls = calls
        command = ["bwrap", "--die-with-parent", "--dev-bind", "/", "/", *bwrap]
        command += ["/usr/bin/python3", "-I", "-B", str(_SCRIPT)]
        self._stack = ExitStack()
        self._log = self._stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        self._child = Child("witness", command, stderr=self._log)
        self._libbpf = Libbpf()
        self._counts: SharedArray | None = None
        self._racy: Map | None = None
        self._cpus = possible_cpus()
        self._child.tell(text=render(templates, self._cpus, calls), maps=["counts", "racy"])
        if not held:
            self.release()

    def release(self) -> None:
        """Let it attach once it is compiled."""
        self._child.tell()

    def wait(self, seconds: float) -> None:
        """Return when it is attached. Raises InfraError."""
        if self.attached:
            return
        try:
            ids = self._child.hear("load", seconds)
        except LabebpfError as error:
            self._log.seek(0)
            printed = self._log.read().decode(errors="replace")[-2000:]
            raise InfraError(
                say(
                    "The grader's own program does not run on this kernel. {what}\n{printed}",
                    what=error.what,
                    printed=printed,
                ),
                say("Run: ./labebpf doctor"),
            ) from error
        self._counts = SharedArray(self._libbpf, ids["counts"], self._cpus * STRIDE + 2)
        self._racy = Map(self._libbpf, ids["racy"])

    @property
    def attached(self) -> bool:
        return self._counts is not None

    @property
    def alive(self) -> bool:
        """Whether its process is there, which holds the program."""
        return not self.attached or self._child.alive

    def comes_after(self, window: Window) -> bool:
        """Whether any call entered or left after `window`, which is one call's."""
        return any(time > window.end for cpu in range(self._cpus) for time in self._last(cpu))

    def all_told(self, window: Window, told: Collection[int], since: int) -> bool:
        """Whether a report of the latest call, that in `window`, waited for no other call.

        `told` are the times (ns) in all reports from `since` on. Buffers of several CPUs are not
        emptied in the order of time: a report that waits for another event may have had an earlier
        one of another CPU. One that did not wait is there with the latest event of each CPU.
        """
        if self.comes_after(window):
            return False
        latest = [self._last(cpu) for cpu in range(self._cpus)]
        untold = set(told)
        for entered, left in sorted(times for times in latest if max(times) >= since):
            # A call may take long; what is attached to it asks for the time at its begin or end.
            near = [t for t in untold if 0 <= t - entered <= _MOMENT or abs(t - left) <= _MOMENT]
            if not near:
                return False
            untold.remove(min(near))
        # No other call came in the middle of this one on its CPU: that is held up for longer.
        return window.end - latest[window.cpu][0] < BRAKE / 2

    def _last(self, cpu: int) -> tuple[int, int]:
        """When a call last entered, and left, on this CPU (ns, CLOCK_MONOTONIC; 0 for never)."""
        assert self._counts
        base = cpu * STRIDE
        return self._counts[base + STRIDE - 3], self._counts[base + STRIDE - 2]

    def _sum(self, what: int) -> int:
        """Of all calls together, those entered (0) or left (1)."""
        assert self._counts
        slots = range(what, 2 * len(self.calls), 2)
        return sum(self._counts[cpu * STRIDE + n] for cpu in range(self._cpus) for n in slots)

    @property
    def entered(self) -> int:
        """Calls that were entered so far."""
        return self._sum(0)

    @property
    def left(self) -> int:
        """Calls that ended so far.

        What a program reports from now on is at most of all calls that did not end before: it may
        be attached to a call's end, or be held up in the middle of one.
        """
        return self._sum(1)

    @property
    def failed(self) -> int:
        """Calls so far that did not succeed; the workload's always do."""
        assert self._counts
        return sum(self._counts[cpu * STRIDE + STRIDE - 1] for cpu in range(self._cpus))

    @property
    def lost_by_racy(self) -> int:
        """Counts that a plain, not atomic, counter of the same calls has lost so far."""
        assert self._racy
        # What left, for racy counts on the way out.
        return self._sum(1) - (self._racy.get(0) or 0)

    def quietly(self, read: Callable[[], Read], seconds: float) -> tuple[int, Read]:
        """Call `read` while no call is under way: (calls so far, what `read` returned).

        Tried again until a quiet moment was caught. On a machine that has none for half the
        time, a moment is enough in which none began and none ended: those under way were
        waiting for a CPU then. Raises InfraError when there is not even that.
        """
        start = time.monotonic()
        while True:
            left, before = self._sum(1), self._sum(0)
            value = read()
            entered = self._sum(0)
            if left == entered:
                return entered, value
            waited = time.monotonic() - start
            if waited > seconds / 2 and before == entered and left == self._sum(1):
                return entered, value
            if waited > seconds:
                raise InfraError(
                    say(
                        "Other processes {calls} without a pause: nothing can be counted.",
                        calls=self.calls[0],
                    ),
                    say("End them, or grade on another machine."),
                )

    def brake(self) -> AbstractContextManager[None]:
        """Hold up each call of any process by 2 ms meanwhile.

        Others can make directories faster than a script prints them. BCC's perf_buffer_poll()
        then never returns, and each SIGINT falls into a callback of ctypes, which swallows it.
        """
        return self._set(self._cpus * STRIDE, BRAKE)

    def meetings(self, calls: int) -> AbstractContextManager[None]:
        """Let `calls` calls at a time go on together meanwhile, as well as BPF can."""
        return self._set(self._cpus * STRIDE + 1, calls)

    @contextmanager
    def _set(self, slot: int, value: int) -> Iterator[None]:
        assert self._counts
        self._counts[slot] = value
        try:
            yield
        finally:
            self._counts[slot] = 0

    def close(self) -> None:
        with self._stack as closing:
            for part in (self._counts, self._racy):
                if part:
                    closing.callback(part.close)
            self._child.close()
