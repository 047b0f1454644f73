"""How soon a script shows a change, from when changes were made and shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, cast

import pytest

from grader.base.errors import BehaviourError, InfraError
from grader.checks.counter import Count, Counter
from grader.checks.pace import Change, Pace, changes
from grader.evidence.calls import Window


def looking(period: float, changes: list[float], lag: float = 0.0) -> Pace:
    """Judge a script that looks every `period` s, and shows each change `lag` s after a look."""
    pace = Pace(1.5)
    for changed in changes:
        shown = (changed // period + 1) * period + lag
        pace.note(shown, prompt=shown - changed < 1.5)
    return pace


@pytest.mark.parametrize("lag", [0.0, 0.4])
@pytest.mark.parametrize("soon", [0.01, 0.3, 0.6])
def test_a_script_that_looks_every_second_is_in_time(soon: float, lag: float) -> None:
    pace = looking(1.0, [second + soon for second in range(4)], lag)
    assert pace.in_time and not pace.late
    pace.require()


@pytest.mark.parametrize("soon", [0.01, 0.3, 0.49])
def test_one_that_looks_every_two_seconds_is_late(soon: float) -> None:
    pace = looking(2.0, [2 * look + soon for look in range(4)])
    assert pace.late and not pace.in_time


@pytest.mark.parametrize(("period", "soon"), [(2.0, 0.6), (2.0, 1.9), (1.0, 1.2)])
def test_changes_that_come_long_after_a_look_say_nothing(period: float, soon: float) -> None:
    pace = looking(period, [2 * look + soon for look in range(10)])
    assert not pace.late and not pace.in_time
    with pytest.raises(InfraError, match="too slow to tell"):
        pace.require()


def test_the_first_change_says_nothing() -> None:
    pace = Pace(1.5)
    pace.note(20.0, prompt=False)
    for shown in (21.0, 22.0, 23.0):
        pace.note(shown, prompt=True)
    assert pace.in_time and not pace.late


def test_a_look_before_the_first_change_counts() -> None:
    pace = Pace(1.5, 20.0)
    for shown in (21.0, 22.0, 23.0):
        pace.note(shown, prompt=True)
    assert pace.in_time and not pace.late


def test_one_that_looks_every_two_seconds_is_late_after_a_look_too() -> None:
    pace = Pace(1.5, 0.0)
    for shown in (2.0, 4.0, 6.0):
        pace.note(shown, prompt=False)
    assert pace.late and not pace.in_time


class Table:
    """A table with one count, which `act` adds to."""

    def __init__(self, value_size: int = 8) -> None:
        self.value_size = value_size
        self.value = 0


class OneCount:
    """A counter whose witness sees what it counts."""

    def __init__(self, table: Table) -> None:
        self.table = table

    @property
    def value(self) -> int:
        return self.table.value

    def put(self, number: int) -> None:
        self.table.value = number

    def during(self, act: Callable[[], list[Window]]) -> Count:
        start = self.table.value
        windows = act()
        counted = self.table.value - start
        return Count(start, len(windows), 0, counted, windows=tuple(windows))


def changes_of(table: Table, add: int, **named: Any) -> Iterator[Change]:
    def act() -> list[Window]:
        table.value += add
        return [Window("mkdir", "x", 5 * 10**9, 6 * 10**9, 0)] * 3

    return changes(cast(Counter, OneCount(table)), act, **named)


def test_a_change_is_put_there_and_added_to_twice() -> None:
    table = Table()
    first, second, third = islice(changes_of(table, 3), 3)
    assert (first.wanted, second.wanted) == (first.put + 3, first.put + 6)
    assert first.put == second.put != third.put
    assert first.made == 6.0 and all(change.kept for change in (first, second, third))


def test_what_adds_nothing_may_stay_as_it_is_and_else_is_not_kept() -> None:
    assert not next(changes_of(Table(), 0)).kept
    assert next(changes_of(Table(), 0, adds=False)).kept
    assert not next(changes_of(Table(), -1, adds=False)).kept


def test_the_line_of_a_row_names_it() -> None:
    table = Table()
    change = next(changes_of(table, 3, beside=1000, text="cp -r"))
    assert change.shown_on(f"uid 1000, cp -r : {change.wanted}")
    assert not change.shown_on(f"uid 1000, cp : {change.wanted}")
    assert not change.shown_on(f"uid 1001, cp -r : {change.wanted}")
    assert f"a line with 1000, cp -r and {change.wanted}" in change.what


def test_values_of_one_byte_are_too_short() -> None:
    with pytest.raises(BehaviourError, match="too short for a count"):
        next(changes_of(Table(value_size=1), 3))
