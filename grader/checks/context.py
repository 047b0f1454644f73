"""What judging one lab needs beside the submission's own program and script.

Witness, trace and workload stand before any student code exists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from grader.base.errors import CourseError, InfraError, Phase, PhaseTimeoutError, SubmissionError
from grader.base.messages import say
from grader.evidence.attribution import PRINTING, Attribution
from grader.evidence.bpftool import (
    ACTING_HELPERS,
    OBSERVING_TYPES,
    TAIL_CALL,
    WATCHING,
    Attachment,
    Bpftool,
)
from grader.evidence.maps import Libbpf
from grader.evidence.trace import PRINTK, TraceInstance
from grader.evidence.trace_markers import TraceMarkers
from grader.evidence.witness import SYSTEM_CALLS, Witness, kernel_calls, seen_calls
from grader.evidence.workload import Workload
from grader.kernel.native import NativeKernel
from grader.kernel.netns import Network
from grader.kernel.probe import Probe
from grader.kernel.uprobe import Uprobe
from grader.kernel.veth import Cable
from grader.labs import Lab
from grader.submission.hand_in_files import Submission
from grader.submission.program import Program, Table


class Context:
    """What a program and a script stand on: one lab, one submission, one kernel."""

    def __init__(
        self,
        kernel: NativeKernel,
        lab: Lab,
        submission: Submission,
        templates: Path,
        *,
        scale: float = 1.0,
        tell: Callable[[Phase], object] = str,
    ) -> None:
        """Start the witness and the workload.

        `scale` stretches every deadline; `tell` is told each phase.
        """
        self._tell_phase = tell
        self._threads = ThreadPoolExecutor(thread_name_prefix="beside")
        """The kernel takes its time over what is made and taken down there: other things go on."""
        self._ending: list[Future[object]] = []
        self.kernel = kernel
        self.lab = lab
        self.submission = submission
        self.scale = scale
        self.place = _place(lab.attach)
        """What the lab's programs attach to, where a sandbox has to be given that."""
        network = self.place.namespace if isinstance(self.place, (Network, Cable)) else None
        self.bpftool = Bpftool(kernel.helper_symbols, network)
        self.libbpf = Libbpf()
        self._submitted: list[Callable[[], list[int]]] = []
        """Each tells the processes of a program or script of the submission."""
        self._witness = kernel.witness(templates, self._calls())
        self._workload = self._start_workload()
        self._workload_pid = 0
        self._trace: TraceInstance | None = None
        self._next_trace: Future[TraceInstance] | None = self._threads.submit(self.new_trace)
        self.plain: tuple[str, ...] = ()
        """The program's functions that do not name their own place, once it is compiled."""
        self.tables: dict[str, Table] = {}
        """What the program declares, once it is compiled."""
        self.phase = "load"

    @property
    def phase(self) -> Phase:
        """What is going on: compile, load, trigger or wait. A check's own time limit names it."""
        return self._phase

    @phase.setter
    def phase(self, phase: Phase) -> None:
        self._phase = phase
        self._tell_phase(phase)

    @property
    def witness(self) -> Witness:
        self._witness.wait(30 * self.scale)
        return self._witness

    @property
    def workload(self) -> Workload:
        """The workload, alive: a submission that killed it does not spoil the next check."""
        if not self._workload.alive:
            self._workload.close()
            self._remove_trace()
            self._workload_pid = 0
            self._workload = self._start_workload()
        self.phase = "trigger"
        return self._workload

    def _start_workload(self) -> Workload:
        library = self.place.library if isinstance(self.place, Uprobe) else None
        sockets = self.place.sockets if isinstance(self.place, (Network, Cable)) else ()
        return Workload(
            self.lab.call,
            scale=self.scale,
            library=library,
            sockets=sockets,
            markers=self._markers,
            watched=self._watched,
        )

    def _watched(self) -> bool:
        """Tell whether programs are attached, and only such as no call can fail by."""
        attached = self.bpftool.attachments([pid for each in self._submitted for pid in each()])
        return bool(attached) and all(map(self._only_watches, attached))

    def _only_watches(self, attachment: Attachment) -> bool:
        program = self.bpftool.program(attachment.program_id)
        acting = program.helpers & {*ACTING_HELPERS, TAIL_CALL}
        return attachment.kind in WATCHING and program.type in OBSERVING_TYPES and not acting

    def _markers(self) -> TraceMarkers:
        return TraceMarkers(TraceInstance(self.kernel.tracefs, self.kernel.new_name(), []))

    def _calls(self) -> tuple[str, ...]:
        """Tell the calls that the lab's hook sees. Raises CourseError."""
        call = self.lab.call
        if call not in SYSTEM_CALLS:
            raise CourseError(
                say(
                    "{lab}: the workload cannot make the call {call}.", lab=self.lab.name, call=call
                ),
                say("It can make {names}.", names=", ".join(SYSTEM_CALLS)),
            )
        return seen_calls(self.lab.attach, call)

    @property
    def workload_pid(self) -> int:
        """The workload's process id as the kernel numbers it, whatever PID namespace this is."""
        if not self._workload_pid:
            self.followed()
        return self._workload_pid

    def others_held_up(self) -> AbstractContextManager[None]:
        """Hold up each call of another process meanwhile, by 2 ms: fewer come between."""
        return self.witness.brake(spared=self.workload_pid)

    def followed(self) -> TraceInstance:
        """Give the trace of the workload, made on first use."""
        if self._trace is None:
            prepared, self._next_trace = self._next_trace, None
            self._trace = prepared.result() if prepared else self.new_trace()
            # Without what programs print: one that prints all the time would cover the calls up.
            self._workload_pid = self._find_workload(self._trace)
            self._trace.follow(self._workload_pid, [PRINTK])
        return self._trace

    def new_trace(self) -> TraceInstance:
        """Make a trace of the lab's call, whoever makes it."""
        call = f"syscalls/sys_enter_{kernel_calls(self.lab.call)[0]}"
        return TraceInstance(self.kernel.tracefs, self.kernel.new_name(), [call])

    def attribution(self, pids: Callable[[], list[int]]) -> Attribution:
        """Tell which lines of the trace are of programs that the processes `pids` have."""
        self._submitted.append(pids)
        return Attribution(self.libbpf, lambda: self.bpftool.program_ids(pids()), self._printers)

    def _printers(self, programs: Collection[int]) -> list[str]:
        """Name those of `programs` that can print a line into the trace, and whose they are."""
        found = (self.bpftool.program(number) for number in sorted(programs))
        return [self.bpftool.whose(each) for each in found if each.helpers & PRINTING]

    def _find_workload(self, trace: TraceInstance) -> int:
        """Find the one process that the trace shows in the time of every call of the workload.

        Another that makes such calls all the time may be in many of them, and not in all.
        """
        pids: set[int] | None = None
        for _ in range(50):
            windows = self.workload.calls(4)
            records = trace.collect()
            for window in windows:
                seen = {record.pid for record in records if window.holds(record.time)}
                pids = seen if pids is None else pids & seen
            if pids and len(pids) == 1:
                return pids.pop()
            pids = pids or None  # A record may be lost among many: begin again.
        raise InfraError(
            say("The kernel's trace does not show the workload."), say("Run: ./labebpf doctor")
        )

    def blame(self, error: SubmissionError, functions: Sequence[str] = ()) -> Exception:
        """Return `error`, or InfraError when this kernel lacks what the submission uses.

        That is so where a program that does nothing, at a hook of the same kind, meets the same.
        `functions` are those of the program. What a script prints is believed only of a kind of
        hook that the lab or one of the files asks for: it may print anything.
        """
        if re.search(r"to k(ret)?probe b", error.what + error.log) and self._asks_for("k"):
            probe = self.kernel.offers("kprobes")
            return error if probe.ok else lacking(probe)
        refused = "Operation not permitted|super-user privileges|perf_event_open.*Permission denied"
        if not re.search(refused, error.what + error.log):
            return error
        kind, _, place = self.lab.attach.partition(":")
        canaries = {kind: (f"lsm__{place}" if kind == "lsm" else "nothing", self.lab.attach)}
        if any(re.match("kfunc__|kretfunc__", function) for function in functions):
            canaries["fentry"] = ("kfunc__vfs_mkdir", self.lab.attach)
        if "uprobe" in error.what + error.log and kind != "uprobe" and self._asks_for("u"):
            canaries["uprobe"] = ("nothing", "uprobe:c:getpid")
        for name, (function, hook) in canaries.items():
            with self.kernel.loader(self.scale, self.place) as canary:
                try:
                    self.attach_nothing(canary, function, hook)
                except (SubmissionError, PhaseTimeoutError):
                    return InfraError(
                        say("This kernel lets the sandbox use no {kind} program.", kind=name),
                        say(
                            "To grade in a machine that can: --kernel vm. See also ./labebpf doctor"
                        ),
                    )
        return error

    def _asks_for(self, letter: str) -> bool:
        """Say whether the lab or a file asks for kprobes ("k") or uprobes ("u")."""
        asked = re.compile(rf"attach_{letter}(ret)?probe|\b{letter}(ret)?probe(__|:)".encode())
        sources = (self.lab.attach.encode(), *self.submission.files.values())
        return any(map(asked.search, sources))

    def attach_nothing(self, loader: Program, function: str, hook: str) -> None:
        """Attach a function of that name, which does nothing, to `hook`."""
        loader.begin("nothing.c", f"int {function}(void *ctx)\n{{\n\treturn 0;\n}}\n".encode())
        loader.compile(60 * self.scale)
        loader.load(hook, 30 * self.scale)
        loader.attach(30 * self.scale)

    @property
    def trace(self) -> TraceInstance | None:
        """The trace of the workload, if it was made."""
        return self._trace

    def end(self, part: Callable[[], object]) -> None:
        """Call `part`, which takes something down, while other things go on, until `close`."""
        self._ending.append(self._threads.submit(part))

    def _remove_trace(self) -> None:
        if self._trace:
            self.end(self._trace.remove)
            self._trace = None

    def close(self, *others: Callable[[], object]) -> None:
        """Take everything down, and call `others` meanwhile, whatever part of it fails."""
        with ExitStack() as closing:
            if self.place:
                closing.callback(self.place.close)
            closing.callback(self._threads.shutdown)
            self._remove_trace()
            if prepared := self._next_trace:
                self.end(lambda: prepared.result().remove())
            for part in (*others, self._workload.close):
                self.end(part)
            for ending in self._ending:
                closing.callback(ending.result)


def lacking(probe: Probe) -> InfraError:
    """Make the error for something that this kernel does not offer."""
    return InfraError(
        say("This kernel does not offer {need}: {detail}.", need=probe.name, detail=probe.detail),
        say("{remedy} Or grade in a machine that has them: --kernel vm", remedy=probe.remedy),
    )


def _place(attach: str) -> Uprobe | Network | Cable | None:
    kind, _, place = attach.partition(":")
    if kind == "uprobe":
        return Uprobe(place.removeprefix("c:"))
    return {"lo": Network, "veth0": Cable}[place]() if kind == "xdp" else None
