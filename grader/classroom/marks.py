"""Each student's row: the state of their hand-in, and the verdict that counts."""

from __future__ import annotations

import csv
import hmac
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.base.errors import UsageError
from grader.base.messages import Message, say
from grader.base.text import clean
from grader.classroom.roster import Student
from grader.classroom.runs import Grading
from grader.classroom.store import Store
from grader.report.csv_table import harmless
from grader.verdict.record import Result, Status

_BOM = "\ufeff"
"""By which Excel knows UTF-8."""
_STATES = {
    "graded": say("graded"),
    "waiting": say("waiting"),
    "unjudged": say("not judged by the machine"),
    "gave_up": say("not judged by the machine"),
    "unreadable": say("unreadable"),
    "missing": say("without a hand-in"),
}
_COLUMNS = ("id", "name", "email", "lms_id", "section", "state", "points", "max", "late")


@dataclass(frozen=True)
class Mark:
    """What a student has; `grading` is the hand-in that counts, None where there is none."""

    student: Student
    grading: Grading | None

    @property
    def result(self) -> Result | None:
        return self.grading.result if self.grading else None

    @property
    def state(self) -> str:
        """One word, the same in every language.

        graded, unjudged (the machine could not judge all of it), unreadable, missing, waiting, or
        gave_up (it ended whatever graded it).
        """
        if self.grading is None:
            return "missing"
        if self.grading.state == "done":
            return "unjudged" if self.result and self.result.unjudged else "graded"
        return "waiting" if self.grading.state == "running" else self.grading.state

    @property
    def state_word(self) -> Message:
        """The state in words; two of them are one to a person."""
        return _STATES[self.state]

    @property
    def points(self) -> int | None:
        """The points of whoever has a verdict on all of it; None for all others, which is no 0."""
        return self.result.score if self.result and self.state == "graded" else None

    @property
    def cell(self) -> int | str:
        """The points as a table has them, empty for None."""
        return "" if self.points is None else self.points


def marks(store: Store, run: int, take: str = "last") -> list[Mark]:
    """Return a row for everybody who is known; of several hand-ins the last or the best counts."""
    by_student: dict[str, list[Grading]] = {}
    for grading in store.gradings(run):
        by_student.setdefault(grading.student.id, []).append(grading)
    return [
        Mark(student, _counting(by_student.get(student.id, []), take))
        for student in store.students()
        if student.on_roster or student.id in by_student
    ]


def _counting(gradings: Sequence[Grading], take: str) -> Grading | None:
    def score(grading: Grading) -> tuple[int, int]:
        return grading.result.score if grading.result else -1, grading.attempt

    if take == "best":
        return max(gradings, key=score, default=None)
    return max(gradings, key=lambda each: each.attempt, default=None)


def pseudonymous(mark: Mark, key: bytes) -> Mark:
    """Return `mark` with a number in the place of who it is; only `key` leads back to them."""
    pseudonym = hmac.new(key, mark.student.id.encode(), "sha256").hexdigest()[:6]
    student = replace(mark.student, id=pseudonym, name=pseudonym, email="", number="")
    return replace(mark, student=student)


def table(rows: Sequence[Mark]) -> str:
    """Return all rows as CSV: UTF-8 with a byte order mark, RFC 4180, no cell a formula.

    Whoever has no verdict on all of it has no points, nor has a task without a verdict: an empty
    cell is no 0.
    """
    tasks = _tasks(rows)
    text = io.StringIO()
    text.write(_BOM)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*_COLUMNS, *tasks, "unstable", "note"])
    for mark in rows:
        student, grading, result = mark.student, mark.grading, mark.result
        known = (student.id, student.name, student.email, student.number, student.section)
        labs = result.labs if result else ()
        points = {task.id: task.points for lab in labs for task in lab.tasks if not task.unjudged}
        writer.writerow(
            [
                *(harmless(clean(cell)) for cell in known),
                mark.state,
                mark.cell,
                result.max_score if result else "",
                "late" if grading and grading.late else "",
                *(points.get(task, "") for task in tasks),
                "unstable" if grading and grading.unstable else "",
                harmless(remark(mark)),
            ]
        )
    return text.getvalue()


def chosen(rows: Sequence[Mark], only: Sequence[str]) -> list[str]:
    """Return the ids of the students that `only` names: by student=, status=, task= or cause=.

    A task chooses those who did not pass it, a cause those who were told an explanation of that
    number. Without any, everybody who has handed in is chosen. Raises UsageError.
    """
    wanted = [each.partition("=") for each in only]
    for kind, _, value in wanted:
        if kind not in ("student", "status", "task", "cause") or not value:
            raise UsageError(
                say("--only is not {given}.", given=clean(f"{kind}={value}")),
                say("Give student=ID, status=WORD, task=3.4 or cause=E23."),
            )
    return [
        mark.student.id
        for mark in rows
        if mark.grading
        and (not only or any(_is_chosen(mark, kind, value) for kind, _, value in wanted))
    ]


def _is_chosen(mark: Mark, kind: str, value: str) -> bool:
    if kind == "student":
        return value in (mark.student.id, mark.student.email, mark.student.number)
    tasks = [task for lab in mark.result.labs for task in lab.tasks] if mark.result else []
    if kind == "task":
        return any(task.id == value and task.status is not Status.PASS for task in tasks)
    if kind == "cause":
        return any(task.known == value for task in tasks)
    return any(task.status.value == value for task in tasks)


def _tasks(rows: Sequence[Mark]) -> list[str]:
    results = (mark.result for mark in rows if mark.result)
    ids = {task.id: None for result in results for lab in result.labs for task in lab.tasks}
    return list(ids)


def remark(mark: Mark) -> str:
    """Say what else there is to know of a hand-in."""
    if mark.grading is None:
        return ""
    return "; ".join(filter(None, (mark.grading.problem, *mark.grading.notes)))


def summary(rows: Sequence[Mark]) -> Message:
    """Count the states in a line."""
    states = [mark.state for mark in rows]
    return say(
        "Students: {all}; graded: {graded}; waiting: {waiting}; not judged by the machine: "
        "{unjudged}; unreadable: {unreadable}; without a hand-in: {missing}.",
        all=len(rows),
        graded=states.count("graded"),
        waiting=states.count("waiting"),
        unjudged=states.count("unjudged") + states.count("gave_up"),
        unreadable=states.count("unreadable"),
        missing=states.count("missing"),
    )
