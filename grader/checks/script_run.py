"""One run of the student's script: started, looked at, read, and ended."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from grader.base.errors import BehaviourError, InfraError, PhaseTimeoutError, SubmissionError
from grader.base.messages import say
from grader.base.profile import note_span, span
from grader.checks.context import Context
from grader.checks.ended import Ended, early_end
from grader.checks.program_under_test import refuse_acting
from grader.checks.rows import Rows, TableReader
from grader.evidence.attribution import OwnTracePipe
from grader.evidence.maps import Map
from grader.evidence.trace import PRINTK, TraceInstance
from grader.submission.program import DECLARED_WITH, kinds
from grader.submission.script import Script

_COMPILE_SECONDS = 10
"""Some forty times as long as a lab's program takes."""


class ScriptRun:
    """One run of the student's script: its output, and what it has in the kernel.

    Until `begin` nothing of the student's runs: BCC is imported, and compiles the program.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self.arguments: tuple[str, ...] = ()
        """What it is called with, once it begins."""
        self.name = context.lab.script
        context.submission.require(self.name)
        self._feed: TraceInstance | None = None
        self._maps: dict[tuple[str, str], Map] = {}
        self._looked_at: set[int] = set()
        self._end: Exception | None = None
        self._began = 0
        self.over = False
        """Whether it was seen to end by itself: another check then wants another run."""
        self._script = self._started()
        self.attribution = context.attribution(lambda: self._script.pids())
        """Whose lines in the trace are its programs'."""

    def _started(self) -> Script:
        script = self._context.kernel.script(self._context.scale, self._context.place)
        script.feed(self._trace_pipe)
        return script

    @property
    def running(self) -> bool:
        """Whether the student's code has begun; until then only BCC is imported."""
        return self._began > 0

    def _trace_pipe(self) -> OwnTracePipe:
        """Make a trace_pipe with what the script's own programs print as the workload acts."""
        kernel = self._context.kernel
        self._feed = TraceInstance(kernel.tracefs, kernel.new_name(), [])
        self._feed.follow(self._context.workload_pid, [PRINTK])
        return OwnTracePipe(self._feed, self.attribution)

    def compile_ahead(self) -> None:
        """Let BCC compile the program, if there is one, before the script asks for that."""
        program, files = self._context.lab.program, self._context.submission.files
        if program in files:
            self._script.compile_ahead(program, files)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let it not have a CPU meanwhile. Raises SubmissionError if that cannot be."""
        with self._script.held(10 * self._context.scale):
            yield

    @contextmanager
    def answers_for_its_calls(self) -> Iterator[None]:
        """Turn an InfraError about others' calls into a BehaviourError where the script makes them.

        It does if the kernel's trace names one of its processes; or if, three times in a row,
        nobody calls while the script is stopped, and somebody does once it goes on.
        """
        try:
            yield
        except InfraError as error:
            if not self._makes_calls() and not all(self._stops_the_calls() for _ in range(3)):
                raise
            raise BehaviourError(
                say(
                    "{name} calls {call} itself all the time: others' calls are lost among those.",
                    name=self.name,
                    call=self._context.lab.call,
                ),
                say("Let it look at what others do, and do nothing of that itself."),
                log=self.output(),
                file=self.name,
            ) from error

    def _makes_calls(self) -> bool:
        """Tell whether the trace shows a call by the script, soon after one of the workload's.

        Not those of its threads or of children that ended, nor any where the grader sees other
        process ids than the kernel's own.
        """
        trace = self._context.new_trace()
        callers: set[int] = set()

        def seen() -> bool:
            callers.update(record.pid for record in trace.collect())
            return not callers.isdisjoint(self._script.pids())

        try:
            self._context.workload.calls(1)
            return self._script.wait_for(seen, self._context.scale)
        finally:
            self._context.end(trace.remove)

    def _stops_the_calls(self) -> bool:
        """Tell whether nobody calls while the script is stopped, and somebody does afterwards."""
        witness, scale = self._context.witness, self._context.scale
        with self.held():
            self._context.workload.calls(1)
            before = witness.entered
            if self._script.wait_for(lambda: witness.entered != before, 0.5 * scale):
                return False
        return self._script.wait_for(lambda: witness.entered != before, 2 * scale)

    def wait_until_ready(self) -> None:
        """Return when the script's Python, which may just have been started, has BCC."""
        self._script.wait_until_ready(60 * self._context.scale)

    def _end_compiling(self) -> None:
        """Return when the script can begin.

        What could not be compiled ahead, as where that ends the process, is left to the script.
        """
        self.wait_until_ready()
        if not self._script.has_compiled(_COMPILE_SECONDS * self._context.scale):
            self._script.close()
            self._script = self._started()
            self.wait_until_ready()

    @span("waits for the script to attach")
    def begin(self) -> None:
        """Let the script run, and return when it has a program attached.

        It may attach first and open its buffer afterwards: wait for that, where it can be seen.
        Until then others' calls are held up: a table that it reads too early is empty. Raises what
        the student should read.
        """
        self._start()
        limit = 10 * self._context.scale
        idle = 3 * self._context.scale
        start = time.monotonic()
        loaded_since: float | None = None

        def settled() -> bool:
            nonlocal loaded_since
            if self._attached() or self._script.status is not None:
                return True
            now = time.monotonic()
            if loaded_since is None and self._context.bpftool.program_ids(self._script.pids()):
                loaded_since = now
            if loaded_since is None:
                # Beside others a compiler takes its time: it is waited for while it computes.
                return now - start > limit and not self._script.computes
            return now - loaded_since > idle

        with self._context.witness.brake():
            self._script.wait_for(settled, 3 * limit, every=0.01 * self._context.scale)
            note_span("compiles, loads, attaches", self._began, self._script.lane)
            limit = round(time.monotonic() - start)
            if self._attached():
                self._look()
                self._script.wait_for_rest(1.0 * self._context.scale, asleep=True)
                return
        self._let_it_end()
        raise self._unattached(limit, loaded=loaded_since is not None)

    def _start(self) -> None:
        self._end_compiling()
        self._began = time.monotonic_ns()
        self._script.begin(self.name, self._context.submission.files, self.arguments)
        self._context.phase = "load"

    def run(self, typed: str, seconds: float) -> Ended:
        """Let the script run to its end, which is to come within so many `seconds`.

        It is typed what is `typed`, and may attach something or not. Raises what `ends` does.
        """
        self._start()
        if typed:
            self._script.type(typed)
        return self.ends(seconds)

    def ends(self, seconds: float = 10) -> Ended:
        """Wait for the script to end by itself. Raises PhaseTimeoutError, or what `rest` does."""
        self._context.phase = "wait"
        limit = seconds * self._context.scale
        self._script.wait_for(lambda: self._script.status is not None, limit)
        if (status := self._script.status) is None:
            raise PhaseTimeoutError(
                "wait",
                limit,
                say("{name} still runs after {limit:g} s.", name=self.command, limit=limit),
                say("Let it end by itself, as the handout says."),
                log=self.output(),
            )
        self.over = True
        return Ended(self.command, status, tuple(self._script.lines), self.output())

    def type(self, text: str) -> None:
        """Type `text` for the script to read; it does not appear in its output."""
        self._script.type(text)

    @property
    def command(self) -> str:
        """The command as a person types it, without Python."""
        return " ".join((self.name, *map(shlex.quote, self.arguments)))

    def places(self) -> dict[str, list[tuple[str, str]]]:
        """Tell where the script has attached each of its programs, once it attaches no more."""
        self._script.wait_for(
            lambda: not self._script.computes, 3 * self._context.scale, every=0.01
        )
        return self._context.bpftool.places(self._script.pids(), self._context.kernel.tracefs)

    @span("waits for the script to rest")
    def rest(self) -> list[str]:
        """Wait until all is printed, but not for ever: other processes may cause more of it.

        That is so when the script awaits an event. One that sleeps between its looks may have more
        to print: its output has to pause for as long as most scripts sleep. Returns the lines since
        the last rest that are not blank.
        """
        deadline = time.monotonic() + 2 * self._context.scale
        seen = -1
        while seen != self._script.total and time.monotonic() < deadline:
            seen = self._script.total
            if self._rests():
                break
            printed = self._printed_since(seen)
            pause = 0.25 * self._context.scale
            # What only waits is no slower on a slow machine.
            soon = min(0.25, pause)
            if not self._script.wait_for(printed, soon) and self._script.computes:
                self._script.wait_for(self._printed_or_idle(seen), max(1.0, pause) - soon)
        self._look()
        lines = list(self._script.lines)
        self._script.forget_lines()
        return lines

    def read_until(self, done: Callable[[str], bool], seconds: float = 5.0) -> bool:
        """Show `done` each new line, until it returns True. False if that did not come.

        What is drawn over with a carriage return is shown to `done` too. The lines are kept for
        `rest`. Raises what the student should read if the script ended.
        """
        position = 0

        def condition() -> bool:
            nonlocal position
            texts = self._script.texts
            while position < len(texts):
                position += 1
                if done(texts[position - 1]):
                    return True
            return bool(self._script.redrawn) and done(self._script.redrawn)

        return self._wait_for(condition, seconds)

    @span("waits for the script to print")
    def _wait_for(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait for `condition`: whether it came true.

        Raises what the student should read if the script ended before.
        """
        self._context.phase = "wait"
        if self._script.wait_for(condition, seconds * self._context.scale):
            self._look()
            return True
        if self._script.status is not None:
            raise self._failure()
        return False

    def read_lines(self, count: int, seconds: float = 5.0) -> bool:
        """Wait for `count` new lines that are not blank, one at least. False if they did not come.

        Raises what the student should read if the script ended: its programs leave nothing then.
        """
        return self._wait_for(lambda: len(self._script.lines) >= max(1, count), seconds)

    def _rests(self) -> bool:
        """Wait a moment for all to be printed; whether that is so for certain."""
        return self._script.wait_for_rest(0.02 * self._context.scale)

    def _printed_since(self, seen: int) -> Callable[[], bool]:
        return lambda: self._script.total > seen

    def _printed_or_idle(self, seen: int) -> Callable[[], bool]:
        return lambda: self._script.total > seen or not self._script.computes

    def map(self, name: str, kind: str) -> Map:
        """Find the script's own map `name`, as the kernel holds it.

        Raises BehaviourError when there is none.
        """
        if (name, kind) not in self._maps:
            self._maps[name, kind] = self._open_map(name, kind)
        return self._maps[name, kind]

    def _open_map(self, name: str, kind: str) -> Map:
        for info in self._context.bpftool.maps(self._script.pids()):
            if info.name == name[:15] and info.type in kinds(kind):
                with suppress(FileNotFoundError):  # It has let go of it meanwhile.
                    return Map(self._context.libbpf, info.id)
        self._let_it_end()
        raise BehaviourError(
            say("{name} holds no table {table} in the kernel.", name=self.name, table=name),
            say("Load {program}, which declares it.", program=self._context.lab.program),
            expected=say("a table {name} ({kind})", name=name, kind=DECLARED_WITH[kind]),
            actual=say("no such table"),
            log=self.output(),
            file=self.name,
        )

    def holds(self, name: str, kind: str) -> bool:
        """Tell whether one of the script's programs has a table `name` of `kind`, now."""
        maps = self._context.bpftool.maps(self._script.pids())
        return any(info.name == name[:15] and info.type in kinds(kind) for info in maps)

    def rows(self, name: str, kind: str) -> Rows:
        """Read the script's whole table `name` of `kind` at a quiet moment.

        By field, if the program declares a table of that name, with keys and values as long.
        """
        table, found = self.map(name, kind), self._context.tables.get(name)
        tables = {name: (table, found)}
        reader = TableReader(tables, self._context.witness, self._context.scale)
        with self.answers_for_its_calls():
            return reader.read().tables[name]

    def handlers(self, name: str) -> dict[int, str]:
        """Return which BPF function is at each index of the script's BPF_PROG_ARRAY `name`.

        Of a function's name there are 15 characters.
        """
        programs = self.rows(name, "prog_array").by_key
        return {at: self._context.bpftool.program(which).name for at, which in programs.items()}

    def writes(
        self, name: str, kind: str, right: Callable[[Rows], object], seconds: float = 5
    ) -> Rows:
        """Wait until what the script's table `name` holds is `right`, for so many seconds at most.

        Returns what it held last. Raises what the student should read if the script ended.
        """
        last = self.rows(name, kind)

        def done() -> bool:
            nonlocal last
            last = self.rows(name, kind)
            return bool(right(last))

        self._wait_for(done, seconds)
        return last

    @property
    def unfinished(self) -> str:
        """What the script printed after its last end of a line."""
        return self._script.unfinished

    def output(self) -> str:
        return self._script.output()

    def close(self) -> None:
        with ExitStack() as closing:
            if self._feed:
                closing.callback(self._feed.remove)
            while self._maps:
                closing.callback(self._maps.popitem()[1].close)
            self._script.close()

    def _look(self) -> None:
        """Raise SubmissionError for a program of the script's that could do more than look on.

        A script can load another one at any time: look again before each verdict.
        """
        bpftool = self._context.bpftool
        for program in bpftool.program_ids(self._script.pids()) - self._looked_at:
            refuse_acting([bpftool.program(program)], self.name, self._context.lab.attach)
            self._looked_at.add(program)

    def _attached(self) -> bool:
        return bool(self._context.bpftool.attachments(self._script.pids()))

    def _unattached(self, limit: int, *, loaded: bool) -> Exception:
        """Make the error for a script that has attached nothing after `limit` s."""
        plain = self._context.plain
        if not loaded and not plain and not self.output().strip():
            return PhaseTimeoutError(
                "load",
                limit,
                say(
                    "{name} runs, and loaded no BPF program within {limit:g} s.",
                    name=self.name,
                    limit=limit,
                ),
                say("Load the program before the loop: b = BPF(src_file=...)"),
                log=self.output(),
            )
        return BehaviourError(
            say("{name} runs, and has no BPF program attached.", name=self.name),
            say(
                "{function}() does not say where it goes. Attach it, and name both arguments: "
                'b.attach_tracepoint(tp="category:event", fn_name="{function}")',
                function=plain[0],
            )
            if plain
            else say(
                "Load {program} with BCC, and attach its function.",
                program=self._context.lab.program,
            ),
            expected=say("a BPF program of the script's own, attached"),
            actual=say("one that is loaded, and not attached") if loaded else say("no BPF program"),
            log=self.output(),
            file=self.name,
        )

    def _let_it_end(self) -> None:
        """Raise what the student should read if the script ends now.

        A Python that ends lets go of its programs and tables first.
        """
        if self._script.wait_for(lambda: self._script.status is not None, self._context.scale):
            raise self._failure()

    def _failure(self) -> Exception:
        """Make the error for the script's end: InfraError where the kernel lacks something."""
        ended = self._ended()
        return self._context.blame(ended) if isinstance(ended, SubmissionError) else ended

    def _ended(self) -> Exception:
        """Make the error for a script that ended: the same each time."""
        if self._end is None:
            self._script.wait_for(lambda: False, self._context.scale)  # Until all is read.
            self._end = early_end(self.name, self._script.status, self.output())
        return self._end
