"""What a student's tools may print, through the whole chain: shown harmlessly, cut in the middle.

From an error with that log to a finding, a record, and everything that shows a record.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from grader.base.errors import BehaviourError, LabebpfError, SubmissionError
from grader.base.messages import Message, say
from grader.base.text import clean
from grader.labs import Lab, Task, Text
from grader.report.actions import commands
from grader.report.formats import FORMATS
from grader.report.terminal import render
from grader.verdict.classify import finding_of
from grader.verdict.record import LabResult, Result
from grader.verdict.rubric import Rubric
from tests.support.consumers import TOTALS, Terminal, read_classroom50, read_junit, run
from tests.support.sample_results import a_result

FIRST, LAST = "the first line", "the last line"
MIDDLE = {
    "ten megabytes": "0: (85) call bpf_map_lookup_elem#1\n" * 300_000,
    "ten megabytes on one line": "x" * 10_000_000,
    "binary": bytes(range(256)) * 40_000,
    "invalid UTF-8": b"\xff\xc3\x28\xed\xa0\x80\n" * 1_000_000,
    "escapes": "\x1b[31mred\x1b]0;owned\x07\x1b[2J\x9b31m\n" * 300_000,
    "commands": "::error file=a.c,line=1::pwned\n##[error]pwned\n ::stop-commands::x\n" * 100_000,
    "markup": "</pre><script>alert(1)</script>]]><!-- | # `[bold]` =1+1\n" * 200_000,
}
CONTROL = set(map(chr, [*range(9), 11, 12, *range(14, 32), *range(127, 160)]))
TASK = Task("3.1", 2, "counter.c", Text("It loads", "Il se charge"), (), (), ())


def log(name: str) -> str:
    """Return a log as a loader's or a script's output is read, from bytes that are not all text."""
    middle = MIDDLE[name]
    data = middle if isinstance(middle, bytes) else str(middle).encode()
    return clean(f"{FIRST}\n".encode() + data + f"\n{LAST}".encode())


def record(error: LabebpfError) -> Result:
    """Write the result.json of a lab whose one task ended with `error`, and read it back."""
    text = Text("A lab", "Un TP")
    lab = Lab("lab3", Path(), text, "counter.c", "counter.py", ("counter.c",), "", (), (TASK,))
    rubric = Rubric(lab)
    rubric.add(TASK, finding_of(error))
    judged: LabResult = rubric.result("en")
    return Result.from_json(a_result(judged).to_json())


@pytest.fixture(scope="module", params=MIDDLE)
def result(request: pytest.FixtureRequest) -> Result:
    return record(SubmissionError(say("It is refused."), log=log(request.param), file="a.c"))


def test_a_record_keeps_both_ends_and_says_what_is_missing(result: Result) -> None:
    (task,) = result.labs[0].tasks
    assert task.log.startswith(FIRST) and task.log.endswith(LAST)
    assert "characters cut ...]" in task.log
    assert len(result.to_json()) < 200_000
    assert not CONTROL & set(task.log)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_shows_it_harmlessly(name: str, result: Result) -> None:
    assert TOTALS[name](result) == (0, 2), "its consumer reads it"
    if name not in ("classroom", "classroom50"):  # Of these Base64, and an environment of its own.
        text = FORMATS[name](result)
        assert not CONTROL & set(text)
        assert len(text) < 300_000


def test_junit_and_the_page_have_both_ends(result: Result) -> None:
    (failure,) = read_junit(result).iter("error")
    for text in (failure.text or "", FORMATS["html"](result)):
        assert LAST in text
    assert FIRST in FORMATS["html"](result)


def test_actions_have_no_command_but_ours(result: Result) -> None:
    found, shown = run(commands(result))
    assert {command for command, _, _ in found} <= {"error", "notice", "group", "endgroup"}
    assert not [data for _, given, data in found if data.startswith("pwned")]
    assert LAST in "\n".join((*shown, *(data for _, _, data in found)))


def test_classroom50_has_a_message_of_it(result: Result) -> None:
    assert read_classroom50(result)["score"] == 0


@pytest.mark.parametrize("terminal", [False, True])
def test_a_terminal_has_its_end_and_takes_no_orders(result: Result, terminal: bool) -> None:
    shown = Terminal() if terminal else io.StringIO()
    render(Console(file=shown, width=100, force_terminal=terminal, color_system=None), result)
    text = shown.getvalue()
    assert f"| {LAST}" in text
    assert not CONTROL & set(text)
    assert not [line for line in text.splitlines() if line.startswith(("::", "##["))]
    assert len(text) < 60_000


@pytest.mark.parametrize("name", MIDDLE)
def test_the_same_where_it_is_what_was_seen(name: str) -> None:
    """A check may put what a script printed into the sentence itself."""
    said = log(name)
    sentence = Message(said)
    (task,) = record(BehaviourError(sentence, sentence, expected=said, actual=said)).labs[0].tasks
    for text in (task.why, task.remedy, task.expected, task.actual):
        assert text.startswith(FIRST) and text.endswith(LAST)
        assert len(text) < 3000
        assert not CONTROL & set(text)
