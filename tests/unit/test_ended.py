"""How a script ended, and lines that are JSON."""

from __future__ import annotations

import pytest

from grader.base.errors import BehaviourError
from grader.checks import Ended, json_lines

TRACEBACK = """Traceback (most recent call last):
  File "/lab/a.py", line 1, in <module>
    1 / 0
ZeroDivisionError: division by zero
"""


def test_a_script_ends_with_the_status_that_is_asked_for() -> None:
    Ended("a.py --help", 0, ("usage",), "usage\n").require_status(0)
    Ended("a.py", 2, (), "").require_status(1, 2)
    with pytest.raises(BehaviourError, match=r"a\.py --pid x does not end as it should") as caught:
        Ended("a.py --pid x", 0, (), "").require_status(1, 2)
    assert (caught.value.expected, caught.value.actual) == ("exit status 1 / 2", "exit status 0")


def test_a_traceback_is_no_right_end() -> None:
    with pytest.raises(BehaviourError) as caught:
        Ended("a.py", 1, (), TRACEBACK).require_status(1)
    assert caught.value.actual == "a traceback: ZeroDivisionError: division by zero"


def test_each_line_is_one_object() -> None:
    assert json_lines(['{"pid": 1}', '{"path": "\\udcff"}']) == [{"pid": 1}, {"path": "\udcff"}]
    assert json_lines([]) == []


@pytest.mark.parametrize("line", ["Tracing...", "[1]", "7", "{'pid': 1}", "[" * 100_000])
def test_a_line_that_is_no_object_is_told(line: str) -> None:
    with pytest.raises(BehaviourError, match="not an object of JSON") as caught:
        json_lines(['{"pid": 1}', line])
    assert caught.value.actual == line[:200]
