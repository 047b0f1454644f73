"""Compare two runs: whose marks moved, and by which tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.base.messages import Message, say
from grader.classroom.marks import Mark
from grader.classroom.roster import Student


@dataclass(frozen=True)
class Move:
    """What changed for one student; points are None where there was no verdict on all of it."""

    student: Student
    before: int | None
    after: int | None
    tasks: tuple[tuple[str, str, str], ...]
    """Each task whose status changed: its id, the status before and after; "" for none."""

    @property
    def by(self) -> int:
        """How many points more there are now; 0 where they were not known, or are not."""
        if self.before is None or self.after is None:
            return 0
        return self.after - self.before


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
    had, has = (mark.points if mark else None for mark in (old, new))
    return Move(student, had, has, changed)


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
