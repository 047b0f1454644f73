"""How soon a script shows a change, from when changes were made and shown."""

from __future__ import annotations

import pytest

from grader.base.errors import InfraError
from grader.checks.pace import Pace


def looking(period: float, changes: list[float], lag: float = 0.0) -> Pace:
    """What is seen of a script that looks every `period` s; each is shown `lag` s after a look."""
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
