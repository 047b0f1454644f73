"""What the checks of a lab are written with."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from grader.authoring.new import checks
from grader.base.errors import BehaviourError
from grader.base.timeline import Deviation, Moment, Timeline
from grader.checks import (
    Printed,
    Relayed,
    Submitted,
    Trace,
    expect,
    listed,
    numbers,
    say,
)
from grader.evidence.attribution import OwnTrace
from grader.evidence.calls import Window
from grader.evidence.event_timeline import Reporter
from grader.evidence.trace import Record
from tests.support.checkout import ROOT


def test_what_holds_says_nothing() -> None:
    expect(True, say("It does not."), say("Mend it."), expected=1, actual=2)


def test_what_does_not_hold_is_told_in_the_students_words() -> None:
    with pytest.raises(BehaviourError) as caught:
        expect(False, say("Too many."), say("Print once."), expected=1, actual=["a", "b"], log="l")
    error = caught.value
    assert (error.what, error.remedy, error.log) == ("Too many.", "Print once.", "l")
    assert (error.expected, error.actual) == ("1", "a, b")
    assert str(error) == "Too many. Print once."


def test_the_timeline_is_made_when_the_check_fails() -> None:
    made = []

    class Seen:
        def timeline(self) -> Timeline:
            made.append(Timeline((Moment(0, "mkdir a", 0, (), Deviation.MISSING),)))
            return made[-1]

    expect(True, say("It does not."), timeline=Seen())
    assert not made
    with pytest.raises(BehaviourError) as caught:
        expect(False, say("It does not."), timeline=Seen())
    assert made == [caught.value.timeline]


def test_a_timeline_in_which_nothing_is_wrong_does_not_contradict_the_verdict() -> None:
    class Right:
        def timeline(self) -> Timeline:
            return Timeline((Moment(0, "mkdir a", 0, ("a",), Deviation.RIGHT),))

    with pytest.raises(BehaviourError) as caught:
        expect(False, say("Too few."), timeline=Right())
    assert caught.value.timeline is None


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
    trace = Trace(ThreeRecords(), "mkdir", lambda: Reporter(["sys_enter_mkdir"]))
    left = trace.during(lambda count: [made] * count, 1)
    assert [record.text for record in left.records] == left.texts(made) == ["Hello"]
    assert left.matching.counts == (1,) and left.of == "mkdir"


def left_in_the_trace(*texts: str) -> Printed:
    records = [
        Record(time, 0, 7, "bpf_trace_printk", {"bpf_string": text})
        for time, text in enumerate(texts)
    ]
    return Printed((), tuple(records), "mkdir", Reporter)


def relayed(left: Printed, *lines: str, given: int = 0, behind: int = 0, log: str = "") -> Relayed:
    return Relayed(left, lines, given, behind, log)


@pytest.mark.parametrize("lines", [(), ("a",), ("a", "b", "b")])
def test_a_script_prints_one_line_for_each_of_the_trace(lines: tuple[str, ...]) -> None:
    left = left_in_the_trace("a", "b")
    relayed(left, "a", "b").require_one_line_each("2 lines")
    with pytest.raises(BehaviourError, match="one line for each line of the trace") as caught:
        relayed(left, *lines, log="out").require_one_line_each("2 lines")
    assert (caught.value.expected, caught.value.log) == ("2 lines", "out")
    with pytest.raises(BehaviourError):
        relayed(left_in_the_trace()).require_one_line_each("")


def test_a_script_prints_the_first_line_of_the_trace_too() -> None:
    with pytest.raises(BehaviourError, match="one line for each line of the trace") as caught:
        relayed(left_in_the_trace("a"), "a", given=3, behind=1).require_one_line_each("1 line")
    assert (caught.value.expected, caught.value.actual) == ("3 lines since it began", "2 lines")


def test_a_script_shows_what_stands_in_the_trace_or_the_message() -> None:
    left = left_in_the_trace("Hello, World! 1 ", "Hello, World! 2")
    found = relayed(left, "> Hello, World! 1", "b'Hello, World!'")
    found.require_messages("Hello, World!")
    with pytest.raises(BehaviourError, match="does not show the message") as caught:
        found.require_messages()
    assert caught.value.actual == "b'Hello, World!'"


def submitted(*samples: bytes) -> Submitted:
    windows = (Window("mkdir", "/tmp/x", 100, 200, 0), Window("mkdir", "/tmp/y", 300, 400, 1))
    return Submitted(samples, windows, 2, "mkdir", Reporter)


def test_a_sample_begins_with_its_time() -> None:
    first, second = (time.to_bytes(8, "little") for time in (150, 350))
    right = submitted(first + bytes(8), second + bytes(8))
    assert (right.times, right.matching.counts, right.size) == ([150, 350], (1, 1), 16)
    assert not right.misplaced and not right.unset and not right.missing
    late = submitted(bytes(4) + first)
    assert late.misplaced and late.missing == 1 and late.matching.missing == 2
    part = submitted(first, second + b"\xaa" * 4)
    assert part.unset == "bytes 9 to 12 of 12 never set" and part.size == 8
    assert submitted().size == 0


def test_there_is_one_event_for_each_call() -> None:
    submitted(b"a", b"b").require_each()
    submitted(b"a", b"b").require_once()
    with pytest.raises(BehaviourError, match="Each mkdir must submit one event") as caught:
        submitted(b"a").require_each()
    assert (caught.value.expected, caught.value.actual) == ("2 events after 2 calls", "1 event")
    with pytest.raises(BehaviourError, match="Each mkdir must submit one event") as caught:
        submitted(b"a", b"b", b"c").require_once()
    assert caught.value.timeline is None, "they do not begin with a time"


def test_events_of_decoys_are_too_many() -> None:
    decoys = (Window("rmdir", "/tmp/x", 100, 200, 0), Window("stat", "/tmp/y", 300, 400, 1))
    Submitted((b"a",), decoys, 1, "mkdir", Reporter).require_none()
    with pytest.raises(BehaviourError, match=r"other than a mkdir .* one of rmdir, stat") as caught:
        Submitted(((150).to_bytes(8, "little"),), decoys, 0, "mkdir", Reporter).require_none()
    assert caught.value.timeline is not None


def labs() -> Iterator[tuple[str, str]]:
    """Yield all code that an instructor may copy, by its file: that of labs, and of new ones."""
    for path in sorted((ROOT / "exercises").glob("*/*.py")):
        if path.name == "conftest.py" or path.name.startswith("test_"):
            yield str(path.relative_to(ROOT)), path.read_text()
    yield from checks(ROOT)


def test_a_lab_imports_nothing_below_the_words_of_checks() -> None:
    for name, text in labs():
        imported = {
            node.module or ""
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.ImportFrom)
        }
        assert {each for each in imported if each.startswith("grader")} == {"grader.checks"}, name


def test_a_check_of_a_lab_can_be_read_at_a_glance() -> None:
    """Types at every parameter, no bound loop variables, and few lines, but for what words take."""
    for name, text in labs():
        for node in ast.walk(ast.parse(text)):
            assert not isinstance(node, ast.Lambda), f"{name}:{node.lineno}"
            if isinstance(node, ast.FunctionDef):
                given = [each for each in node.args.args if each.arg != "self"]
                assert node.returns and all(each.annotation for each in given), (name, node.name)
            if isinstance(node, ast.FunctionDef) and name.startswith("exercises"):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lines = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
                assert lines <= 15 or not node.name.startswith("test_"), f"{name}: {node.name}"
