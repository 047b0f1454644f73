"""Where a finding points to that names no line."""

from __future__ import annotations

from grader.labs import Task, Text
from grader.runner.judging import placed
from grader.submission.hand_in_files import Submission
from grader.verdict.record import Finding, Status

TASK = Task("3.2", 1, "counter.c", Text("It counts", "Il compte"), (), (), ())


def test_what_has_no_line_points_to_the_todo_and_shows_it() -> None:
    stub = b"/*\n * TODO 3.1: declare it.\n *\n * TODO 3.2: count.\n */\n"
    found = placed(Finding(Status.FAIL, "No."), Submission({"counter.c": stub}, {}), TASK)
    assert (found.file, found.line) == ("counter.c", 4)
    assert found.excerpt == "    4 |  * TODO 3.2: count."


def test_without_a_todo_the_file_is_named() -> None:
    submission = Submission({"counter.c": b"int x;\n"}, {})
    found = placed(Finding(Status.FAIL, "No.", excerpt="shown"), submission, TASK)
    assert (found.file, found.line, found.excerpt) == ("counter.c", 0, "shown")


def test_a_line_that_is_known_stays() -> None:
    stub = Submission({"counter.c": b"// TODO 3.2: count.\nint x;\n"}, {})
    found = placed(Finding(Status.FAIL, "No.", line=2), stub, TASK)
    assert (found.file, found.line, found.excerpt) == ("counter.c", 2, "")
