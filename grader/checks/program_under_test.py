"""The student's program as a check sees it: attached, with its tables and its samples."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass

from grader.base.errors import BehaviourError, SubmissionError
from grader.base.layout import Fields, Layout
from grader.base.messages import NO_MESSAGE, Message, say
from grader.base.timeline import Timeline
from grader.checks.context import Context
from grader.checks.counter import Counted, Counter, measure_growth
from grader.checks.expectation import event_count, expect, listed
from grader.checks.kept import Kept, measure_kept
from grader.checks.rows import Growth, Rows, TableReader, measure_rows
from grader.evidence.bpftool import (
    ACTING_HELPERS,
    OBSERVING_TYPES,
    LoadedProgram,
    lsm_hook_id,
)
from grader.evidence.calls import Made, Window
from grader.evidence.event_timeline import by_value
from grader.evidence.maps import Map
from grader.evidence.matching import Matching, match
from grader.submission.program import DECLARED_WITH, PATTERN, Table, kinds
from grader.verdict.source import SourceFile

_PERF_PAGES = 64
_UNSET = re.compile(rb"\xaa{4,}")
"""What the second build of a program fills uninitialised memory with."""


@dataclass(frozen=True)
class Submitted:
    """Samples of a buffer, as raw bytes, and how many calls the whole machine made.

    In a quiet machine those are the workload's own, whose `windows` there are; otherwise the
    samples are at most so many: calls that were under way at the start are among them. `of` is the
    call that is to be reported, and `attached` tells where the program is attached.
    """

    samples: tuple[bytes, ...]
    windows: tuple[Window, ...]
    made: int
    of: str
    attached: Callable[[], Sequence[str]]
    layout: Layout | None = None
    """What a sample is made of, where BCC knows it."""

    @property
    def calls(self) -> list[Made]:
        """The workload's calls that were described, as they were made."""
        return [window for window in self.windows if isinstance(window, Made)]

    @property
    def events(self) -> list[Fields]:
        """The samples by field: `event.pid`. Raises BehaviourError if they are no structures."""
        if self.layout is None:
            raise BehaviourError(
                say("What the program submits is not a structure with named fields."),
                say("Declare a structure, fill a variable of it, and submit that variable."),
                expected=say("a structure"),
                actual=say("{n} bytes", n=self.size),
            )
        return [self.layout.value(sample) for sample in self.samples]

    def having(self, **values: object) -> list[Fields]:
        """Find the events whose fields have these values: `having(path=made.path)`."""
        return [event for event in self.events if event.has(**values)]

    @property
    def missing(self) -> int:
        """How many fewer samples than calls there are."""
        return max(0, self.made - len(self.samples))

    @property
    def share(self) -> float:
        """Of how many of the calls there can be a sample: all is 1."""
        return 1 - self.missing / self.made if self.made else 1.0

    @property
    def alone(self) -> bool:
        """Whether the workload made all of the calls."""
        return self.made == sum(window.call == self.of for window in self.windows)

    @property
    def times(self) -> list[int]:
        """The u64 at the start of each sample: a time in ns, if it is one."""
        return [int.from_bytes(sample[:8], "little") for sample in self.samples]

    @property
    def size(self) -> int:
        """How many bytes the shortest sample has, 0 if there is none."""
        return min(map(len, self.samples), default=0)

    @property
    def unset(self) -> Message:
        """What of a sample of the second build was never set; nothing if all was."""
        for sample in self.samples:
            if self.layout and self.layout.size <= len(sample):
                if never := self.layout.unset(sample):
                    return never
                continue
            if found := _UNSET.search(sample):
                return say(
                    "bytes {first} to {last} of {size} never set",
                    first=found.start() + 1,
                    last=found.end(),
                    size=len(sample),
                )
        return NO_MESSAGE

    @property
    def matching(self) -> Matching:
        """Which samples begin with a time of which window."""
        return match(self.windows, self.times)

    @property
    def misplaced(self) -> bool:
        """Whether the time of a call stands in a sample somewhere after its start."""
        later = (
            int.from_bytes(sample[at : at + 8], "little")
            for sample in self.samples
            for at in range(4, len(sample) - 7, 4)
        )
        return any(window.holds(time) for time in later for window in self.windows)

    def require_each(self) -> None:
        """Raise BehaviourError unless there is an event at least for each of the calls."""
        self._require_one_each(len(self.samples) >= len(self.windows))

    def require_once(self) -> None:
        """Raise BehaviourError where there are more events than anybody made calls."""
        self._require_one_each(len(self.samples) <= self.made)

    def _require_one_each(self, right: bool) -> None:
        n = len(self.windows)
        expect(
            right,
            say("Each {call} must submit one event.", call=self.of),
            say("Submit once in each call of the function."),
            expected=say("{n} events after {n} calls", n=n),
            actual=event_count(len(self.samples)),
            timeline=self._by_time,
        )

    def require_none(self) -> None:
        """Raise BehaviourError where there are events, though the workload made decoys alone."""
        expect(
            len(self.samples) <= self.made,
            say(
                "Something other than a {call} submits events: one of {others}.",
                call=self.of,
                others=listed(list(dict.fromkeys(window.call for window in self.windows))),
            ),
            say("Report each {call}, and nothing else.", call=self.of),
            expected=say("no event"),
            actual=event_count(len(self.samples)),
            timeline=self._by_time,
        )

    @property
    def _by_time(self) -> Submitted | None:
        """Itself as evidence, unless its events begin with something other than a time."""
        times = self.times
        timed = any(window.holds(time) for window in self.windows for time in times)
        return self if timed or not times else None

    def timeline(self) -> Timeline:
        """Show each call, and the sample with its time."""
        others = max(0, self.made - len(self.windows))
        reports = [((time,), str(time)) for time in self.times]
        return by_value(self.windows, reports, of=self.of, others=others, attached=self.attached())


class ProgramUnderTest:
    """The student's program as a check sees it."""

    def __init__(self, context: Context, file: str, *, pattern: bool = False) -> None:
        """`file` is one of the submission's C files; with `pattern`, build it the second way."""
        self._context = context
        self._name = file
        self._source = context.submission.require(self._name)
        self._flags = [PATTERN] if pattern else []
        self._program = context.kernel.loader(context.scale, context.place)
        self.attribution = context.attribution(self._program.pids)
        """Whose lines in the trace are its functions'."""
        self._begun = False
        self._maps: list[Map] = []
        self._listening: dict[str, Layout | None] = {}
        """What the events of each open buffer are made of."""
        self.attached = False

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
            programs = self._context.bpftool.programs(self._program.pids())
            refuse_acting(programs, self._name, self._context.lab.attach)
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
        """The same for several tables, the keys of `kinds`, in one of which each call counts."""
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
            with witness.brake() if attempt else nullcontext():
                left = witness.left
                self._program.collect(30 * self._context.scale)
                did = act(*arguments)
                windows = tuple(did) if isinstance(did, list) else ()
                samples = self._program.collect(30 * self._context.scale).raw
                made = witness.entered - left
            layout = layouts[0] if len(layouts) == 1 else None
            got = Submitted(samples, windows, made, workload.call, self.attached_to, layout)
            if best is None or (best.share, best.alone) < (got.share, got.alone):
                best = got
            if got.alone:
                break
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
