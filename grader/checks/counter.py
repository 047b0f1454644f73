"""A submission's counter, compared with the witness at moments when nothing was under way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from grader.base.timeline import Timeline
from grader.evidence.calls import Window, settle, windows_of
from grader.evidence.event_timeline import Step, by_growth
from grader.evidence.maps import Map
from grader.evidence.witness import Witness
from grader.evidence.workload import Workload

_TRIES = 10
"""So many times a counter's timeline is made at most, until no other process comes between."""


@dataclass(frozen=True)
class Count:
    """How many calls the witness saw on the whole machine, and the submission counted.

    `start` is what the counter held before; the workload's own calls have `windows`. Of the calls
    that `made` counts, `failed` did not succeed: those are others', and may be counted, all or
    none. `elsewhere` is by how much the table's other entries grew, if that was asked for.
    """

    start: int
    made: int
    failed: int
    counted: int
    elsewhere: int = 0
    windows: tuple[Window, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether the counter has each call."""
        return self._is_right(self.counted)

    @property
    def end(self) -> int:
        """What the counter held afterwards."""
        return self.start + self.counted

    @property
    def after_each(self) -> range:
        """What the counter held after each of the workload's calls, if no other came between."""
        return range(self.end - len(self.windows) + 1, self.end + 1)

    @property
    def all_there(self) -> bool:
        """Whether each call, the failing ones too, is counted somewhere in the table."""
        return self.made in (self.counted, self.counted + self.elsewhere)

    @property
    def complete(self) -> bool:
        """Whether no count is lost: the counter has all, or the table's entries have together."""
        return self.exact or self._is_right(self.counted + self.elsewhere)

    def _is_right(self, counted: int) -> bool:
        return counted in (self.made, self.made - self.failed)


@dataclass(frozen=True)
class Counted:
    """By how much the entries of a table grew, and how many calls the whole machine made.

    Those of the workload have `windows`.
    """

    grown: Mapping[int, int]
    windows: tuple[Window, ...]
    made: int

    @property
    def total(self) -> int:
        """By how much all entries grew together."""
        return sum(self.grown.values())


def measure_growth(
    table: Map, witness: Witness, act: Callable[..., object], *arguments: object
) -> Counted:
    """Call `act` with `arguments`, and return by how much the entries of `table` grew."""
    left, before = witness.left, table.items()
    windows = windows_of(act(*arguments))
    grown = {key: value - before.get(key, 0) for key, value in table.items().items()}
    return Counted(grown, windows, witness.entered - left)


@dataclass(frozen=True)
class _CounterStep:
    """Calls so far, those that failed, and what the counter held; None is no entry.

    `elsewhere` is what the table's other entries held, if they were read.
    """

    entered: int
    failed: int
    value: int | None
    elsewhere: int


class Counter:
    """The entry `key` of a submission's table.

    `scale` stretches the deadlines; `attached` tells where the program is attached.
    """

    def __init__(
        self,
        table: Map,
        witness: Witness,
        *,
        key: int = 0,
        scale: float = 1.0,
        attached: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self.table = table
        self._witness = witness
        self._key = key
        self._scale = scale
        self._attached = attached

    @property
    def entry(self) -> tuple[int, int]:
        """Which entry of which table it is: the table's descriptor, and the key."""
        return self.table.fd, self._key

    @property
    def value(self) -> int:
        """What the counter holds at this moment, 0 without an entry."""
        return self.table.get(self._key) or 0

    def settled_value(self) -> int:
        """Return what the counter holds when no call is under way. Raises InfraError."""
        return self._read().value or 0

    def put(self, number: int) -> None:
        """Put `number` into the counter at a quiet moment, whatever it holds."""
        self._read(lambda: self.table.set(self._key, number))

    def seed(self, number: int = 1) -> None:
        """Put `number` into the counter at a quiet moment, if there is no entry."""
        if self._read().value is None:
            self._read(lambda: self.table.set(self._key, number))

    def during(
        self,
        act: Callable[..., object],
        *arguments: object,
        from_empty: bool = False,
        everywhere: bool = False,
    ) -> Count:
        """Call `act` with `arguments`, and compare what was made with what was counted.

        With `from_empty` the table is emptied first, at a quiet moment; with `everywhere` its other
        entries are read too. Other processes' mkdirs are in both numbers.
        """
        before = self._read(self.table.clear if from_empty else None, everywhere=everywhere)
        base = before.value or 0
        windows = windows_of(act(*arguments))

        def count() -> Count:
            after = self._read(everywhere=everywhere)
            return Count(
                start=base,
                made=after.entered - before.entered,
                failed=after.failed - before.failed,
                counted=(after.value or 0) - base,
                elsewhere=after.elsewhere - before.elsewhere,
                windows=windows,
            )

        # Others' calls that fail, of which there are ever more, would make up for one not counted.
        return settle(count, lambda found: found.all_there, self._scale)

    def steps(self, workload: Workload, *, from_empty: bool = False) -> CounterSteps:
        """Return evidence of a wrong count: what further calls put into the counter."""
        return CounterSteps(self, workload, from_empty)

    def step_by_step(self, workload: Workload, from_empty: bool) -> Timeline:
        """Make some further calls and decoys, one by one, and show what each puts in.

        They are made again, a few times, where other processes' calls came between.
        """
        tries = (self._steps(workload, from_empty) for _ in range(_TRIES))
        return by_growth(least_disturbed(tries), of=workload.call, attached=self._attached())

    def _steps(self, workload: Workload, from_empty: bool) -> list[Step]:
        steps = []
        before = self._read(self.table.clear if from_empty else None)
        for call in (*[workload.call] * 4, *workload.others):
            ours = call == workload.call
            window = workload.calls(1)[0] if ours else workload.step(call)
            after = self._read()
            others = after.entered - before.entered - ours
            steps.append((window, before.value, after.value, others))
            before = after
        return steps

    def _read(
        self, first: Callable[[], None] | None = None, *, everywhere: bool = False
    ) -> _CounterStep:
        """Read the counter at a quiet moment, once `first` was done in it."""

        def read() -> tuple[int, int | None, int]:
            if first:
                first()
            entries = self.table.items() if everywhere else {}
            entries.pop(self._key, None)
            return self._witness.failed, self.table.get(self._key), sum(entries.values())

        entered, seen = self._witness.quietly(read, 10 * self._scale)
        return _CounterStep(entered, *seen)


def least_disturbed(tries: Iterable[Sequence[Step]]) -> Sequence[Step]:
    """Return the first of `tries` without calls of others, or the one that they disturb least.

    The first step tells most: what a counter begins with. It counts before all others.
    """
    found = []
    for steps in tries:
        disturbed = [others > 0 for *_, others in steps]
        found.append((disturbed[0], sum(disturbed), steps))
        if not any(disturbed):
            break
    return min(found, key=itemgetter(0, 1))[2]


@dataclass(frozen=True)
class CounterSteps:
    """What a counter does at each of some calls, which are made when the timeline is asked for."""

    counter: Counter
    workload: Workload
    from_empty: bool

    def timeline(self) -> Timeline:
        return self.counter.step_by_step(self.workload, self.from_empty)
