"""Histograms, as scripts print them."""

from __future__ import annotations

import pytest

from grader.checks.histograms import Drawn, bucket_on, counts_on
from grader.evidence.calls import Call, Made, Window

PRINTED = """\
     usecs               : count     distribution
         0 -> 1          : 2        |*******                                 |
         2 -> 3          : 0        |                                        |
         4 -> 7          : 11       |****************************************|
"""


@pytest.mark.parametrize(
    "line, found",
    [
        ("         0 -> 1          : 2        |**  |", (1, 2)),
        ("65536 -> 131071 : 3 |*|", (17, 3)),
        ("from 4 to 7: 0", (3, 0)),
        ("9223372036854775808 -> 18446744073709551615 : 1 |*|", (64, 1)),
        ("     usecs               : count     distribution", None),
        ("1 -> 1 : 2", None),
        ("4 -> 8 : 2", None),
        ("        17         : 3        |***|", None),  # print_linear_hist()
        ("12:01:59", None),
        ("0 0 0", None),
        ("", None),
    ],
)
def test_a_bucket_is_read_by_its_bounds(line: str, found: tuple[int, int] | None) -> None:
    assert bucket_on(line) == found


def test_what_several_histograms_show_is_added_up() -> None:
    assert counts_on(PRINTED.splitlines()) == {1: 2, 3: 11}
    assert counts_on((PRINTED + PRINTED).splitlines()) == {1: 4, 3: 22}
    assert counts_on([]) == {}


@pytest.mark.parametrize(
    "lines, compared",
    [
        (["65536 -> 131071 : 2"], (0, 0)),
        (
            ["65536 -> 131071 : 1", "0 -> 1 : 9", "65536 -> 131071 : 1"],
            (0, 0),
        ),  # Others', of before.
        (["65536 -> 131071 : 1"], (1, 0)),
        (["65536 -> 131071 : 2", "65536 -> 131071 : 2"], (0, 2)),
        (["32768 -> 65535 : 2"], (2, 0)),
        ([], (2, 0)),
    ],
)
def test_each_call_is_shown_once(lines: list[str], compared: tuple[int, int]) -> None:
    asked = Call("mkdir", path=b"/tmp/a", lasts=0.08)
    made = Made.of(asked, Window("", "", 0, 90_000_000, 0), 1, 1)
    drawn = Drawn((made, made), 2, tuple(lines))
    assert (drawn.missing(17), drawn.again(17)) == compared
    assert drawn.missing() == compared[0]


def test_a_slow_call_of_another_process_is_not_shown_again() -> None:
    asked = Call("mkdir", path=b"/tmp/a", lasts=0.08)
    made = Made.of(asked, Window("", "", 0, 90_000_000, 0), 1, 1)
    lines = ("65536 -> 131071 : 2", "0 -> 1 : 90")
    assert Drawn((made,), 95, lines).again(17) == 0
    assert Drawn((made,), 91, lines).again(17) == 1
