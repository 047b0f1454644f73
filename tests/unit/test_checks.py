"""What the checks of a lab are written with."""

from __future__ import annotations

import pytest

from grader.base.errors import BehaviourError
from grader.base.timeline import Timeline
from grader.checks import Trace, expect, listed, numbers
from grader.evidence.attribution import OwnTrace
from grader.evidence.trace import Record
from grader.evidence.workload import Window


def test_what_holds_says_nothing() -> None:
    expect(True, "It does not.", "Mend it.", expected=1, actual=2)


def test_what_does_not_hold_is_told_in_the_students_words() -> None:
    with pytest.raises(BehaviourError) as caught:
        expect(False, "Too many.", "Print once.", expected=1, actual=["a", "b"], log="l")
    error = caught.value
    assert (error.what, error.remedy, error.log) == ("Too many.", "Print once.", "l")
    assert (error.expected, error.actual) == ("1", "a, b")
    assert str(error) == "Too many. Print once."


def test_the_timeline_is_made_when_the_check_fails() -> None:
    made = []

    class Seen:
        def timeline(self) -> Timeline:
            made.append(Timeline(()))
            return made[-1]

    expect(True, "It does not.", timeline=Seen())
    assert not made
    with pytest.raises(BehaviourError) as caught:
        expect(False, "It does not.", timeline=Seen())
    assert made == [caught.value.timeline]


def test_a_list_is_shown_without_what_python_puts_around_it() -> None:
    assert listed(["it's", 2]) == "it's, 2"
    assert listed({0: 5, 3: 1}) == "0: 5, 3: 1"
    assert listed([]) == listed({}) == "none"


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


class ThreeRecords(OwnTrace):
    """A call, a line, and a blank line, each time."""

    def __init__(self) -> None: ...

    def collect(self) -> list[Record]:
        return [
            Record(1, 0, 7, "sys_enter_mkdir", {"mode": 0o755}),
            Record(2, 0, 7, "bpf_trace_printk", {"bpf_string": "Hello"}),
            Record(3, 0, 7, "bpf_trace_printk", {"bpf_string": " \n"}),
        ]


def test_of_the_records_only_those_of_bpf_trace_printk_were_printed() -> None:
    made = Window("mkdir", "/tmp/x", 1, 3, 0)
    trace = Trace(ThreeRecords(), "mkdir", lambda: ["sys_enter_mkdir"])
    left = trace.during(lambda count: [made] * count, 1)
    assert [record.text for record in left.records] == left.texts(made) == ["Hello"]
    assert left.matching.counts == (1,) and left.of == "mkdir"
