"""The grader's own BPF program: how many calls there really were, on the whole machine."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from grader.base.atomic_write import put
from grader.base.errors import InfraError, LabebpfError
from grader.base.messages import say
from grader.base.rpc import SERVER, require_type
from grader.base.templates import open_templates
from grader.evidence.child import start_child
from grader.evidence.maps import Libbpf, Map, SharedArray

SYSTEM_CALLS = {
    "mkdir": ("mkdir", "mkdirat"),
    "rmdir": ("rmdir", "unlinkat"),
    "unlink": ("unlink", "unlinkat"),
    "rename": ("rename", "renameat", "renameat2"),
    "link": ("link", "linkat"),
    "symlink": ("symlink", "symlinkat"),
    "packet": ("sendmmsg",),
}
"""What the workload can call, and all the calls that then do the same in the kernel."""
_ONLY_AT = {"aarch64", "riscv64"}
"""Architectures without the calls that take no folder (asm-generic/unistd.h)."""
STRIDE = 16
"""Slots of 8 bytes that each CPU has for itself: two cache lines of 64 bytes."""
BRAKE = 2_000_000
"""By how many ns a call is held up while the brake is on."""
_SETTINGS = 3
"""Slots after those of the CPUs: the brake, how many calls meet, and whom the brake spares."""
TEMPLATE = "witness.c.j2"
_MAPS = ("counts", "racy")
_SCRIPT = Path(__file__).parent / "scripts" / "count_calls.py"


def kernel_calls(call: str, machine: str = "") -> tuple[str, ...]:
    """Return the system calls that do what the workload's `call` says, the one it makes first.

    On this machine, or a `machine` of that name. Raises KeyError for what the workload cannot call.
    """
    all_ = SYSTEM_CALLS[call]
    if (machine or os.uname().machine) not in _ONLY_AT:
        return all_
    return tuple(each for each in all_ if "at" in each) or all_


def seen_calls(hook: str, call: str) -> tuple[str, ...]:
    """Return the system calls that `hook`, a lab's `attach`, sees of the workload's `call`.

    Raises KeyError for what the workload cannot call.
    """
    calls = kernel_calls(call)
    return calls if hook.startswith("lsm:") else calls[:1]


def render(templates: Path, cpus: int, calls: Sequence[str] = ("mkdir",)) -> str:
    """Return the witness of `calls` as BPF C, for a machine that can have `cpus` CPUs."""
    template = open_templates(templates).get_template(TEMPLATE)
    return template.render(calls=calls, cpus=cpus, stride=STRIDE)


def possible_cpus() -> int:
    """Return one more than the highest number that a CPU of this machine can have."""
    return int(re.findall(r"\d+", Path("/sys/devices/system/cpu/possible").read_text())[-1]) + 1


def _store_name(source: bytes, cpus: int, calls: Sequence[str]) -> str:
    """Name what is compiled for this kernel, with the layout that this module reads."""
    kernel = os.uname()
    what = (source, cpus, STRIDE, *calls, kernel.release, kernel.version)
    return f"witness-{hashlib.sha256(repr(what).encode()).hexdigest()[:16]}"


def _read_stored(path: Path) -> dict[str, Any] | None:
    """Read what `_write_stored` wrote, None for anything else."""
    try:
        digest, _, data = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    intact = digest == hashlib.sha256(data).hexdigest().encode()
    return _object(json.loads(data)) if intact else None


def _write_stored(path: Path, compiled: dict[str, Any]) -> None:
    data = json.dumps(compiled).encode()
    with suppress(OSError):  # Then it is compiled each time.
        put(path, hashlib.sha256(data).hexdigest().encode() + b"\n" + data)


def _object(value: Any) -> dict[str, Any]:
    return require_type(dict, value)


def _map_ids(value: Any) -> dict[str, int]:
    return {name: require_type(int, value[name]) for name in _MAPS}


Read = TypeVar("Read")


class Witness:
    """Counts `calls` on the whole machine, exactly. Attach it before any student code.

    `bwrap` are the arguments that give its process the kernel headers. Compiling starts at once;
    `wait` ends when the witness is attached; one that is `held` is attached after `release` only.
    What was compiled is stored in the folder `store`, for the next witness of the same calls.
    Raises InfraError when the kernel refuses the witness.
    """

    def __init__(
        self,
        templates: Path,
        bwrap: Sequence[str],
        calls: tuple[str, ...] = ("mkdir",),
        *,
        store: Path,
        held: bool = False,
    ) -> None:
        self.calls = calls
        command = ["bwrap", "--die-with-parent", "--dev-bind", "/", "/", *bwrap]
        command += ["/usr/bin/python3", "-I", "-B", str(SERVER), str(_SCRIPT)]
        self._stack = ExitStack()
        self._log = self._stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        self._child = start_child("witness", command, output=self._log)
        self._libbpf = Libbpf()
        self._counts: SharedArray | None = None
        self._racy: Map | None = None
        self._cpus = possible_cpus()
        source = (templates / TEMPLATE).read_bytes()
        self._stored = store / _store_name(source, self._cpus, calls)
        self._compiled = _read_stored(self._stored)
        self._compiling = (
            self._child.send("use", compiled=self._compiled)
            if self._compiled
            else self._child.send("compile", text=render(templates, self._cpus, calls))
        )
        self._attaching = ""
        if not held:
            self.release()

    def release(self) -> None:
        """Let the witness attach once it is compiled."""
        self._attaching = self._child.send("attach", maps=_MAPS)

    def wait(self, seconds: float) -> None:
        """Return when the witness is attached. Raises InfraError."""
        if self.attached:
            return
        deadline = time.monotonic() + seconds
        try:
            compiled = self._child.receive(self._compiling, "compile", seconds, _object)
            left = max(0.0, deadline - time.monotonic())
            ids = self._child.receive(self._attaching, "load", left, _map_ids)
            if not self._compiled:
                _write_stored(self._stored, compiled)
        except LabebpfError as error:
            self._stored.unlink(missing_ok=True)
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
        self._counts = SharedArray(self._libbpf, ids["counts"], self._cpus * STRIDE + _SETTINGS)
        self._racy = Map(self._libbpf, ids["racy"])

    @property
    def attached(self) -> bool:
        return self._counts is not None

    @property
    def alive(self) -> bool:
        """Whether its process is there, which holds the program."""
        return not self.attached or self._child.alive

    def _sum(self, what: int) -> int:
        """Return how many of all calls together were entered (0) or left (1)."""
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
        """Call `read` while no call is under way; return the calls so far and what `read` returned.

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

    @contextmanager
    def brake(self, spared: int = 0) -> Iterator[None]:
        """Hold up each call of any process by 2 ms meanwhile, but for the process `spared`.

        Others can make directories faster than a script prints them. BCC's perf_buffer_poll()
        then never returns, and each SIGINT falls into a callback of ctypes, which swallows it.
        """
        first = self._cpus * STRIDE
        with self._set(first + 2, spared), self._set(first, BRAKE):
            yield

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
