"""What the checks of a lab are written with."""

from __future__ import annotations

import pytest

from grader.base.errors import BehaviourError
from grader.checks import (
    Record,
    expect,
    numbers,
    printed,
    say,
)


def test_what_holds_says_nothing() -> None:
    expect(True, say("It does not."), say("Mend it."), expected=1, actual=2)


def test_what_does_not_hold_is_told_in_the_students_words() -> None:
    with pytest.raises(BehaviourError) as caught:
        expect(False, say("Too many."), say("Print once."), expected=1, actual=["a", "b"], log="l")
    error = caught.value
    assert (error.what, error.remedy, error.log) == ("Too many.", "Print once.", "l")
    assert (error.expected, error.actual) == ("1", "['a', 'b']")
    assert str(error) == "Too many. Print once."


@pytest.mark.parametrize(
    "line, found",
    [
        ("", []),
        ("Nombre de dossier(s) : 12", [12]),
        ("mkdir at 12345678901234567890 ns, CPU 0", [12345678901234567890, 0]),
        ("9" * 10_000, []),
        (" ".join(map(str, range(11))), []),
        ("a1b-2", [1, 2]),
    ],
)
def test_the_numbers_of_a_line_are_found(line: str, found: list[int]) -> None:
    assert numbers(line) == found


def test_of_the_records_only_those_of_bpf_trace_printk_were_printed() -> None:
    said = Record(1, 0, 7, "bpf_trace_printk", {"bpf_string": "Hello"})
    made = Record(2, 0, 7, "sys_enter_mkdir", {"mode": 0o755})
    blank = Record(3, 0, 7, "bpf_trace_printk", {"bpf_string": " \n"})
    assert printed([made, said, blank, made]) == [said]
    assert (said.text, made.text) == ("Hello", "")
