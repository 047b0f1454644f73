"""A submission's counter, compared with the witness at moments when nothing was under way."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.evidence.maps import Map
from grader.evidence.story import by_growth
from grader.evidence.witness import Witness
from grader.evidence.workload import Workload
from grader.timeline import Timeline


@dataclass(frozen=True)
class Count:
    """Directories made on the whole machine, by the witness, and what the submission counted.

    `start` is what the counter held before.
    """

    start: int
    made: int
    counted: int

    @property
    def exact(self) -> bool:
        return self.made == self.counted


class Counter:
    """The entry `key` of a submission's table. `scale` stretches the deadlines."""

    def __init__(self, table: Map, witness: Witness, *, key: int = 0, scale: float = 1.0) -> None:
        self.table = table
        self._witness = witness
        self._key = key
        self._scale = scale

    def during(self, act: Callable[[], object], *, from_empty: bool = False) -> Count:
        """What was made, and what was counted, while `act` ran.

        With `from_empty` the table is emptied first, at a quiet moment. Other processes' mkdirs
        are in both numbers. A difference is looked at again for a while: a program on the
        system call's exit counts a moment after the witness.
        """
        if from_empty:
            before, _ = self._witness.quietly(self._clear, 10 * self._scale)
            base = 0
        else:
            before, base = self._now()
        act()
        deadline = time.monotonic() + 0.3 * self._scale
        while True:
            after, total = self._now()
            count = Count(start=base, made=after - before, counted=total - base)
            if count.exact or time.monotonic() > deadline:
                return count

    def step_by_step(
        self, workload: Workload, *, from_empty: bool = False, attached: Sequence[str] = ()
    ) -> Timeline:
        """What some further calls put into the counter, one by one, and decoys after them."""
        if from_empty:
            self._witness.quietly(self._clear, 10 * self._scale)
        steps = []
        entered, before = self._read()
        for call in (*[workload.call] * 4, *workload.others):
            ours = call == workload.call
            window = workload.calls(1)[0] if ours else workload.step(call)
            now, after = self._read()
            others = now - entered - ours
            steps.append((window, before, after, others))
            entered, before = now, after
        return by_growth(steps, of=workload.call, attached=attached)

    def _read(self) -> tuple[int, int | None]:
        return self._witness.quietly(lambda: self.table.get(self._key), 10 * self._scale)

    def _now(self) -> tuple[int, int]:
        entered, value = self._read()
        return entered, value or 0

    def _clear(self) -> None:
        self.table.clear()
