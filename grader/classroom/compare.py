"""Compare two runs: whose marks moved, and by which tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.base.messages import Message, say
from grader.classroom.marks import Mark
from grader.classroom.roster import Student


@dataclass(frozen=True)
class Move:
    """What changed for one student; points are None where there was no verdict."""

    student: Student
    before: int | None
    after: int | None
    tasks: tuple[tuple[str, str, str], ...]
    """Each task whose status changed: its id, the status before and after; "" for none."""

    @property
    def by(self) -> int:
        return (self.after or 0) - (self.before or 0)


def moves(before: Sequence[Mark], after: Sequence[Mark]) -> list[Move]:
    """Return what changed from one run to another, for whoever is in either."""
    old, new = ({mark.student.id: mark for mark in marks} for marks in (before, after))
    students = {id: mark.student for marks in (old, new) for id, mark in marks.items()}
    found = (_move(student, old.get(id), new.get(id)) for id, student in students.items())
    return [move for move in found if move.tasks or move.before != move.after]


def _move(student: Student, old: Mark | None, new: Mark | None) -> Move:
    before, after = _statuses(old), _statuses(new)
    changed = tuple(
        (task, before.get(task, ""), after.get(task, ""))
        for task in dict.fromkeys((*before, *after))
        if before.get(task) != after.get(task)
    )
    return Move(student, _points(old), _points(new), changed)


def _points(mark: Mark | None) -> int | None:
    return mark.result.score if mark and mark.result else None


def _statuses(mark: Mark | None) -> dict[str, str]:
    labs = mark.result.labs if mark and mark.result else ()
    return {task.id: task.status.value for lab in labs for task in lab.tasks}


def summary(moves: Sequence[Move]) -> Message:
    """Say in a line how many moved which way."""
    return say(
        "Up: {up}; down: {down}; others that changed: {same}; points in all: {sum}.",
        up=sum(move.by > 0 for move in moves),
        down=sum(move.by < 0 for move in moves),
        same=sum(move.by == 0 for move in moves),
        sum=format(sum(move.by for move in moves), "+"),
    )
