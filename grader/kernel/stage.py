"""Everything that judging one lab needs, set up in the order that keeps a verdict honest.

Witness, trace and workload stand before any student code exists. A program is loaded, looked at,
then attached. Programs and scripts of a submission never run at the same time.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from grader.course import Lab
from grader.errors import CourseError, Infra, Phase, PhaseTimeout, SubmissionError, Wrong
from grader.evidence.attribution import PRINTING, Attribution, OwnTrace
from grader.evidence.introspection import MOST_OF_A_NAME, Bpftool
from grader.evidence.maps import Libbpf
from grader.evidence.trace import PRINTK, TraceInstance
from grader.evidence.witness import CALLS, Witness
from grader.evidence.workload import Workload
from grader.kernel.features import Probe
from grader.kernel.native import NativeKernel
from grader.kernel.network import Network
from grader.kernel.once import Once
from grader.kernel.staged_program import StagedProgram
from grader.kernel.staged_script import StagedScript
from grader.kernel.uprobe import Uprobe
from grader.kernel.view import probe_lists
from grader.submission.call import call
from grader.submission.files import Submission
from grader.submission.program import Program
from grader.submission.sandbox import Sandbox
from grader.words import say

_ROUND = 1_000
_ROUNDS_SECONDS = 15
_ENOUGH_LOST, _STILL_ENOUGH, _HARDLY_ANY = 200, 60, 30
"""The witness's plain counter loses about twice as many as a submission's `++` that also prints, at
most 17 times as many (measured on two CPUs, natively and emulated): 200 leave that one with all of
its counts once in e^12 times at most, and 60 once in e^30 where it loses as many as mostly."""


class Stage:
    """One lab, one submission, one kernel. `scale` stretches every deadline."""

    def __init__(
        self,
        kernel: NativeKernel,
        lab: Lab,
        submission: Submission,
        templates: Path,
        *,
        scale: float = 1.0,
        pattern: bool = False,
        script: bool = False,
        trace_with_script: bool = True,
        tell: Callable[[Phase], object] = str,
    ) -> None:
        """Start everything that takes time.

        `pattern` says that the second build is wanted, `script` that the script is, and
        `trace_with_script` that a check wants the trace while it runs. `tell` is told each phase.
        """
        self._tell_phase = tell
        self._trace_with_script = trace_with_script
        self._pattern = pattern
        self._retiring: list[threading.Thread] = []
        self.kernel = kernel
        self.lab = lab
        self.submission = submission
        self.scale = scale
        self.place = _place(lab.attach)
        """What the lab's programs attach to, where a sandbox has to be given that."""
        network = self.place.namespace if isinstance(self.place, Network) else None
        self.bpftool = Bpftool(kernel.helper_symbols, network)
        self.libbpf = Libbpf()
        self._witness = kernel.witness(templates, self._calls())
        self._workload = self._start_workload()
        self._workload_pid = 0
        self._trace: TraceInstance | None = None
        self._programs: dict[str, StagedProgram] = {}
        """The program, and its second build `pattern`, while they are in use."""
        self._script: StagedScript | None = None
        self._failed: dict[str, Exception] = {}
        self._places: dict[str, list[tuple[str, str]]] | None = None
        self._with_script = script
        self.plain: tuple[str, ...] = ()
        """The program's functions that do not name their own place, once it is compiled."""
        self.once = Once(self)
        """Looks at the program once, for all the tasks that hang on what is seen."""
        self.phase = "load"
        if lab.program in submission.files:
            self._loader("program").begin()
            if pattern:
                self._loader("pattern")
        if script and lab.script in submission.files:
            self._script = StagedScript(self)

    @property
    def phase(self) -> Phase:
        """What is going on: compile, load, trigger or wait; a check's own time limit names it."""
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
            self._retire_trace()
            self._workload_pid = 0
            self._workload = self._start_workload()
        self.phase = "trigger"
        return self._workload

    def _start_workload(self) -> Workload:
        library = self.place.library if isinstance(self.place, Uprobe) else None
        sockets = self.place.sockets if isinstance(self.place, Network) else ()
        return Workload(self.lab.call, scale=self.scale, library=library, sockets=sockets)

    def _calls(self) -> tuple[str, ...]:
        """The calls that the lab's hook sees. Raises CourseError."""
        call = self.lab.call
        if call not in CALLS:
            raise CourseError(
                say(
                    "{lab}: the workload cannot make the call {call}.", lab=self.lab.name, call=call
                ),
                say("It can make {names}.", names=", ".join(CALLS)),
            )
        return CALLS[call] if self.lab.attach.startswith("lsm:") else CALLS[call][:1]

    @property
    def trace(self) -> OwnTrace:
        """What the submission's programs print as the workload acts."""
        return OwnTrace(self._followed(), self._running_attribution)

    @property
    def workload_pid(self) -> int:
        """The workload's process id as the kernel numbers it, whatever PID namespace this is."""
        if not self._workload_pid:
            self._followed()
        return self._workload_pid

    def _followed(self) -> TraceInstance:
        """The trace of the workload, made on first use."""
        if self._trace is None:
            tracefs = self.kernel.tracefs
            call = f"syscalls/sys_enter_{CALLS[self.lab.call][0]}"
            self._trace = TraceInstance(tracefs, self.kernel.new_name(), [call])
            # Without what programs print: one that prints all the time would cover the calls up.
            self._workload_pid = self._find_workload(self._trace)
            self._trace.follow(self._workload_pid, [PRINTK])
        return self._trace

    def attribution(self, pids: Callable[[], list[int]]) -> Attribution:
        """Tell which lines of the trace are those of programs that the processes `pids` have."""
        return Attribution(self.libbpf, lambda: self.bpftool.program_ids(pids()), self._printers)

    def _running_attribution(self) -> Attribution:
        """That of the script, or else of the program. Raises CourseError where neither runs."""
        running = self._script if self._script and self._script.running else None
        one = running or self._programs.get("program")
        if one is None:
            raise CourseError(
                say("{lab}: a check asks for the trace, and no program runs.", lab=self.lab.name),
                "Let it use the fixture program or script too.",
            )
        return one.attribution

    def _printers(self, programs: Collection[int]) -> list[str]:
        """Those of the programs that can print a line into the trace, with whose they are."""
        found = (self.bpftool.program(number) for number in sorted(programs))
        return [self.bpftool.whose(each) for each in found if each.helpers & PRINTING]

    def _find_workload(self, trace: TraceInstance) -> int:
        """The one process that the trace shows in the time of every call of the workload.

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
        raise Infra("The kernel's trace does not show the workload.", "Run: ./labebpf doctor")

    def program(self) -> StagedProgram:
        """The student's program, attached; no script of theirs is running."""
        if self._script and self._script.running:
            self._end_script()
        return self._ready("program")

    def pattern_program(self) -> StagedProgram | None:
        """The same from the second build, which fills what is left uninitialised with 0xAA.

        None where that build alone does not load: clang then wants a constant that BPF as BCC
        makes it cannot have, and the student is not at fault.
        """
        self.program()
        try:
            return self._ready("pattern")
        except SubmissionError:
            return None

    def _ready(self, which: str) -> StagedProgram:
        """Load, look, attach, once; a failure is remembered, and the same each time."""
        if which in self._failed:
            raise self._failed[which]
        try:
            self.submission.require(self.lab.program)
            program = self._loader(which)
            if not program.attached:
                _ = self.witness
                if self.lab.attach.startswith("lsm:"):
                    _ = self.trace  # The program could forbid what that needs.
                program.attach(self._compiled)
        except (SubmissionError, PhaseTimeout, Wrong) as error:
            self._failed[which] = error
            self._close(which)
            raise
        except Infra:
            self._close(which)
            raise
        return program

    def places(self, plain: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
        """Where the script attaches the functions `plain`: a kind of hook and where, by function.

        The kernel tells it, while the script runs for that. Of several places those of the lab's
        call count: what else it attaches them to is the script's own mistake. Nothing for a script
        that attaches none, or does not run. Raises Infra for one that wants what this kernel lacks.
        """
        self.plain = tuple(plain)
        if not plain or self.lab.script not in self.submission.files:
            return {}
        if self._places is None:
            self._places = self._seen_places(plain)
        return self._places

    def _seen_places(self, plain: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
        script = self._script = self._script or StagedScript(self)
        _ = self.witness, self.workload_pid
        phase = self.phase
        try:
            script.begin()
            there = script.places()
        except (SubmissionError, PhaseTimeout, Wrong):
            there = {}  # The script's own tasks say why.
        finally:
            self._end_script()
            self.phase = phase
        if self._with_script:
            self._script = StagedScript(self)
        found = {name: there.get(name[:MOST_OF_A_NAME], []) for name in plain}
        call = re.sub(r".*:(sys_enter_|sys_exit_)?", "", self.lab.attach)
        return {
            name: [one for one in several if call in one[1]] or several
            for name, several in found.items()
            if several
        }

    def _loader(self, which: str) -> StagedProgram:
        if which not in self._programs:
            self._programs[which] = StagedProgram(self, pattern=which == "pattern")
        return self._programs[which]

    def _compiled(self) -> None:
        """What else is to start has started before the program is attached: it makes directories.

        And not both builds at once: the second one's compiler finds the first one's warm.
        """
        if self._pattern:
            pattern = self._loader("pattern")
            pattern.wait_until_ready()
            pattern.begin()
        if self._script and not self._script.running:
            self._script.wait_until_ready()

    def _close(self, *which: str) -> None:
        with ExitStack() as closing:
            for one in which:
                if program := self._programs.pop(one, None):
                    closing.callback(program.close)

    def close_pattern_program(self) -> None:
        self._close("pattern")

    def script(self) -> StagedScript:
        """The student's script, running, with its own program attached and none of the grader's."""
        if "script" in self._failed:
            raise self._failed["script"]
        try:
            if self._script and self._script.interrupted:
                self._end_script()
            script = self._script = self._script or StagedScript(self)
            if not script.running:
                self._close_programs()
                _ = self.witness, self.workload_pid
                if not self._trace_with_script:
                    self._retire_trace()
                script.begin()
        except (SubmissionError, PhaseTimeout, Wrong) as error:
            self._failed["script"] = error
            self._end_script()
            raise
        except Infra:
            self._end_script()
            raise
        return script

    def contend(self) -> None:
        """Make directories on all CPUs at once, until a counter that is not atomic has lost some.

        The witness keeps such a counter: how big a load must be depends on the machine. Raises
        Infra where no load makes it lose any.
        """
        before = self.witness.lost_by_racy
        cpus = len(os.sched_getaffinity(0))
        unseen = self._trace.paused() if self._trace else nullcontext()
        with self.kernel.others_waiting(), unseen, self.witness.meetings(cpus):
            start = time.monotonic()
            spent, lost = 0.0, 0
            while spent < _ROUNDS_SECONDS * self.scale:
                self.workload.stress(_ROUND)
                lost = self.witness.lost_by_racy - before
                spent = time.monotonic() - start
                # Where something else wants the CPUs, rather that than minutes.
                late = spent > _ROUNDS_SECONDS * self.scale / 3
                if lost >= (_STILL_ENOUGH if late else _ENOUGH_LOST):
                    return
        if lost < _HARDLY_ANY:
            raise Infra(
                say(
                    "A plain counter lost {lost} counts only: the CPUs of this machine "
                    "hardly meet.",
                    lost=lost,
                ),
                "Grade again when the machine is less busy.",
            )

    def sandbox(self, files: dict[str, bytes]) -> Sandbox:
        return self.kernel.sandbox(files, self.scale, self.place)

    def call(self, file: str, function: str, *arguments: Any) -> Any:
        """What a function of the student's Python returns; it sees the kernel's real lists."""
        self.submission.require(file)
        sandbox = self.sandbox(dict(self.submission.files))
        binds = probe_lists(self.kernel.tracefs, sandbox.folder)
        return call(sandbox, file, function, arguments, binds=binds, seconds=30 * self.scale)

    @contextmanager
    def kprobe(self, function: str) -> Iterator[None]:
        """Hold a kprobe on a kernel function, made as BCC makes them. Raises Infra."""
        with self.kernel.loader(self.scale) as probe:
            try:
                self._attach_nothing(probe, f"kprobe__{function}", f"kprobe:{function}")
            except SubmissionError as error:
                raise Infra(
                    say("No kprobe on {function}: {what}", function=function, what=error.what),
                    "Run: ./labebpf doctor",
                    log=error.log,
                ) from error
            yield

    def blame(self, error: SubmissionError, functions: Sequence[str] = ()) -> Exception:
        """`error`, or Infra when this kernel lacks what the submission uses.

        That is so where a program that does nothing, at a hook of the same kind, meets the same.
        `functions` are those of the program.
        """
        if re.search(r"to k(ret)?probe b", error.what + error.log):
            probe = self.kernel.offers("kprobes")
            return error if probe.ok else lacking(probe)
        refused = "Operation not permitted|super-user privileges|perf_event_open.*Permission denied"
        if not re.search(refused, error.what + error.log):
            return error
        kind, _, place = self.lab.attach.partition(":")
        canaries = {kind: (f"lsm__{place}" if kind == "lsm" else "nothing", self.lab.attach)}
        if any(re.match("kfunc__|kretfunc__", function) for function in functions):
            canaries["fentry"] = ("kfunc__vfs_mkdir", self.lab.attach)
        if "uprobe" in error.what + error.log and kind != "uprobe":
            canaries["uprobe"] = ("nothing", "uprobe:c:getpid")
        for name, (function, hook) in canaries.items():
            with self.kernel.loader(self.scale, self.place) as canary:
                try:
                    self._attach_nothing(canary, function, hook)
                except (SubmissionError, PhaseTimeout):
                    return Infra(
                        say("This kernel lets the sandbox use no {kind} program.", kind=name),
                        "To grade in a machine that can: --kernel vm. See also ./labebpf doctor",
                    )
        return error

    def _attach_nothing(self, loader: Program, function: str, hook: str) -> None:
        """Attach a function of that name, which does nothing, to `hook`."""
        loader.begin("nothing.c", f"int {function}(void *ctx)\n{{\n\treturn 0;\n}}\n".encode())
        loader.compile(60 * self.scale)
        loader.load(hook, 30 * self.scale)
        loader.attach(30 * self.scale)

    def _retire_trace(self) -> None:
        """Remove the trace while other things go on: the kernel takes its time over it."""
        if self._trace:
            self._retiring.append(threading.Thread(target=self._trace.remove))
            self._retiring[-1].start()
            self._trace = None

    def close(self) -> None:
        """Take everything down, whatever part of it fails.

        The kernel's waits for its readers overlap.
        """
        with ExitStack() as closing:
            if self.place:
                closing.callback(self.place.close)
            self._retire_trace()
            parts = [self._end_script, self._close_programs, self._workload.close]
            parts += [thread.join for thread in self._retiring]
            with ThreadPoolExecutor(len(parts)) as pool:
                for part in parts:
                    closing.callback(pool.submit(part).result)

    def _close_programs(self) -> None:
        with ExitStack() as closing:
            closing.callback(self.bpftool.detach_xdp)
            self._close("pattern", "program")

    def _end_script(self) -> None:
        if script := self._script:
            self._script = None
            with ExitStack() as closing:
                closing.callback(self.bpftool.detach_xdp)
                script.close()


def lacking(probe: Probe) -> Infra:
    """What is said of something that this kernel does not offer."""
    return Infra(
        say("This kernel does not offer {need}: {detail}.", need=probe.name, detail=probe.detail),
        say("{remedy} Or grade in a machine that has them: --kernel vm", remedy=probe.remedy),
    )


def _place(attach: str) -> Uprobe | Network | None:
    kind, _, place = attach.partition(":")
    if kind == "uprobe":
        return Uprobe(place.removeprefix("c:"))
    return Network() if kind == "xdp" else None
