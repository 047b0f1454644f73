"""A submission's counter, compared with the witness at moments when nothing was under way."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.base.timeline import Timeline
from grader.evidence.event_timeline import by_growth
from grader.evidence.maps import Map
from grader.evidence.witness import Witness
from grader.evidence.workload import Workload


@dataclass(frozen=True)
class Count:
    """Directories made on the whole machine, by the witness, and what the submission counted.

    `start` is what the counter held before. Of the calls that `made` counts, `failed` did not
    succeed: those are others', and may be counted, all or none. `elsewhere` is by how much the
    table's other entries grew, if that was asked for.
    """

    start: int
    made: int
    failed: int
    counted: int
    elsewhere: int = 0

    @property
    def exact(self) -> bool:
        return self._is_right(self.counted)

    @property
    def complete(self) -> bool:
        """Whether no count is lost: the counter has them all, or the table's entries together."""
        return self.exact or self._is_right(self.counted + self.elsewhere)

    def _is_right(self, counted: int) -> bool:
        return counted in (self.made, self.made - self.failed)


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
    """The entry `key` of a submission's table. `scale` stretches the deadlines."""

    def __init__(self, table: Map, witness: Witness, *, key: int = 0, scale: float = 1.0) -> None:
        self.table = table
        self._witness = witness
        self._key = key
        self._scale = scale

    def seed(self, number: int = 1) -> None:
        """Put `number` there at a quiet moment, if there is no entry."""
        if self._read().value is None:
            self._read(lambda: self.table.set(self._key, number))

    def during(
        self, act: Callable[[], object], *, from_empty: bool = False, everywhere: bool = False
    ) -> Count:
        """Count what is made, and what the submission counts, while `act` runs.

        With `from_empty` the table is emptied first, at a quiet moment; with `everywhere` its other
        entries are read too. Other processes' mkdirs are in both numbers. A difference is looked at
        again for a while: a program on the system call's exit counts a moment after the witness.
        """
        before = self._read(self.table.clear if from_empty else None, everywhere=everywhere)
        base = before.value or 0
        act()
        deadline = time.monotonic() + 0.3 * self._scale
        while True:
            after = self._read(everywhere=everywhere)
            count = Count(
                start=base,
                made=after.entered - before.entered,
                failed=after.failed - before.failed,
                counted=(after.value or 0) - base,
                elsewhere=after.elsewhere - before.elsewhere,
            )
            if count.complete or time.monotonic() > deadline:
                return count

    def step_by_step(
        self, workload: Workload, *, from_empty: bool = False, attached: Sequence[str] = ()
    ) -> Timeline:
        """What some further calls put into the counter, one by one, and decoys after them."""
        steps = []
        before = self._read(self.table.clear if from_empty else None)
        for call in (*[workload.call] * 4, *workload.others):
            ours = call == workload.call
            window = workload.calls(1)[0] if ours else workload.step(call)
            after = self._read()
            others = after.entered - before.entered - ours
            steps.append((window, before.value, after.value, others))
            before = after
        return by_growth(steps, of=workload.call, attached=attached)

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
