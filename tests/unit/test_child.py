"""A child that answers JSON lines: what it says, and how it can fail to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from grader.base.errors import PhaseTimeoutError
from grader.evidence.child import Child, ChildDiedError, RefusedError

ECHO = """
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    if "refuse" in request:
        answer = {"id": request["id"], "ok": False, "error": request["refuse"]}
        print(json.dumps(answer), flush=True)
    elif "die" in request:
        sys.exit(request["die"])
    elif "answers" in request:
        late = [{"id": request["id"] - 1, "ok": True, "value": "late"}]
        given = [{"id": request["id"], "ok": True, "value": one} for one in request["answers"]]
        answers = [json.dumps(one) for one in late + given]
        print(*answers, sep="\\n", flush=True)
"""
Start = Callable[[str], Child]


@pytest.fixture
def start() -> Iterator[Start]:
    children = []

    def start(code: str) -> Child:
        argv = [sys.executable, "-I", "-c", code]
        children.append(Child("echo", argv, stderr=subprocess.DEVNULL))
        return children[-1]

    yield start
    for child in children:
        child.close()


def test_an_answer_is_any_json_value_and_a_late_one_is_dropped(start: Start) -> None:
    child = start(ECHO)
    for value in (3, None, [[1, "x"]], {"é": "x" * 200_000}):
        assert child.ask("trigger", 30, answers=[value]) == value


def test_two_answers_in_one_write_are_two(start: Start) -> None:
    child = start(ECHO)
    child.tell(answers=[1, 2])
    assert [child.hear("trigger", 30), child.hear("trigger", 30)] == [1, 2]


def test_a_refusal_says_why(start: Start) -> None:
    child = start(ECHO)
    with pytest.raises(RefusedError, match="The echo could not do its part: no room"):
        child.ask("trigger", 30, refuse="no room")
    assert child.ask("trigger", 30, answers=[1]) == 1


def test_a_child_that_ends_is_told_with_its_status(start: Start) -> None:
    with pytest.raises(ChildDiedError) as caught:
        start(ECHO).ask("trigger", 30, die=7)
    assert caught.value.status == 7


def test_a_child_that_was_killed_is_told_with_its_signal(start: Start) -> None:
    child = start("import os; os.kill(os.getpid(), 9)")
    with pytest.raises(ChildDiedError) as caught:
        child.ask("trigger", 30)
    assert caught.value.status == -9


def test_a_child_that_does_not_answer_is_a_timeout_of_that_phase(start: Start) -> None:
    with pytest.raises(PhaseTimeoutError) as caught:
        start(ECHO).ask("trigger", 0.01, answers=[])
    assert (caught.value.phase, caught.value.limit) == ("trigger", 0.01)
