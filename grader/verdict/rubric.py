"""From what the checks of a lab found to a verdict and points for each of its tasks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

from grader.base.messages import say, translate
from grader.labs import Lab, Task
from grader.verdict.record import Finding, LabResult, Status, TaskResult

_WORST_FIRST = [
    Status.ERROR,
    Status.FAIL,
    Status.TIMEOUT,
    Status.INFRA,
    Status.BLOCKED,
    Status.UNSELECTED,
    Status.PASS,
]
NOT_RUN = Finding(Status.BLOCKED, say("Its check did not run."), say("Grade the whole lab."))
NOT_SELECTED = Finding(
    Status.UNSELECTED, say("It was not selected, or not with all of its checks.")
)
PRIVATE = say("A private check: only its verdict is shown.")
BROKEN_OFF = Finding(
    Status.INFRA, say("The grading was stopped before this task."), say("Grade again.")
)


class Rubric:
    """Collects what the checks of one lab found, and gives each task its verdict.

    It fails closed: points need each check of the task to pass, whatever became of the run.
    """

    def __init__(
        self,
        lab: Lab,
        checks: Mapping[str, Collection[str]] = MappingProxyType({}),
        selected: Collection[str] | None = None,
    ) -> None:
        """Take the `checks` of each task; a task that is not in `checks` has one, "".

        `selected` are the checks that are to run, None for all.
        """
        self.lab = lab
        self._checks = {task.id: frozenset(checks.get(task.id, [""])) for task in lab.tasks}
        self._selected = None if selected is None else frozenset(selected)
        self._findings: dict[str, list[tuple[str, Finding]]] = {task.id: [] for task in lab.tasks}
        self._seconds = {task.id: 0.0 for task in lab.tasks}

    def add(self, task: Task, finding: Finding, check: str = "") -> Finding:
        """Record `finding`, which is in the grading's language; return it safe to show."""
        safe = finding.cleaned()
        self._findings[task.id].append((check, safe))
        return safe

    def spend(self, task: Task, seconds: float) -> None:
        """Add the `seconds` that a part of a check of `task` took."""
        self._seconds[task.id] += seconds

    def status(self, task_id: str) -> Status | None:
        """Return the verdict so far; None while it can still be a pass and a check has not run."""
        finding = self._worst(task_id)
        return finding.status if finding else None

    def missing_needs(self, task: Task) -> list[str]:
        """Return the tasks that `task` needs, that were judged, and that did not pass."""
        return [needed for needed in task.needs if self.status(needed) not in (Status.PASS, None)]

    def settled(self) -> dict[str, Status]:
        """Return the verdicts that stand: not the machine's, and no pass with checks to run."""
        machines = self._machines(NOT_RUN)
        verdicts = {task.id: self.status(task.id) for task in self.lab.tasks}
        return {
            task: status for task, status in verdicts.items() if status and task not in machines
        }

    def result(self, lang: str, unrun: Finding = NOT_RUN) -> LabResult:
        """Return the verdicts; a task without one has `unrun` if all its checks were selected."""
        machines = self._machines(unrun)
        tasks = (self._task_result(task, lang, unrun) for task in self.lab.tasks)
        marked = tuple(replace(task, unjudged=task.id in machines) for task in tasks)
        return LabResult(self.lab.name, self.lab.title.get(lang), marked)

    def _machines(self, unrun: Finding) -> set[str]:
        """Return the tasks that nothing but the machine kept from being judged."""
        found: set[str] = set()
        for task in self.lab.tasks:  # A task can need those above it only.
            status = self._verdict(task, unrun).status
            missing = self.missing_needs(task)
            blocked = status is Status.BLOCKED and missing and found.issuperset(missing)
            if status is Status.INFRA or blocked:
                found.add(task.id)
        return found

    def _verdict(self, task: Task, unrun: Finding) -> Finding:
        whole = self._selected is None or self._selected >= self._checks[task.id] - {""}
        return self._worst(task.id) or (unrun if whole else NOT_SELECTED)

    def _task_result(self, task: Task, lang: str, unrun: Finding) -> TaskResult:
        finding = self._verdict(task, unrun).told(lang)
        passed = finding.status is Status.PASS
        wrong = not passed and finding.status is not Status.UNSELECTED
        hidden = self.lab.hides(task)
        if hidden:
            finding = Finding(finding.status, "" if passed else translate(PRIVATE, lang))
        elif wrong and not finding.file:
            finding = replace(finding, file=task.file)
        return TaskResult(
            **vars(finding),
            id=task.id,
            title=task.title.get(lang),
            points=task.points if passed else 0,
            max_points=task.points,
            hint=f"./labebpf hint {task.id}" if wrong and not task.private else "",
            seconds=0 if hidden else round(self._seconds[task.id], 3),
        )

    def _worst(self, task_id: str) -> Finding | None:
        findings = [finding for _, finding in self._findings[task_id]]
        worst = min(findings, key=lambda finding: _WORST_FIRST.index(finding.status), default=None)
        ran = {check for check, _ in self._findings[task_id]}
        if worst and worst.status is Status.PASS and not ran >= self._checks[task_id]:
            return None
        return worst
