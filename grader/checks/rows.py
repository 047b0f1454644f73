"""A whole table of a submission's, by the names that the program gives to keys and values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from grader.base.errors import BehaviourError
from grader.base.layout import Fields, Layout, difference, sum_of
from grader.base.messages import NO_MESSAGE, Message, say
from grader.evidence.calls import Made, Window, settle, windows_of
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
    def at(self) -> int:
        """The key as one number, as `program.map` and `script.counter` take it."""
        return int.from_bytes(self.raw, "little")

    @property
    def value(self) -> Any:
        """The value; the sum of numbers where each CPU has one."""
        numbers = all(isinstance(each, int) for each in self.values)
        return sum(self.values) if numbers else self.values[0]

    @property
    def count(self) -> int:
        """The value, where it is a number. Raises BehaviourError."""
        value = self.value
        if not isinstance(value, int):
            raise BehaviourError(
                say("The values of the table are no numbers."),
                say("Declare the type of its values as a number, such as u64."),
                expected=say("a number"),
                actual=str(value),
            )
        return value

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
                    actual=str(row.key),
                )
        return [row for row in self.rows if row.key.has(**fields)]

    @property
    def by_key(self) -> dict[Any, Any]:
        """The values by their keys. Keys must not differ in their padding alone: see `having`."""
        return {row.key: row.value for row in self.rows}

    @property
    def total(self) -> int:
        """All numbers in the values together."""
        return sum(sum_of(value) for row in self.rows for value in row.values)


@dataclass(frozen=True)
class Growth(Rows):
    """By how much each row grew, without those that did not, while the workload acted.

    `made` is how many calls the whole machine made; those of the workload have `windows`. Of them
    `failed` did not succeed: those are others', and may be counted, all or none.
    """

    windows: tuple[Window, ...]
    made: int
    failed: int = 0

    @property
    def calls(self) -> list[Made]:
        """The workload's calls that were described, as they were made."""
        return [window for window in self.windows if isinstance(window, Made)]

    @property
    def others(self) -> int:
        """How many of the calls were not the workload's."""
        return self.made - len(self.windows)

    @property
    def by_key(self) -> dict[Any, int]:
        """By how much each key's number grew. Raises BehaviourError where values are none."""
        return {row.key: row.count for row in self.rows}

    def has_each(self, *beside: Growth) -> bool:
        """Tell whether each call counts once, here or in one of the tables `beside`."""
        counted = self.total + sum(other.total for other in beside)
        return counted in (self.made, self.made - self.failed)


@dataclass(frozen=True)
class TableSnapshot:
    """What tables held at a moment when no call was under way, and the calls until then."""

    calls: int
    failed: int
    tables: Mapping[str, Rows]


class TableReader:
    """Reads tables, by name, that a program has declared; else keys and values are numbers."""

    def __init__(
        self, tables: Mapping[str, tuple[Map, Table | None]], witness: Witness, scale: float
    ) -> None:
        self._tables = tables
        self._witness = witness
        self.scale = scale

    def read(self) -> TableSnapshot:
        """Read all of them at one quiet moment. Raises InfraError where there is none."""

        def look() -> tuple[int, dict[str, dict[bytes, list[bytes]]]]:
            entries = {name: table.entries() for name, (table, _) in self._tables.items()}
            return self._witness.failed, entries

        calls, (failed, found) = self._witness.quietly(look, 10 * self.scale)
        rows = {name: Rows(tuple(self._rows(name, found[name]))) for name in found}
        return TableSnapshot(calls, failed, rows)

    def _rows(self, name: str, entries: Mapping[bytes, list[bytes]]) -> Iterator[Row]:
        table, declared = self._tables[name]
        keys = _layout(declared.key if declared else None, table.key_size)
        values = _layout(declared.value if declared else None, table.value_size)
        for raw, there in entries.items():
            yield Row(keys.value(raw), tuple(map(values.value, there)), raw, keys.unset(raw))


def _layout(told: Layout | None, size: int) -> Layout:
    return told if told and told.size == size else Layout(size, "unsigned")


def measure_rows(
    reader: TableReader, act: Callable[..., object], *arguments: object
) -> dict[str, Growth]:
    """Call `act` with `arguments`, and return by how much the rows of each table grew."""
    before = reader.read()
    windows = windows_of(act(*arguments))

    def growths() -> dict[str, Growth]:
        after = reader.read()
        made, failed = after.calls - before.calls, after.failed - before.failed
        return {
            name: Growth(_grown(before.tables[name], rows), windows, made, failed)
            for name, rows in after.tables.items()
        }

    def complete(grown: dict[str, Growth]) -> bool:
        made = next((each.made for each in grown.values()), 0)
        return sum(each.total for each in grown.values()) >= made

    return settle(growths, complete, reader.scale)


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
    return tuple(map(difference, values, before))
