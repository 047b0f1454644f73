"""Everything that judging one lab needs, set up in the order that keeps a verdict honest.

Witness, trace and workload stand before any student code exists. A program is loaded, looked at,
then attached. Programs and scripts of a submission never run at the same time.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course import Lab
from grader.errors import Infra, PhaseTimeout, SubmissionError, Wrong
from grader.evidence.counter import Counter
from grader.evidence.introspection import (
    ACTING_HELPERS,
    OBSERVING_TYPES,
    Bpftool,
    LoadedProgram,
)
from grader.evidence.maps import Libbpf, Map
from grader.evidence.trace import PRINTK, SharedTracePipe, TraceInstance
from grader.evidence.witness import Witness
from grader.evidence.workload import Window, Workload
from grader.kernel.native import NativeKernel
from grader.kernel.view import probe_lists
from grader.submission.call import call
from grader.submission.files import Submission
from grader.submission.program import PATTERN, Program, Table
from grader.submission.sandbox import Sandbox
from grader.submission.script import Script, ended_cleanly

_CANARY = b"int nothing(void *ctx)\n{\n\treturn 0;\n}\n"
_PERF_PAGES = 64
_ROUND = 10_000
_MAX_ROUNDS = 30
_ENOUGH_LOST = 250
"""The witness's plain counter loses about ten times as many as a submission's `++` that also
prints (measured on two CPUs of Linux 6.18); that one then keeps all once in e^20 times."""


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
    ) -> None:
        """Start everything that takes time; `pattern` says that the second build is wanted."""
        self.kernel = kernel
        self.lab = lab
        self.submission = submission
        self.scale = scale
        self.bpftool = Bpftool(kernel.helper_symbols)
        self.libbpf = Libbpf()
        self._witness = Witness(templates, kernel.headers_view)
        self._witness_attached = False
        self._workload: Workload | None = Workload(scale=scale)
        self._workload_pid = 0
        self._trace: TraceInstance | SharedTracePipe | None = None
        self._program: ProgramOnStage | None = None
        self._pattern: ProgramOnStage | None = None
        self._script: ScriptOnStage | None = None
        self._failed: dict[str, Exception] = {}
        self.phase = "load"
        """What is going on: compile, load, trigger or wait; a check's own time limit names it."""
        if lab.program in submission.files:
            self._program = ProgramOnStage(self)
            self._pattern = ProgramOnStage(self, pattern=True) if pattern else None

    @property
    def witness(self) -> Witness:
        if not self._witness_attached:
            self._witness.wait(30 * self.scale)
            self._witness_attached = True
        return self._witness

    @property
    def workload(self) -> Workload:
        """The workload, alive: a submission that killed it does not spoil the next check."""
        if self._workload is None:
            self._workload = Workload(scale=self.scale)
        self.phase = "trigger"
        return self._workload

    @property
    def trace(self) -> TraceInstance | SharedTracePipe:
        """The grader's own trace of what the workload causes."""
        if self._trace is None:
            tracefs = self.kernel.tracefs
            private = (tracefs / "events" / PRINTK).exists()
            events = ["syscalls/sys_enter_mkdir", *([PRINTK] if private else [])]
            instance = TraceInstance(tracefs, self.kernel.new_name(), events)
            self._trace = instance
            self._workload_pid = self._find_workload(instance)
            if private:
                instance.follow(self._workload_pid)
            else:
                instance.remove()
                self._trace = SharedTracePipe(tracefs, self._workload_pid)
        return self._trace

    @property
    def workload_pid(self) -> int:
        """The workload's process id as the kernel numbers it, whatever PID namespace this is."""
        _ = self.trace
        return self._workload_pid

    def _find_workload(self, trace: TraceInstance) -> int:
        windows = self.workload.mkdir(3)
        records = trace.collect()
        seen = [{r.pid for r in records if window.holds(r.time)} for window in windows]
        pids = set.intersection(*seen)
        if len(pids) != 1:
            raise Infra("The kernel's trace does not show the workload.", "Run: ./labebpf doctor")
        return pids.pop()

    def program(self) -> ProgramOnStage:
        """The student's program, attached; no script of theirs is running."""
        self._end_script()
        return self._ready("program")

    def pattern_program(self) -> ProgramOnStage | None:
        """The same from the second build, which fills what is left uninitialised with 0xAA.

        None where that build alone does not load: clang then wants a constant that BPF as BCC
        makes it cannot have, and the student is not at fault.
        """
        self.program()
        try:
            return self._ready("pattern")
        except SubmissionError:
            return None

    def _ready(self, which: str) -> ProgramOnStage:
        """Load, look, attach, once; a failure is remembered, and the same each time."""
        if which in self._failed:
            raise self._failed[which]
        on_stage = self._program if which == "program" else self._pattern
        try:
            self.submission.require(self.lab.program)
            if on_stage is None:
                on_stage = ProgramOnStage(self, pattern=which == "pattern")
            if not on_stage.attached:
                _ = self.witness
                on_stage.attach()
        except (SubmissionError, PhaseTimeout, Wrong) as error:
            self._failed[which] = error
            if on_stage:
                on_stage.close()
            self._forget(which)
            raise
        if which == "program":
            self._program = on_stage
        else:
            self._pattern = on_stage
        return on_stage

    def _forget(self, which: str) -> None:
        if which == "program":
            self._program = None
        else:
            self._pattern = None

    def close_pattern_program(self) -> None:
        if self._pattern:
            self._pattern.close()
            self._pattern = None

    def script(self) -> ScriptOnStage:
        """The student's script, running, with its own program attached and none of the grader's."""
        if "script" in self._failed:
            raise self._failed["script"]
        if self._script is None:
            self._close_programs()
            _ = self.witness
            try:
                self._script = ScriptOnStage(self)
                self._script.wait_until_attached()
            except (SubmissionError, PhaseTimeout, Wrong) as error:
                self._failed["script"] = error
                self._end_script()
                raise
        return self._script

    def contend(self) -> None:
        """Make directories on all CPUs at once, until a counter that is not atomic has lost some.

        The witness keeps such a counter: how big a load must be depends on the machine. Raises
        Infra where no load makes it lose any.
        """
        before = self.witness.lost_by_racy
        for _ in range(_MAX_ROUNDS):
            self.workload.stress(_ROUND)
            lost = self.witness.lost_by_racy - before
            if lost >= _ENOUGH_LOST:
                return
        if lost < _ENOUGH_LOST // 10:
            raise Infra(
                f"A plain counter lost {lost} counts only: the CPUs of this machine hardly meet.",
                "Grade again when the machine is less busy.",
            )

    def sandbox(self, files: dict[str, bytes]) -> Sandbox:
        return Sandbox(self.kernel.new_name(), files, self.kernel.view, work=self.kernel.work)

    def call(self, file: str, function: str, *arguments: Any) -> Any:
        """What a function of the student's Python returns; it sees the kernel's real lists."""
        self.submission.require(file)
        sandbox = self.sandbox(dict(self.submission.files))
        binds = probe_lists(self.kernel.tracefs, sandbox.folder)
        return call(sandbox, file, function, arguments, binds=binds, seconds=30 * self.scale)

    @contextmanager
    def kprobe(self, function: str) -> Iterator[None]:
        """Hold a kprobe on a kernel function, made as BCC makes them. Raises Infra."""
        text = f"int kprobe__{function}(void *ctx)\n{{\n\treturn 0;\n}}\n"
        with Program(self.sandbox({"probe.c": text.encode()}), "probe.c") as probe:
            try:
                probe.compile(60 * self.scale)
                probe.load(30 * self.scale)
                probe.attach("", 30 * self.scale)
            except SubmissionError as error:
                raise Infra(f"No kprobe on {function}: {error.what}", error.log) from error
            yield

    def blame(self, error: SubmissionError) -> Exception:
        """`error`, or Infra when a program that does nothing meets the same refusal here."""
        if "Operation not permitted" not in error.log:
            return error
        with Program(self.sandbox({"canary.c": _CANARY}), "canary.c") as canary:
            try:
                canary.compile(60 * self.scale)
                canary.load(30 * self.scale)
            except (SubmissionError, PhaseTimeout):
                return Infra(
                    "This kernel lets the sandbox load no program.", "Run: ./labebpf doctor"
                )
        return error

    def replace_workload(self) -> None:
        """After the workload died: the next use starts another."""
        if self._workload:
            self._workload.close()
        self._workload = None
        self._workload_pid = 0
        if self._trace:
            self._trace.remove()
        self._trace = None

    def close(self) -> None:
        """Take everything down; the kernel's waits for its readers overlap."""
        parts = [self._end_script, self._close_programs, self._witness.close]
        parts += [part.close for part in (self._workload,) if part]
        parts += [part.remove for part in (self._trace,) if part]
        with ThreadPoolExecutor(len(parts)) as pool:
            for done in [pool.submit(part) for part in parts]:
                done.result()

    def _close_programs(self) -> None:
        self.close_pattern_program()
        if self._program:
            self._program.close()
            self._program = None

    def _end_script(self) -> None:
        if self._script:
            self._script.close()
            self._script = None


@dataclass(frozen=True)
class Submitted:
    """Samples of a perf buffer, as raw bytes, and how many mkdirs the whole machine made.

    In a quiet machine those are the workload's own, whose `windows` there are; otherwise the
    samples are at most so many.
    """

    samples: tuple[bytes, ...]
    windows: tuple[Window, ...]
    made: int


@dataclass(frozen=True)
class Shown:
    """Of how many events a script printed the time; mkdirs of others meanwhile; all its lines."""

    events: int
    others: int
    lines: tuple[str, ...]


class ProgramOnStage:
    """The student's program as a check sees it."""

    def __init__(self, stage: Stage, *, pattern: bool = False) -> None:
        self._stage = stage
        self._name = stage.lab.program
        source = stage.submission.require(self._name)
        flags = [PATTERN] if pattern else []
        self._program = Program(stage.sandbox({self._name: source}), self._name, extra_flags=flags)
        self._maps: list[Map] = []
        self._listening: set[str] = set()
        self.attached = False

    def attach(self) -> None:
        """Compile, load, look at what was loaded, attach. Raises what the student should read."""
        scale = self._stage.scale
        try:
            self._stage.phase = "compile"
            self._program.compile(60 * scale)
            self._stage.phase = "load"
            self._program.load(30 * scale)
            if not self._program.functions:
                raise Wrong(
                    f"{self._name} has no BPF function yet.",
                    "Write the function that the kernel is to run.",
                    expected="a function that BCC can load",
                    actual="none",
                    file=self._name,
                )
            refuse_acting(self._stage.bpftool.programs(self._program.pids()), self._name)
            if len(self._program.plain) > 1:
                names = ", ".join(self._program.plain)
                raise Wrong(
                    f"{self._name} has several functions that do not attach themselves: {names}.",
                    "Keep one, make helpers static inline, or use TRACEPOINT_PROBE.",
                    expected="at most one",
                    actual=names,
                    file=self._name,
                )
            self._program.attach(self._stage.lab.attach.removeprefix("tracepoint:"), 60 * scale)
        except SubmissionError as error:
            raise self._stage.blame(error) from error
        self.attached = True

    def table(self, name: str, kind: str) -> Table:
        """The table `name`, which must be of `kind` (bpftool's word). Raises Wrong."""
        found = self._program.tables.get(name)
        if found is None:
            there = ", ".join(self._program.tables) or "none"
            raise Wrong(
                f"{self._name} declares no table named {name}.",
                f"Declare it at the top of the file; its name is {name}.",
                expected=f"a table {name} ({kind})",
                actual=f"tables: {there}",
                file=self._name,
            )
        if found.type != kind:
            raise Wrong(
                f"{name} is not of the kind that this lab asks for.",
                "Declare it as the handout says.",
                expected=kind,
                actual=found.type,
                file=self._name,
            )
        return found

    def counter(self, name: str) -> Counter:
        """The hash table `name`, whose key 0 counts. Raises Wrong if it is no such table."""
        table = self.table(name, "hash")
        opened = Map(self._stage.libbpf, table.id, table.key_size, table.value_size)
        self._maps.append(opened)
        return Counter(opened, self._stage.witness, scale=self._stage.scale)

    def listen(self, name: str) -> None:
        """Open the perf buffer `name`, once. Raises Wrong if it is no such table."""
        self.table(name, "perf_event_array")
        if name not in self._listening:
            self._program.listen(name, _PERF_PAGES, 30 * self._stage.scale)
            self._listening.add(name)

    def submitted(self, act: Callable[[], object]) -> Submitted:
        """What was submitted to the open perf buffer while `act` ran."""
        before = self._stage.witness.entered
        self._program.collect(30 * self._stage.scale)
        did = act()
        windows = tuple(did) if isinstance(did, list) else ()
        samples = self._program.collect(30 * self._stage.scale)
        return Submitted(samples.raw, windows, self._stage.witness.entered - before)

    def log(self) -> str:
        return self._program.log()

    def close(self) -> None:
        for opened in self._maps:
            opened.close()
        self._maps.clear()
        self._program.close()


class ScriptOnStage:
    """The student's script as a check sees it: its output, and what it has in the kernel."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.name = stage.lab.script
        stage.submission.require(self.name)
        self._sandbox = stage.sandbox(dict(stage.submission.files))
        self._feed: TraceInstance | None = None
        self._descriptors: list[int] = []
        self._map: Map | None = None
        fifo = self._sandbox.folder / "trace_pipe"
        os.mkfifo(fifo, mode=0o600)
        os.chown(fifo, self._sandbox.uid, self._sandbox.uid)
        places = ("/sys/kernel/tracing", "/sys/kernel/debug/tracing")
        binds = [
            argument
            for place in places
            if Path(place).parent.is_dir()
            for argument in ("--bind", str(fifo), f"{place}/trace_pipe")
        ]
        self._script = Script(self._sandbox, self.name, binds=binds)
        if "trace_lines" in stage.lab.needs:
            self._feed_trace_pipe(fifo)

    def _feed_trace_pipe(self, fifo: Path) -> None:
        """Give the script a trace_pipe with what the workload causes and no older line in it.

        It takes the kernel some time, while the script is starting.
        """
        kernel = self._stage.kernel
        source_folder = kernel.tracefs
        if (kernel.tracefs / "events" / PRINTK).exists():
            self._feed = TraceInstance(kernel.tracefs, kernel.new_name(), [PRINTK])
            self._feed.follow(self._stage.workload_pid)
            source_folder = self._feed.folder
        sink = os.open(fifo, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        source = os.open(source_folder / "trace_pipe", os.O_RDONLY | os.O_NONBLOCK)
        self._descriptors += [sink, source]
        self._script.feed(source, sink)

    def wait_until_attached(self) -> None:
        """Return when the script has a program attached. Raises what the student should read."""
        self._stage.phase = "load"
        limit = 10 * self._stage.scale
        idle = 3 * self._stage.scale
        loaded_since: float | None = None

        def settled() -> bool:
            nonlocal loaded_since
            if loaded_since is None and self._stage.bpftool.loads(self._script.pids()):
                loaded_since = time.monotonic()
            waited = loaded_since is not None and time.monotonic() - loaded_since > idle
            return self._attached() or self._script.status is not None or waited

        self._script.wait_for(settled, limit)
        if self._attached():
            refuse_acting(self._stage.bpftool.programs(self._script.pids()), self.name)
            return
        if self._script.status is not None:
            raise self._ended()
        if loaded_since is None and not self.output().strip():
            what = f"{self.name} runs, and loaded no BPF program within {limit:g} s."
            raise PhaseTimeout("load", limit, what, log=self.output())
        raise Wrong(
            f"{self.name} runs, and has no BPF program attached.",
            f"Load {self._stage.lab.program} with BCC, and attach its function.",
            expected="a BPF program of the script's own, attached",
            actual="one that is loaded only" if loaded_since else "none",
            log=self.output(),
            file=self.name,
        )

    def reacts(self, act: Callable[[], object]) -> None:
        """Do `act` again and again until the script prints something; then let it come to rest.

        A script may attach first and open its buffer afterwards: being attached is not being
        ready. Raises Wrong if it never prints.
        """
        seen = self._script.total
        limit = 8 * self._stage.scale
        attempts = 0
        while self._script.total == seen:
            attempts += 1
            act()
            pause = 0.2 * self._stage.scale
            if not self._script.wait_for(lambda: self._script.total > seen, pause):
                if self._script.status is not None:
                    raise self._ended()
                if attempts * pause > limit:
                    raise Wrong(
                        f"{self.name} printed nothing, though its program was called.",
                        "Print each event as it comes.",
                        expected="a line for each event",
                        actual="no output",
                        log=self.output(),
                        file=self.name,
                    )
        self.rest()

    def rest(self) -> list[str]:
        """Wait until the output pauses, but not for ever: other processes may cause more of it.

        Returns the lines since the last rest that are not blank.
        """
        deadline = time.monotonic() + 2 * self._stage.scale
        seen = -1
        while seen != self._script.total and time.monotonic() < deadline:
            seen = self._script.total
            self._script.wait_for(self._printed_since(seen), 0.25 * self._stage.scale)
        lines = [line for line in self._script.lines if line.strip()]
        self._script.forget_lines()
        return lines

    def read_until(self, done: Callable[[str], bool], seconds: float = 5.0) -> bool:
        """Show `done` each new line, until it returns True. False if that did not come.

        The lines are kept for `rest`. Raises what the student should read if the script ended.
        """
        self._stage.phase = "wait"
        position = 0

        def condition() -> bool:
            nonlocal position
            lines = self._script.lines
            while position < len(lines):
                position += 1
                if done(lines[position - 1]):
                    return True
            return False

        if self._script.wait_for(condition, seconds * self._stage.scale):
            return True
        if self._script.status is not None:
            raise self._ended()
        return False

    def shown(self, act: Callable[[], list[Window]], times: Callable[[str], list[int]]) -> Shown:
        """Let the workload `act`, and see for which of its events a time is printed.

        `times` finds the times (ns) on a line. Where other processes make directories too, the
        script's buffer may overflow: the best of several attempts counts then.
        """
        best: Shown | None = None
        for _ in range(10):
            before = self._stage.witness.entered
            windows = act()
            left = dict(enumerate(windows))

            def done(line: str, left: dict[int, Window] = left) -> bool:
                for time_ in times(line):
                    for place in [i for i, window in left.items() if window.holds(time_)]:
                        del left[place]
                return not left

            complete = self.read_until(done)
            lines = self.rest()
            others = self._stage.witness.entered - before - len(windows)
            attempt = Shown(len(windows) - len(left), others, tuple(lines))
            if best is None or attempt.events > best.events:
                best = attempt
            if complete or not others:
                break
        assert best
        return best

    def read_lines(self, count: int, seconds: float = 5.0) -> bool:
        """Wait for `count` new lines that are not blank. False if they did not come."""
        left = count

        def done(line: str) -> bool:
            nonlocal left
            left -= 1 if line.strip() else 0
            return left == 0

        return self.read_until(done, seconds)

    def _printed_since(self, seen: int) -> Callable[[], bool]:
        return lambda: self._script.total > seen

    def map(self, name: str, kind: str) -> Map:
        """The script's own map `name`, as the kernel holds it. Raises Wrong when there is none."""
        if self._map is None:
            pids = self._script.pids()
            for info in self._stage.bpftool.maps(pids):
                if info.name == name[:15] and info.type == kind:
                    self._map = Map(self._stage.libbpf, info.id, info.key_size, info.value_size)
                    return self._map
            raise Wrong(
                f"{self.name} holds no table {name} in the kernel.",
                f"Load {self._stage.lab.program}, which declares it.",
                expected=f"a table {name} ({kind})",
                actual="none",
                log=self.output(),
                file=self.name,
            )
        return self._map

    def interrupt(self) -> None:
        """Press Ctrl-C. Raises PhaseTimeout or Wrong when that does not end it cleanly."""
        self._stage.phase = "wait"
        limit = 15 * self._stage.scale
        if not self._script.interrupt(limit):
            raise PhaseTimeout(
                "wait",
                limit,
                f"{self.name} still runs {limit:g} s after Ctrl-C.",
                log=self.output(),
            )
        if not ended_cleanly(self._script):
            raise Wrong(
                f"{self.name} does not end cleanly on Ctrl-C.",
                "Catch KeyboardInterrupt around the loop, and let the script end there.",
                expected="exit status 0, and no traceback",
                actual=f"exit status {self._script.status}",
                log=self.output(),
                file=self.name,
                line=traceback_line(self.output(), self.name),
            )

    def output(self) -> str:
        return self._script.output()

    def close(self) -> None:
        if self._map:
            self._map.close()
        self._script.close()
        for descriptor in self._descriptors:
            os.close(descriptor)
        if self._feed:
            self._feed.remove()

    def _attached(self) -> bool:
        return bool(self._stage.bpftool.attachments(self._script.pids()))

    def _ended(self) -> Exception:
        status, output = self._script.status, self.output()
        if status == 0 and "Traceback" not in output:
            return Wrong(
                f"{self.name} ended before anything happened.",
                "Load the program, then wait for events in a loop, until Ctrl-C.",
                expected="a script that runs until Ctrl-C",
                actual="it ended by itself, with status 0",
                log=output,
                file=self.name,
            )
        return SubmissionError(
            f"{self.name} ended with status {status}.",
            "Its last message, in the log, says why.",
            log=output,
            file=self.name,
            line=traceback_line(output, self.name),
        )


def refuse_acting(programs: Sequence[LoadedProgram], file: str) -> None:
    """Raise SubmissionError when a program could change what it is only to watch."""
    for program in programs:
        if program.type not in OBSERVING_TYPES:
            raise SubmissionError(
                f"{file} loads a program of type {program.type}, which no lab asks for.",
                "Use a tracepoint or a kprobe.",
                file=file,
            )
        for helper in sorted(program.helpers & ACTING_HELPERS):
            raise SubmissionError(
                f"{file} calls {helper}, which changes other processes.",
                "A tracing program looks on: remove the call.",
                file=file,
            )


def traceback_line(output: str, name: str) -> int:
    """The line of the student's script where its last traceback passed, 0 if there is none."""
    found = re.findall(rf'File "(?:/lab/)?{re.escape(name)}", line (\d+)', output)
    return int(found[-1]) if found else 0
