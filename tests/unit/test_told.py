"""What a script's lines say of the calls that they should show."""

from __future__ import annotations

import os

import pytest

from grader.base.errors import BehaviourError
from grader.base.messages import say
from grader.checks.told import Told
from grader.evidence.calls import Call, Made, Window

REMEDY = say("Print the path of each event.")


def made(number: int) -> Made:
    asked = Call(name="mkdir", path=b"/tmp/mine%d" % number)
    window = Window("mkdir", "", number, number + 1, 0)
    return Made.of(asked, window, pid=100 + number, tid=100 + number)


def told(*lines: str, calls: int = 2, others: int = 0) -> Told:
    decoys = [Window("rmdir", "/tmp/decoy", 0, 1, 0), Window("open", "/tmp/file", 1, 2, 0)]
    return Told.of(
        [made(number) for number in range(calls)],
        decoys,
        lines,
        lambda line, made: os.path.basename(made.name) in line,
        others,
        "\n".join(lines),
    )


def test_each_call_has_its_line_once_and_nothing_else_has_one() -> None:
    got = told("100 /tmp/mine0", "101 /tmp/mine1")
    got.require_each(REMEDY)
    got.require_once()
    got.require_nothing_else()


def test_a_call_without_a_line_is_told_by_what_it_should_show() -> None:
    got = told("100 /tmp/mine0")
    with pytest.raises(BehaviourError) as raised:
        got.require_each(REMEDY, lambda made: f"{made.pid} {made.name}")
    assert raised.value.expected == "101 /tmp/mine1"
    assert raised.value.remedy == REMEDY


@pytest.mark.parametrize(
    ("lines", "others", "right"),
    [
        (("/tmp/mine0", "/tmp/mine1", "/tmp/mine1"), 0, False),
        (("/tmp/mine0", "/tmp/mine1", "/tmp/mine1"), 5, False),
        (("/tmp/mine0", "/tmp/mine1", "/home/theirs"), 0, False),
        (("/tmp/mine0", "/tmp/mine1", "/home/theirs"), 1, True),
        (("/tmp/mine0", "seen", "/tmp/mine1", "seen", "/home/theirs", "seen"), 1, False),
    ],
)
def test_a_line_too_many_counts_where_it_is_nobody_elses(
    lines: tuple[str, ...], others: int, right: bool
) -> None:
    got = told(*lines, others=others)
    if right:
        got.require_once()
        return
    with pytest.raises(BehaviourError, match="one line for each event"):
        got.require_once()


def test_a_line_that_names_a_decoy_is_of_another_call() -> None:
    got = told("/tmp/mine0", "/tmp/mine1", "/tmp/decoy")
    got.require_once()  # One mistake is told once.
    with pytest.raises(BehaviourError, match="calls other than mkdir") as raised:
        got.require_nothing_else()
    assert "rmdir" in raised.value.actual


def test_a_hidden_call_must_have_no_line() -> None:
    seen, left_out = made(5), made(6)

    def told_of(*lines: str) -> Told:
        return Told.of(
            [made(0)],
            [],
            lines,
            lambda line, made: os.path.basename(made.name) in line,
            0,
            "",
            hidden=[seen, left_out],
        )

    told_of("100 /tmp/mine0").require_hidden(REMEDY, lambda made: made.name)
    with pytest.raises(BehaviourError) as raised:
        told_of("105 /tmp/mine5", "100 /tmp/mine0").require_hidden(REMEDY, lambda made: made.name)
    assert raised.value.expected == "no line of /tmp/mine5"
    assert raised.value.remedy == REMEDY
