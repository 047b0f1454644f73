"""A whole table of a submission's, by the names that the program gives to keys and values."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from grader.base.errors import BehaviourError
from grader.base.layout import Fields, Layout
from grader.base.messages import NO_MESSAGE, Message, say
from grader.evidence.calls import Made, Window
from grader.evidence.maps import Map
from grader.evidence.witness import Witness
from grader.submission.program import Table


@dataclass(frozen=True)
class Row:
    """An entry: `row.key.uid`, or `row.key` where keys are no structures; values likewise.

    `values` has what each CPU holds there, in a table where each has its own.
    """

    key: Any
    values: tuple[Any, ...]
    raw: bytes = b""
    """The key as the kernel compares it: with what stands in its padding."""
    unset: Message = NO_MESSAGE
    """What of the key was never set, in the second build."""

    @property
    def value(self) -> Any:
        """The value; the sum of numbers where each CPU has one."""
        numbers = all(isinstance(each, int) for each in self.values)
        return sum(self.values) if numbers else self.values[0]

    def __repr__(self) -> str:
        return f"[{self.key}] = {self.value}"


@dataclass(frozen=True)
class Rows:
    """The entries of a table at one moment."""

    rows: tuple[Row, ...]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def having(self, **fields: object) -> list[Row]:
        """Find the rows with these fields in their keys. Raises BehaviourError for bare keys."""
        for row in self.rows:
            if not isinstance(row.key, Fields):
                raise BehaviourError(
                    say("The keys of the table are not structures with named fields."),
                    say("Declare the table as the handout says."),
                    expected=", ".join(fields),
                    actual=row.key,
                )
        return [row for row in self.rows if row.key.has(**fields)]

    @property
    def by_key(self) -> dict[Any, Any]:
        """The values by their keys, which must not be structures that are there twice."""
        return {row.key: row.value for row in self.rows}

    @property
    def total(self) -> int:
        """All values that are numbers together."""
        return sum(row.value for row in self.rows if isinstance(row.value, int))


@dataclass(frozen=True)
class Growth(Rows):
    """By how much each row grew, without those that did not, while the workload acted.

    `made` is how many calls the whole machine made; those of the workload have `windows`.
    """

    windows: tuple[Window, ...]
    made: int

    @property
    def calls(self) -> list[Made]:
        """The workload's calls that were described, as they were made."""
        return [window for window in self.windows if isinstance(window, Made)]

    @property
    def others(self) -> int:
        """How many of the calls were not the workload's."""
        return self.made - len(self.windows)


def reader(
    table: Map, declared: Table | None, witness: Witness, scale: float
) -> Callable[[], tuple[int, Rows]]:
    """Return what reads `table`, which the program has `declared`, at a quiet moment.

    It returns how many calls there had been then, too. Without a declaration keys and values are
    numbers.
    """
    keys = _layout(declared.key if declared else None, table.key_size)
    values = _layout(declared.value if declared else None, table.value_size)

    def read() -> tuple[int, Rows]:
        calls, entries = witness.quietly(table.entries, 10 * scale)
        return calls, Rows(
            tuple(
                Row(keys.value(raw), tuple(map(values.value, there)), raw, keys.unset(raw))
                for raw, there in entries.items()
            )
        )

    return read


def _layout(told: Layout | None, size: int) -> Layout:
    return told if told and told.size == size else Layout(size, "unsigned")


def measure_rows(
    read: Callable[[], tuple[int, Rows]],
    scale: float,
    act: Callable[..., object],
    *arguments: object,
) -> Growth:
    """Call `act` with `arguments`, and return by how much the rows that `read` reads grew.

    Less than was made is looked at again for a while: a program on the system call's exit counts a
    moment after the witness.
    """
    start, before = read()
    did = act(*arguments)
    windows = tuple(did) if isinstance(did, list) else ()
    deadline = time.monotonic() + 0.3 * scale
    while True:
        calls, after = read()
        growth = Growth(_grown(before, after), windows, calls - start)
        if growth.total >= growth.made or time.monotonic() > deadline:
            return growth


def _grown(before: Rows, after: Rows) -> tuple[Row, ...]:
    """Return the rows of `after` that differ; numbers less what was there."""
    old = {row.raw: row.values for row in before}
    return tuple(
        replace(row, values=_less(row.values, old.get(row.raw, ())))
        for row in after
        if any(row.values) and row.values != old.get(row.raw)
    )


def _less(values: tuple[Any, ...], before: tuple[Any, ...]) -> tuple[Any, ...]:
    if not before:
        return values
    pairs = zip(values, before, strict=True)
    return tuple(new - old if isinstance(new, int) else new for new, old in pairs)
