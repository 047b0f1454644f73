"""Hold this machine's own kernel for one grading at a time, and leave it as it was found."""

from __future__ import annotations

import os
import re
import resource
import secrets
import select
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import Protocol

from grader.base.descriptors import close_all_but
from grader.base.errors import InfraError
from grader.base.lock import acquire_lock
from grader.base.messages import Message, say
from grader.base.profile import span
from grader.base.waiting import remove_folder
from grader.evidence.witness import Witness
from grader.kernel.features import (
    Features,
    open_files,
    privileges,
    sandbox_capabilities,
)
from grader.kernel.headers import find_headers
from grader.kernel.mounts import TRACEFS, mount_privately
from grader.kernel.probe import Probe
from grader.kernel.tracefs_copy import bwrap_arguments, kernel_copy
from grader.submission.cgroup import leftover_groups, remove_group
from grader.submission.program import Program
from grader.submission.sandbox import Limits, Sandbox, View
from grader.submission.script import Script

RUN = Path("/run/labebpf")
PREFIX = "labebpf-"
STOPPED_SECONDS = 20
TRACEFS_PLACES = (Path("/sys/kernel/tracing"), Path("/sys/kernel/debug/tracing"))
PARANOID = Path("/proc/sys/kernel/perf_event_paranoid")
"""Debian and Ubuntu know levels above 2, upstream's default, at which CAP_PERFMON is not enough
for perf_event_open(2), by which BCC attaches."""
SAVED_PARANOID = RUN / "perf_event_paranoid"


class AttachPoint(Protocol):
    """What a sandbox can be lent, for its programs to be attached to: a uprobe, or a network."""

    def lend(self, view: View) -> View: ...


class NativeKernel:
    """The running kernel, while this process holds the lock on it.

    When the grader has ended, in whatever way, a keeper process that shares the lock removes what
    is left: control groups, trace instances, working folders. If the keeper was killed too, the
    next grading removes it.
    """

    where = "native"

    @span("takes the kernel")
    def __init__(
        self,
        *,
        hidden: tuple[Path, ...],
        waiting: Callable[[Message], None],
    ) -> None:
        """Take the kernel. Raises InfraError where this process may not or the kernel cannot.

        No sandbox may see the folders `hidden`. `waiting` is called with a sentence, once, when
        another grading holds the lock.
        """
        allowed = privileges()
        if not allowed.ok:
            raise InfraError(
                say(
                    "Grading on this machine's own kernel needs root: {detail}.",
                    detail=allowed.detail,
                ),
                say("Run: {remedy}", remedy=allowed.remedy),
            )
        files = open_files()
        if not files.ok:
            raise InfraError(
                say("This process may open too few files: {detail}.", detail=files.detail),
                say("Run: {remedy}", remedy=files.remedy),
            )
        RUN.mkdir(exist_ok=True)
        RUN.chmod(0o711)
        with ExitStack() as held:
            lock = acquire_lock(
                RUN / "lock",
                lambda: waiting(say("Another grading uses this kernel; waiting for its end.")),
            )
            held.callback(os.close, lock)
            mount_privately()
            remove_leftovers()
            _raise_memlock_limit()
            if int(PARANOID.read_text()) > 2:
                SAVED_PARANOID.write_text(PARANOID.read_text())
                PARANOID.write_text("2")
            keeper, self._alive = _start_keeper(lock)
            held.callback(os.waitpid, keeper, 0)
            held.callback(os.close, self._alive)
            self._set_up(hidden)
            self._held = held.pop_all()

    def limit(self, seconds: float) -> None:
        """Let the keeper kill this process, should it still be there in so many seconds."""
        os.write(self._alive, f"{time.monotonic() + seconds}\n".encode())

    def _set_up(self, hidden: tuple[Path, ...]) -> None:
        self.features = Features()
        self.headers = find_headers(os.uname().release)
        if self.headers.origin == "none":
            raise InfraError(
                say("BCC has no kernel headers to compile against."), say("Run: ./labebpf doctor")
            )
        copy = kernel_copy(TRACEFS)
        self.headers_view = (*self.headers.bwrap, "--ro-bind", f"{copy}/kallsyms", "/proc/kallsyms")
        self.view = View(
            bwrap=(*self.headers.bwrap, *bwrap_arguments(copy)),
            hidden=hidden,
            capabilities=sandbox_capabilities(),
        )
        self.helper_symbols = copy / "helpers"
        self._witness: Witness | None = None
        self._loaders: list[Program] = []
        self._scripts: list[Script] = []
        self._work = RUN / f"work-{secrets.token_hex(6)}"
        self._work.mkdir()
        self._work.chmod(0o711)

    def witness(
        self, templates: Path, calls: tuple[str, ...] = ("mkdir",), *, held: bool = False
    ) -> Witness:
        """Return the witness of `calls`, which may still be starting; start one if there is none.

        Where `held`, a new witness attaches only when it is released.
        """
        if self._witness and not (self._witness.alive and self._witness.calls == calls):
            self.close_witness()
        if self._witness is None:
            self._witness = Witness(templates, self.headers_view, calls, store=RUN, held=held)
        return self._witness

    def close_witness(self) -> None:
        """End the witness. The next call of `witness` starts another."""
        if witness := self._witness:
            self._witness = None
            witness.close()

    def others_waiting(self) -> AbstractContextManager[None]:
        """Keep other gradings from loading the CPUs while the context lasts."""
        return nullcontext()  # They wait already, for the lock.

    def sandbox(
        self, files: dict[str, bytes], scale: float = 1.0, place: AttachPoint | None = None
    ) -> Sandbox:
        """Make a sandbox with `files` in it. `scale` stretches the CPU time that it may take.

        Programs of the sandbox may also be attached to `place`.
        """
        limits = Limits(cpu_seconds=int(Limits().cpu_seconds * scale) + 1)
        view = place.lend(self.view) if place else self.view
        return Sandbox(self.new_name(), files, view, work=self.work, limits=limits)

    def loader(self, scale: float = 1.0, place: AttachPoint | None = None) -> Program:
        """Return a loader for one program: a spare one, or a new one."""
        if self._loaders and not place:
            return self._loaders.pop()
        return Program(self.sandbox({}, scale, place))

    def script(self, scale: float = 1.0, place: AttachPoint | None = None) -> Script:
        """Return a process for one script: a spare one, or a new one."""
        if self._scripts and not place:
            return self._scripts.pop()
        pipes = [f"{folder}/trace_pipe" for folder in TRACEFS_PLACES if folder.parent.is_dir()]
        return Script(self.sandbox({}, scale, place), trace_pipes=pipes)

    def start_spares(self, loaders: int, scripts: int, scale: float) -> None:
        """Start so many loaders and scripts, which `loader` and `script` then return."""
        programs = [self.loader(scale) for _ in range(loaders)]
        self._scripts += [self.script(scale) for _ in range(scripts)]
        self._loaders += programs

    def wait_for_spares(self, seconds: float) -> None:
        """Wait until all spare processes have imported BCC. Raises what Program and Script do."""
        for loader in self._loaders:
            loader.wait_until_ready(seconds)
        for script in self._scripts:
            script.wait_until_ready(seconds)

    @property
    def tracefs(self) -> Path:
        """Where tracefs is mounted."""
        return TRACEFS

    @property
    def work(self) -> Path:
        """The folder of this grading, which is removed at its end."""
        return self._work

    def new_name(self) -> str:
        """Make a free name for a control group or trace instance, that `remove_leftovers` knows."""
        return f"{PREFIX}{secrets.token_hex(6)}"

    def offers(self, need: str) -> Probe:
        """Tell whether this kernel offers `need`, a word of a lab's manifest."""
        return self.features.offers(need)

    def describe(self) -> dict[str, str]:
        """Describe this kernel for result.json."""
        return {
            "where": self.where,
            "release": os.uname().release,
            "headers": str(self.headers),
        }

    @span("lets go of the kernel")
    def close(self) -> None:
        """Let go of the kernel. Environments and sandboxes must be closed before."""
        with self._held as closing:  # The lock last, whatever fails before.
            for loader in self._loaders:
                closing.callback(loader.close)
            for script in self._scripts:
                closing.callback(script.close)
            closing.callback(self.close_witness)


def remove_leftovers() -> None:
    """Remove what an earlier grading left. The caller holds the lock, so none is under way."""
    for group in leftover_groups(PREFIX):
        remove_group(group, seconds=5)
    for instance in (TRACEFS / "instances").glob(f"{PREFIX}*"):
        remove_folder(instance)
    for folder in RUN.glob("work-*"):
        shutil.rmtree(folder, ignore_errors=True)
    if SAVED_PARANOID.exists():
        PARANOID.write_text(SAVED_PARANOID.read_text())
        SAVED_PARANOID.unlink()
    events = TRACEFS / "kprobe_events"
    for name in re.findall(r"^\w+:(labebpf/\S+)", _read_if_there(events), re.MULTILINE):
        write_kprobe_event(events, f"-:{name}")


def write_kprobe_event(events: Path, line: str) -> None:
    """Append a line to kprobe_events, which refuses to be sought in, as Python's mode "a" does."""
    descriptor = os.open(events, os.O_WRONLY | os.O_APPEND)
    try:
        os.write(descriptor, line.encode() + b"\n")
    finally:
        os.close(descriptor)


def _raise_memlock_limit() -> None:
    """Raise the limit on locked memory: before Linux 5.11 maps count as such, and it is 64 KiB.

    Sandboxes inherit the limit. BCC would raise it, and may not do so there.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    wanted = Limits().memory
    try:
        if soft != resource.RLIM_INFINITY and soft < wanted:
            most = hard if hard == resource.RLIM_INFINITY else max(hard, wanted)
            resource.setrlimit(resource.RLIMIT_MEMLOCK, (wanted, most))
    except (ValueError, OSError):
        pass  # Without CAP_SYS_RESOURCE; labebpf doctor shows the limit.


def _read_if_there(path: Path) -> str:
    """Read a file; "" where this kernel does not have it."""
    try:
        return path.read_text()
    except OSError:
        return ""


def _start_keeper(lock: int) -> tuple[int, int]:
    """Fork the keeper. Returns its pid, and the descriptor that it sees closed at the grader's end.

    Until then it reads there when it is to kill the grader, as a time of the monotonic clock. The
    keeper shares the lock, so that no other grading starts before it has tidied up.
    """
    gone, alive = os.pipe()
    grader = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    keeper = os.fork()
    if keeper:
        os.close(gone)
        return keeper, alive
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)
        close_all_but(lock, gone)
        _watch(grader, gone)
        remove_leftovers()
    finally:
        os._exit(0)


def _watch(grader: int, gone: int) -> None:
    """Return when the process `grader` is gone; kill it when told to, or when stopped for long.

    A submission's BPF program can stop the grader, whose own timeouts then do not come.
    """
    end = float("inf")
    moving = time.monotonic()
    while True:
        if select.select([gone], [], [], 5)[0]:
            told = os.read(gone, 1 << 10)
            if not told:
                return
            end = float(told.split()[-1])
        now = time.monotonic()
        stat = Path(f"/proc/{grader}/stat").read_text(errors="replace")
        state = stat.rpartition(")")[2].split()[0]
        moving = moving if state == "T" else now
        if now > end or now - moving > STOPPED_SECONDS:
            os.kill(grader, signal.SIGKILL)
