"""The student's program as a check sees it: attached, with its tables and its samples."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, nullcontext

from grader.base.errors import BehaviourError, SubmissionError
from grader.base.layout import Layout
from grader.base.messages import say
from grader.checks.context import Context
from grader.checks.counter import Counted, Counter, measure_growth
from grader.checks.expectation import expect
from grader.checks.kept import Kept, measure_kept
from grader.checks.rows import Growth, Rows, TableReader, measure_rows
from grader.checks.submitted import Submitted
from grader.evidence.bpftool import (
    ACTING_HELPERS,
    OBSERVING_TYPES,
    LoadedProgram,
    lsm_hook_id,
)
from grader.evidence.calls import Made, windows_of
from grader.evidence.event_timeline import Reporter
from grader.evidence.maps import Map
from grader.submission.program import DECLARED_WITH, PATTERN, Table, kinds
from grader.verdict.source import SourceFile

_PERF_PAGES = 64
_SUBMITS = {
    "perf_event_array": ("bpf_perf_event_output", "perf_submit()"),
    "ringbuf": ("bpf_ringbuf_", "ringbuf_output()"),
}
"""How the names begin of the helpers that submit to such a buffer, and what a student calls."""


class ProgramUnderTest:
    """The student's program as a check sees it."""

    def __init__(
        self, context: Context, file: str, *, pattern: bool = False, source: bytes | None = None
    ) -> None:
        """Start a loader for the submission's C file `file`; `pattern` builds it the second way.

        With `source`, that is the text of the file, which the submission need not have.
        """
        self._context = context
        self._name = file
        self._source = context.submission.require(self._name) if source is None else source
        self._flags = [PATTERN] if pattern else []
        self._program = context.kernel.loader(context.scale, context.place)
        self.attribution = context.attribution(self._program.pids)
        """Whose lines in the trace are its functions'."""
        self._begun = False
        self._maps: list[Map] = []
        self._listening: dict[str, Layout | None] = {}
        """What the events of each open buffer are made of."""
        self.attached = False
        self._loaded: Sequence[LoadedProgram] = ()

    def begin(self) -> None:
        """Start the compiler, if that was not done."""
        if not self._begun:
            self._begun = True
            self._program.begin(self._name, self._source, extra_flags=self._flags)

    def wait_until_ready(self) -> None:
        """Return when the program's loader, which may just have been started, has BCC."""
        self._program.wait_until_ready(60 * self._context.scale)

    def attach(
        self,
        compiled: Callable[[], object],
        places: Callable[[Sequence[str]], Mapping[str, Sequence[tuple[str, str]]]],
    ) -> None:
        """Compile, load, look at what was loaded, attach. Raises what the student should read.

        `compiled` is called when the compiler is done, and `places` tells where the script attaches
        the functions that do not name their own place.
        """
        scale = self._context.scale
        self.begin()
        try:
            self._context.phase = "compile"
            self._program.compile(60 * scale)
            self._context.tables = self._program.tables
            compiled()
            attached = places(self._program.plain)
            self._context.phase = "load"
            self._program.load(self._context.lab.attach, 30 * scale, attached)
            if not self._program.functions:
                raise BehaviourError(
                    say("{name} has no BPF function yet.", name=self._name),
                    say("Write the function that the kernel is to run."),
                    expected=say("a function that BCC can load"),
                    actual=say("no function"),
                    file=self._name,
                )
            self._loaded = self._context.bpftool.programs(self._program.pids())
            refuse_acting(self._loaded, self._name, self._context.lab.attach)
            if len(self._program.plain) > 1 and not attached:
                names = ", ".join(self._program.plain)
                raise BehaviourError(
                    say(
                        "{name} has several functions that do not attach themselves: {names}.",
                        name=self._name,
                        names=names,
                    ),
                    say("Keep one, make helpers static inline, or use TRACEPOINT_PROBE."),
                    expected=say("at most one"),
                    actual=names,
                    file=self._name,
                )
            self._program.attach(60 * scale)
        except SubmissionError as error:
            raise self._context.blame(error, self._program.functions) from error
        self.attached = True

    def table(self, name: str, kind: str) -> Table:
        """Find the table `name` of `kind`, as `kinds` knows it. Raises BehaviourError."""
        found = self._program.tables.get(name)
        if found is None:
            there = ", ".join(self._program.tables)
            raise BehaviourError(
                say("{name} declares no table named {table}.", name=self._name, table=name),
                say("Declare it at the top of the file; its name is {name}.", name=name),
                expected=say("a table {name} ({kind})", name=name, kind=DECLARED_WITH[kind]),
                actual=there or say("no table"),
                file=self._name,
            )
        if found.type not in kinds(kind):
            line, macro = self._declaration(found)
            raise BehaviourError(
                say(
                    "{name} is declared with {macro}: this lab asks for {kind}.",
                    name=name,
                    macro=macro,
                    kind=DECLARED_WITH[kind],
                ),
                say("Declare it as the handout says."),
                expected=DECLARED_WITH[kind],
                actual=macro,
                file=self._name,
                line=line,
            )
        return found

    def _declaration(self, table: Table) -> tuple[int, str]:
        """Find the line that declares `table`, 0 if unknown, and BCC's macro in it.

        The kernel has one kind for several macros: an array may be a histogram.
        """
        source = SourceFile(self._source)
        line = source.find(rf"\bBPF_\w+\s*\([^;]{{0,100}}\b{re.escape(table.name)}\b")
        written = re.search(r"\bBPF_(?!TABLE)\w+", source.line(line))
        return line, written[0] if written else DECLARED_WITH[table.type]

    def counter(self, name: str, key: int = 0) -> Counter:
        """Find the hash table `name`, whose `key` counts.

        Raises BehaviourError if it is no such table.
        """
        return Counter(
            self.map(name, "hash"),
            self._context.witness,
            key=key,
            scale=self._context.scale,
            attached=self.attached_to,
        )

    def counted(
        self, name: str, kind: str, act: Callable[..., object], *arguments: object
    ) -> Counted:
        """Call `act` with `arguments`, and return by how much the table `name` grew."""
        return measure_growth(self.map(name, kind), self._context.witness, act, *arguments)

    def rows(self, name: str, kind: str) -> Rows:
        """Read the whole table `name` of `kind` at a quiet moment, by field."""
        return self._reader({name: kind}).read().tables[name]

    def growth(
        self, name: str, kind: str, act: Callable[..., object], *arguments: object
    ) -> Growth:
        """Call `act` with `arguments`, and return by how much each entry of `name` grew."""
        return self.growths({name: kind}, act, *arguments)[name]

    def growths(
        self, kinds: Mapping[str, str], act: Callable[..., object], *arguments: object
    ) -> dict[str, Growth]:
        """Call `act` with `arguments`, and return by how much each entry of several tables grew.

        The tables are the keys of `kinds`; each call counts in one of them.
        """
        return measure_rows(self._reader(kinds), act, *arguments)

    def kept(
        self, name: str, kind: str, act: Callable[..., list[Made]], *arguments: object
    ) -> Kept:
        """Call `act` with `arguments`, and return what the table `name` kept of it meanwhile."""
        table, witness = self.map(name, kind), self._context.witness
        return measure_kept(table, witness, self._context.scale, act, *arguments)

    def _reader(self, kinds: Mapping[str, str]) -> TableReader:
        tables = {
            name: (self.map(name, kind), self.table(name, kind)) for name, kind in kinds.items()
        }
        return TableReader(tables, self._context.witness, self._context.scale)

    def map(self, name: str, kind: str) -> Map:
        """Open the table `name` of `kind`: `map.set(key, value)` puts a number into it."""
        table = self.table(name, kind)
        opened = Map(self._context.libbpf, table.id)
        self._maps.append(opened)
        return opened

    @property
    def attaches_itself(self) -> bool:
        """Whether one of its functions says itself where it goes, whatever the script does."""
        return len(self._program.plain) < len(self._program.functions)

    def attached_to(self) -> list[str]:
        """Tell where the program is attached, in the kernel's words: sys_enter_mkdir, a function.

        Nowhere once it is closed.
        """
        if not self.attached:
            return []
        return [each.where for each in self._context.bpftool.attachments(self._program.pids())]

    def require_atomic(self) -> None:
        """Raise BehaviourError unless an instruction changes memory atomically.

        For a count that all CPUs share: without one it may get lost, however seldom they meet.
        """
        expect(
            any(program.atomic for program in self._loaded),
            say("Counts can get lost when several CPUs make directories at the same time."),
            say(
                "Between reading the old value and writing the new one, another CPU may do the "
                "same. Add atomically."
            ),
            expected=say("an atomic addition"),
            actual=say("none in the program, as it was compiled"),
        )

    def reporter(self, function: str, *prefixes: str) -> Reporter:
        """Tell where reports come from, made with the C `function`: by helpers of such names."""
        helpers = [helper for program in self._loaded for helper in program.helpers]
        called = any(helper.startswith(prefixes) for helper in helpers)
        missing = function if self.attached and not called else ""
        return Reporter(self.attached_to(), missing)

    def _submits(self) -> Reporter:
        """Tell the same of the buffers that are open."""
        tables = self._program.tables
        helpers = {_SUBMITS[tables[name].type] for name in self._listening}
        functions = " / ".join(sorted(function for _, function in helpers))
        return self.reporter(functions, *(helper for helper, _ in helpers))

    def listen(self, name: str, kind: str = "perf_event_array") -> None:
        """Open the buffer `name` of `kind`, once. Raises BehaviourError if it is no such table."""
        self.table(name, kind)
        if name not in self._listening:
            layout = self._program.listen(name, _PERF_PAGES, 30 * self._context.scale)
            self._listening[name] = layout

    def submitted(self, act: Callable[..., object], *arguments: object) -> Submitted:
        """Call `act` with `arguments`, and return what is submitted to the open buffers meanwhile.

        Where others made calls too, samples may be missing since the buffer was full, or be theirs:
        `act` is done again, at most ten times, until they made none. Else the attempt counts in
        which the largest share of the calls was reported, the first of several: a program may
        report once only. Others are held up from the second attempt on.
        """
        witness, workload = self._context.witness, self._context.workload
        layouts = list(self._listening.values())
        best: Submitted | None = None
        for attempt in range(10):
            with self._context.others_held_up() if attempt else nullcontext():
                left = witness.left
                self._program.collect(30 * self._context.scale)
                windows = windows_of(act(*arguments))
                samples = self._program.collect(30 * self._context.scale).raw
                made = witness.entered - left
            layout = layouts[0] if len(layouts) == 1 else None
            got = Submitted(samples, windows, made, workload.call, self._submits, layout)
            if best is None or (best.share, best.alone) < (got.share, got.alone):
                best = got
            if got.alone:
                # Others' samples make up for none. One that began with more may report once only.
                return best if len(best.samples) < len(best.windows) else got
        assert best
        return best

    def log(self) -> str:
        return self._program.log()

    def close(self) -> None:
        self.attached = False
        with ExitStack() as closing:
            closing.callback(self._program.close)
            while self._maps:
                closing.callback(self._maps.pop().close)


def refuse_acting(programs: Sequence[LoadedProgram], file: str, hook: str) -> None:
    """Raise SubmissionError when a program could change what it is only to watch.

    LSM and XDP programs can forbid what they see: they may be at the lab's own `hook` alone, where
    a call of the workload's that does not succeed tells of it.
    """
    kind, _, place = hook.partition(":")
    for program in programs:
        asked_for = kind == program.type == "xdp" or (
            kind == program.type == "lsm" and program.hook_id == lsm_hook_id(place)
        )
        constant = f"BPF.{program.type.upper()}"
        if program.type and program.type not in OBSERVING_TYPES and not asked_for:
            raise SubmissionError(
                say(
                    "{file} loads a program of type {type}, which the lab does not ask for.",
                    file=file,
                    type=constant,
                ),
                say("Use the hook that the handout names."),
                file=file,
            )
        for helper in sorted(program.helpers & ACTING_HELPERS):
            raise SubmissionError(
                say(
                    "{file} calls {helper}, which changes other processes.",
                    file=file,
                    helper=helper,
                ),
                say("A tracing program only watches: remove the call."),
                file=file,
            )
