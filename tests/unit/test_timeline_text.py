"""A timeline as text: what is wrong is seen first, and is never left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.base.timeline import Deviation, Moment
from grader.report.timeline_text import drawn
from tests.support.sample_results import FAILED

RIGHT = tuple(
    Moment(at * 1000, f"mkdir {at:04x}", 0, (f"line {at}",), Deviation.RIGHT) for at in range(60)
)


def test_a_line_says_first_whether_it_is_right_and_what_is_wrong() -> None:
    assert drawn(FAILED.timeline, "en") == [
        "                  time       CPU  event       reported",
        "✗ more than once  +0.000 ms  0    mkdir 5f3a  1 | 2",
        "✗ missing         +0.300 ms  1    mkdir 77ab  nothing",
        "✓                 +0.500 ms  1    mkdir 81cc  3",
        "✗ too many        +0.700 ms                   4",
        "✗ wrong                                       5",
    ]
    assert drawn((), "en") == []


@pytest.mark.parametrize("place", [0, 11, 30, 59])
def test_a_wrong_line_is_shown_wherever_it_stands_among_many(place: int) -> None:
    moments = [
        *RIGHT[:place],
        replace(RIGHT[place], mark=Deviation.WRONG),
        *RIGHT[place + 1 :],
    ]
    lines = drawn(moments, "en")
    assert [line for line in lines if "✗" in line] == [
        line for line in lines if RIGHT[place].event in line
    ]
    left_out = [int(line.split()[1]) for line in lines if "more ..." in line]
    assert len(lines) - 1 - len(left_out) + sum(left_out) == len(moments)
    assert len(lines) < 20


def test_of_many_wrong_lines_the_first_are_shown() -> None:
    lines = drawn([replace(moment, mark=Deviation.MISSING) for moment in RIGHT], "fr")
    assert len(lines) == 14 and lines[-1].endswith("... 48 de plus ...")
    assert all(line.startswith("✗ manque") for line in lines[1:13])


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("width", [51, 91])
def test_it_fits_a_terminal(width: int, lang: str) -> None:
    said = "Nombre de dossier(s) : 268435489 " * 9
    long = Moment(9, "unlink 2d0ad498903f.moved", 0, (said,), Deviation.DOUBLED)
    lines = drawn([*RIGHT[:3], long], lang, width)
    assert max(map(len, lines)) <= width
    assert any("✗" in line and "Nombre" in line and line.endswith("…") for line in lines)
    assert ("ms" in lines[1]) == (width > 70), "on a narrow one the times are left out"
