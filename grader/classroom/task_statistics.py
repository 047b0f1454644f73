"""What a class's verdicts say of its tasks: who passed each, and whether a check is to blame."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import StatisticsError, correlation, median

from grader.base.messages import NO_MESSAGE, Message, say
from grader.classroom.marks import Mark
from grader.labs import Task
from grader.verdict.record import WRONG, Status, TaskResult

ENOUGH = 20
"""Of so many students a share or a correlation begins to say something."""
_HARD, _EASY, _WEAK = 0.2, 0.95, 0.2
_CHANGING = re.compile(r"0x[0-9a-f]+|\d+|\"[^\"]*\"|« [^»]* »")
"""What differs from one telling of the same failure to another."""


@dataclass(frozen=True)
class TaskStatistics:
    """A task over the whole class. Shares are from 0 to 1, None where they say nothing.

    `facility` is the mean share of its points, of all and, as `reached`, of those whom no other
    task blocked. `rest` is the correlation of its points with those of the tasks that neither hang
    on it nor it on them (the item-rest correlation of test theory).
    """

    id: str
    title: str
    max_points: int
    judged: int
    facility: float | None
    reached: float | None
    rest: float | None
    seconds: float
    unstable: int
    warning: Message


@dataclass(frozen=True)
class Failure:
    """The same failure of several students: what they were told, and who they are.

    `gain` is how many points the class lost by it, those of the tasks that it blocked with them.
    """

    task: str
    title: str
    status: Status
    why: str
    excerpt: str
    students: tuple[str, ...]
    gain: int


def task_statistics(rows: Sequence[Mark], tasks: Iterable[Task]) -> list[TaskStatistics]:
    """Return what there is to say of each task."""
    named = {task.id: task for task in tasks}
    related = {id: _related(id, named) for id in named}
    judged = [(mark, _by_id(mark)) for mark in rows if mark.result]
    ids = dict.fromkeys(id for _, found in judged for id in found)
    return [_of_task(id, judged, related.get(id, {id})) for id in ids]


def _of_task(
    id: str, judged: Sequence[tuple[Mark, Mapping[str, TaskResult]]], related: set[str]
) -> TaskStatistics:
    of = [(mark, found[id], found) for mark, found in judged if id in found]
    of = [each for each in of if not each[1].unmarked]
    tasks = [task for _, task, _ in of]
    shares = [task.points / task.max_points if task.max_points else 0.0 for task in tasks]
    reached = [
        share
        for share, task in zip(shares, tasks, strict=True)
        if task.status is not Status.BLOCKED
    ]
    others = [
        float(sum(other.points for name, other in found.items() if name not in related))
        for _, _, found in of
    ]
    one = next(iter(found[id] for _, found in judged if id in found))
    facility, rest = _mean(shares), _correlation(shares, others)
    return TaskStatistics(
        id,
        one.title,
        one.max_points,
        len(of),
        facility,
        _mean(reached),
        rest,
        median([task.seconds for task in tasks]) if tasks else 0.0,
        sum(bool(mark.grading and mark.grading.unstable) for mark, _, _ in of),
        _warning(len(of), facility, rest),
    )


def _by_id(mark: Mark) -> dict[str, TaskResult]:
    labs = mark.result.labs if mark.result else ()
    return {task.id: task for lab in labs for task in lab.tasks}


def _related(id: str, tasks: Mapping[str, Task]) -> set[str]:
    """Return the task `id`, the tasks that it needs, and those that need it, directly or not."""

    def below(each: str) -> set[str]:
        needs = tasks[each].needs if each in tasks else ()
        return set(needs).union(*map(below, needs)) if needs else set()

    return {id} | below(id) | {other for other in tasks if id in below(other)}


def _mean(shares: Sequence[float]) -> float | None:
    return sum(shares) / len(shares) if shares else None


def _correlation(shares: Sequence[float], others: Sequence[float]) -> float | None:
    if len(shares) < ENOUGH:
        return None
    try:
        return correlation(shares, others)
    except StatisticsError:  # Nobody differs from anybody.
        return None


def _warning(judged: int, facility: float | None, rest: float | None) -> Message:
    if judged < ENOUGH or facility is None:
        return NO_MESSAGE
    if rest is not None and rest < 0:
        return say("Students who pass it have fewer points elsewhere: look at the check.")
    if facility < _HARD:
        return say("Hardly anybody passes it.")
    if facility > _EASY:
        return say("Nearly everybody passes it.")
    if rest is not None and rest < _WEAK:
        return say("It says little of the other tasks: look at the check.")
    return NO_MESSAGE


def failures(rows: Sequence[Mark], tasks: Iterable[Task]) -> list[Failure]:
    """Return the commonest failures, those that cost the class most points first.

    The same is what the catalogue explains by the same entry, or what is told in the same words but
    for numbers and quotes. Tasks that another one blocked are counted with that one.
    """
    named = {task.id: task for task in tasks}
    groups: dict[tuple[str, str, str], list[tuple[Mark, TaskResult, int]]] = {}
    for mark in rows:
        found = _by_id(mark)
        for task in found.values():
            if task.status in WRONG:
                what = task.known or _CHANGING.sub("#", f"{task.why} {task.cause}")
                key = task.id, task.status.value, what
                groups.setdefault(key, []).append((mark, task, _cost(task, found, named)))
    made = [
        Failure(
            group[0][1].id,
            group[0][1].title,
            group[0][1].status,
            group[0][1].why,
            next((task.excerpt for _, task, _ in group if task.excerpt), ""),
            tuple(mark.student.id for mark, _, _ in group),
            sum(cost for _, _, cost in group),
        )
        for group in groups.values()
    ]
    return sorted(made, key=lambda failure: -failure.gain)


def _cost(task: TaskResult, found: Mapping[str, TaskResult], named: Mapping[str, Task]) -> int:
    """Return the points that this failure cost: its own, and those of what it alone blocked."""
    cost, lost = task.max_points, {task.id}
    for other in named.values():  # A task can need those above it only.
        missing = {
            need for need in other.needs if need in found and found[need].status is not Status.PASS
        }
        blocked = other.id in found and found[other.id].status is Status.BLOCKED
        if blocked and missing and missing <= lost:
            cost += found[other.id].max_points
            lost.add(other.id)
    return cost


def distribution(rows: Sequence[Mark]) -> dict[int, int]:
    """Return how many students have each number of points, all from 0 to the most."""
    scores = [mark.points for mark in rows]
    most = max((mark.result.max_score for mark in rows if mark.result), default=0)
    return {points: scores.count(points) for points in range(most + 1)}
