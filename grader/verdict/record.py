"""Statuses, points, and the one result record that everything else renders."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from grader.base.atomic_write import make_folder, put
from grader.base.messages import say, shown, translate
from grader.base.text import clean, cut
from grader.base.timeline import Mark, Moment
from grader.labs import Lab, Task

SCHEMA = "labebpf/result/v1"


class Status(str, Enum):
    """The verdict on a task. Only `PASS` has points."""

    PASS = "pass"
    FAIL = "fail"
    ERROR = "error"
    TIMEOUT = "timeout"
    BLOCKED = "blocked"
    INFRA = "infra"
    UNSELECTED = "unselected"
    """Not asked for, so without a verdict."""

    def word(self, lang: str) -> str:
        """What a person reads of it."""
        return _WORDS[self].told(lang)


WRONG = (Status.FAIL, Status.ERROR, Status.TIMEOUT)
"""The verdicts that are the submission's own fault."""
_WORDS = {
    Status.PASS: say("pass"),
    Status.FAIL: say("fail"),
    Status.ERROR: say("error"),
    Status.TIMEOUT: say("timeout"),
    Status.BLOCKED: say("blocked"),
    Status.INFRA: say("infra"),
    Status.UNSELECTED: say("unselected"),
}


def column(word: str, lang: str) -> str:
    """A status's `word`, or none, as wide as the longest is in `lang`, and apart from the next."""
    shown = (status.word(lang) for status in Status if status is not Status.UNSELECTED)
    return word.ljust(max(map(len, shown)) + 2)


@dataclass(frozen=True)
class Finding:
    """What one check found out. All text is safe to show: it was cleaned on its way in."""

    status: Status
    why: str = ""
    remedy: str = ""
    expected: str = ""
    actual: str = ""
    file: str = ""
    line: int = 0
    log: str = ""
    cause: str = ""
    """The likely cause, in a sentence."""
    timeline: tuple[Moment, ...] = ()
    excerpt: str = ""
    """The line of the file, with a caret below the place."""
    known: str = ""
    """The catalogue's entry that `why` and `remedy` are of, if they are of any."""

    @classmethod
    def read(cls, told: Any) -> Finding:
        """The finding that `asdict` made `told` of. Raises ValueError when it is none."""
        values = _values(cls, told)
        return cls(**{**values, "status": Status(values["status"])})

    def told(self, lang: str) -> Finding:
        """The same in `lang`, as far as it was said and there are translations."""
        return replace(
            self,
            why=shown(self.why, lang),
            remedy=shown(self.remedy, lang),
            expected=shown(self.expected, lang),
            actual=shown(self.actual, lang),
            cause=shown(self.cause, lang),
        )

    def cleaned(self) -> Finding:
        return replace(
            self,
            why=clean(cut(self.why, 2000)),
            remedy=clean(cut(self.remedy, 2000)),
            expected=clean(cut(self.expected, 2000)),
            actual=clean(cut(self.actual, 2000)),
            file=clean(self.file),
            log=clean(cut(self.log)),
            cause=clean(cut(self.cause, 2000)),
            timeline=tuple(
                replace(
                    moment,
                    event=clean(cut(moment.event, 80)),
                    reports=tuple(clean(cut(text, 200)) for text in moment.reports[:5]),
                )
                for moment in self.timeline[:60]
            ),
            excerpt=clean(cut(self.excerpt, 2000)),
            known=clean(self.known),
        )


def _values(kind: type, told: Any) -> dict[str, Any]:
    """The values in `told`, which `asdict` made of a `kind`. Raises ValueError when it did not."""
    if not isinstance(told, dict) or told.keys() != {field.name for field in fields(kind)}:
        raise ValueError(f"no {kind.__name__}")
    values = dict(told)
    for one in fields(kind):
        value = values[one.name]
        wanted = {"int": int, "bool": bool}.get(str(one.type), str)
        if one.name == "timeline":
            values["timeline"] = tuple(map(_moment, _list(value)))
        elif one.name == "seconds":
            if type(value) not in (int, float) or not 0 <= value < 1e9:
                raise ValueError("no time that a check can take")
        elif not isinstance(value, wanted) or isinstance(value, bool) != (wanted is bool):
            raise ValueError(f"{one.name} is of another kind")
    return values


def _moment(told: Any) -> Moment:
    if not isinstance(told, dict) or told.keys() != {field.name for field in fields(Moment)}:
        raise ValueError("no moment")
    reports = _list(told["reports"])
    if [type(told[name]) for name in ("at", "cpu", "event")] != [int, int, str]:
        raise ValueError("a moment of other kinds")
    if not all(isinstance(text, str) for text in reports):
        raise ValueError("a report of another kind")
    return Moment(**{**told, "reports": tuple(reports), "mark": Mark(told["mark"])})


def _list(told: Any) -> Sequence[Any]:
    if not isinstance(told, list | tuple):
        raise ValueError("no list")
    return told


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
    Status.INFRA, say("The grading was broken off before this task."), say("Grade again.")
)


@dataclass(frozen=True)
class TaskResult:
    """The verdict on one task, as it stands in result.json."""

    id: str
    title: str
    status: str
    points: int
    max_points: int
    why: str = ""
    remedy: str = ""
    expected: str = ""
    actual: str = ""
    file: str = ""
    line: int = 0
    hint: str = ""
    log: str = ""
    cause: str = ""
    timeline: tuple[Moment, ...] = ()
    excerpt: str = ""
    known: str = ""
    unjudged: bool = False
    """The machine could not judge it: `infra`, or blocked by nothing else."""
    seconds: float = 0
    """How long its checks took; of a private task nothing is told."""

    @property
    def selected(self) -> bool:
        return self.status != Status.UNSELECTED

    @property
    def unmarked(self) -> bool:
        """Whether its points say nothing of the submission."""
        return self.unjudged or not self.selected

    @classmethod
    def read(cls, told: Any) -> TaskResult:
        """The verdict that `asdict` made `told` of. Raises ValueError when it is none."""
        if isinstance(told, dict):
            told = {"seconds": 0, **told}  # Older records have none.
        task = cls(**_values(cls, told))
        most = task.max_points if Status(task.status) is Status.PASS else 0
        if task.max_points < 0 or not 0 <= task.points <= most:
            raise ValueError("points that nothing earned")
        return task


@dataclass(frozen=True)
class LabResult:
    """The verdict on one lab. The score is the sum over its tasks, taken once, here."""

    lab: str
    title: str
    tasks: tuple[TaskResult, ...]
    score: int = field(init=False)
    max_score: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "score", sum(task.points for task in self.tasks))
        object.__setattr__(self, "max_score", sum(task.max_points for task in self.tasks))

    @property
    def selected_max(self) -> int:
        """The points of the tasks that were selected."""
        return sum(task.max_points for task in self.tasks if task.selected)


@dataclass(frozen=True)
class Result:
    """One grading, told in `lang`. `started` is UTC (ISO 8601); `seconds` is wall time.

    `grader` is the version and the commit of what judged.
    """

    started: str
    seconds: float
    kernel: Mapping[str, str]
    labs: tuple[LabResult, ...]
    lang: str = "en"
    grader: Mapping[str, str] = field(default_factory=dict)

    @property
    def score(self) -> int:
        return sum(lab.score for lab in self.labs)

    @property
    def max_score(self) -> int:
        return sum(lab.max_score for lab in self.labs)

    @property
    def selected_max(self) -> int:
        return sum(lab.selected_max for lab in self.labs)

    @property
    def unjudged(self) -> int:
        """The points of what the machine could not judge."""
        return sum(task.max_points for lab in self.labs for task in lab.tasks if task.unjudged)

    @property
    def unselected(self) -> list[str]:
        """The ids of the tasks that were not selected."""
        return [task.id for lab in self.labs for task in lab.tasks if not task.selected]

    @property
    def statuses(self) -> list[str]:
        """Of the tasks that were selected."""
        return [task.status for lab in self.labs for task in lab.tasks if task.selected]

    @property
    def exit_status(self) -> int:
        """Of the tasks that were selected: 0 all points; 1 not all; 3 nothing was wrong but the
        machine could not judge it all."""
        if not self.statuses:
            return 3
        if all(status == Status.PASS for status in self.statuses):
            return 0
        blameless = (Status.PASS, Status.INFRA, Status.BLOCKED)
        infra = any(status == Status.INFRA for status in self.statuses)
        return 3 if infra and all(status in blameless for status in self.statuses) else 1

    def to_json(self) -> str:
        labs = [
            {
                "lab": lab.lab,
                "title": lab.title,
                "score": lab.score,
                "max_score": lab.max_score,
                "tasks": [asdict(task) for task in lab.tasks],
            }
            for lab in self.labs
        ]
        record = {
            "schema": SCHEMA,
            "started": self.started,
            "seconds": round(self.seconds, 3),
            "lang": self.lang,
            "grader": dict(self.grader),
            "kernel": dict(self.kernel),
            "score": self.score,
            "max_score": self.max_score,
            "labs": labs,
        }
        return json.dumps(record, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Result:
        """Read a record back.

        Raises ValueError, KeyError or TypeError when it is none of this schema, or when its points
        do not add up.
        """
        record: dict[str, Any] = json.loads(text)
        if not isinstance(record, dict) or record.get("schema") != SCHEMA:
            raise ValueError(f"no {SCHEMA} record")
        labs = tuple(
            LabResult(lab["lab"], lab["title"], tuple(map(TaskResult.read, lab["tasks"])))
            for lab in record["labs"]
        )
        kernel, lang, grader = (
            dict(record["kernel"]),
            record["lang"],
            dict(record.get("grader", {})),
        )
        result = cls(record["started"], record["seconds"], kernel, labs, lang, grader)
        texts = [result.started, lang, *result.kernel.values(), *grader.values()]
        texts += [text for lab in labs for text in (lab.lab, lab.title)]
        if not all(isinstance(text, str) for text in texts) or not 0 <= result.seconds < 1e9:
            raise ValueError("a record of other kinds")
        if (result.score, result.max_score) != (record["score"], record["max_score"]):
            raise ValueError("the points do not add up")
        return result


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
        """`checks` names those that each task has; one that it does not name has one, "".

        `selected` are the checks that are to run: all of them, unless it says which.
        """
        self.lab = lab
        self._checks = {task.id: frozenset(checks.get(task.id, [""])) for task in lab.tasks}
        self._selected = None if selected is None else frozenset(selected)
        self._findings: dict[str, list[tuple[str, Finding]]] = {task.id: [] for task in lab.tasks}
        self._seconds = {task.id: 0.0 for task in lab.tasks}

    def add(self, task: Task, finding: Finding, check: str = "") -> Finding:
        """Take `finding` in, told in the grading's language; what it returns is safe to show."""
        safe = finding.cleaned()
        self._findings[task.id].append((check, safe))
        return safe

    def spend(self, task: Task, seconds: float) -> None:
        """Note that a check of `task` took `seconds`, for a part of it."""
        self._seconds[task.id] += seconds

    def status(self, task_id: str) -> Status | None:
        """The verdict so far, None while it can still be a pass and a check has not run."""
        finding = self._worst(task_id)
        return finding.status if finding else None

    def missing_needs(self, task: Task) -> list[str]:
        """The tasks that `task` needs, that were judged, and that did not pass."""
        return [needed for needed in task.needs if self.status(needed) not in (Status.PASS, None)]

    def settled(self) -> dict[str, Status]:
        """The verdicts that stand: not the machine's, and of no task with checks still to run."""
        machines = self._machines(NOT_RUN)
        verdicts = {task.id: self.status(task.id) for task in self.lab.tasks}
        return {
            task: status for task, status in verdicts.items() if status and task not in machines
        }

    def result(self, lang: str, unrun: Finding = NOT_RUN) -> LabResult:
        """The verdicts; `unrun` is that on a task of which a selected check has not run."""
        machines = self._machines(unrun)
        tasks = (self._task_result(task, lang, unrun) for task in self.lab.tasks)
        marked = tuple(replace(task, unjudged=task.id in machines) for task in tasks)
        return LabResult(self.lab.name, self.lab.title.get(lang), marked)

    def _machines(self, unrun: Finding) -> set[str]:
        """The tasks that the machine kept from being judged, and nothing else."""
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
        return TaskResult(
            id=task.id,
            title=task.title.get(lang),
            status=finding.status.value,
            points=task.points if passed else 0,
            max_points=task.points,
            why=finding.why,
            remedy=finding.remedy,
            expected=finding.expected,
            actual=finding.actual,
            file=(finding.file or task.file) if wrong and not hidden else "",
            line=finding.line,
            hint=f"./labebpf hint {task.id}" if wrong and not task.private else "",
            log=finding.log,
            cause=finding.cause,
            timeline=finding.timeline,
            excerpt=finding.excerpt,
            known=finding.known,
            seconds=0 if hidden else round(self._seconds[task.id], 3),
        )

    def _worst(self, task_id: str) -> Finding | None:
        findings = [finding for _, finding in self._findings[task_id]]
        worst = min(findings, key=lambda finding: _WORST_FIRST.index(finding.status), default=None)
        ran = {check for check, _ in self._findings[task_id]}
        if worst and worst.status is Status.PASS and not ran >= self._checks[task_id]:
            return None
        return worst


_NAME = "result.json"


def forget_result(folder: Path) -> None:
    """Delete `folder`/result.json, so that none of an earlier grading is taken for the next one's.

    Raises OSError.
    """
    (folder / _NAME).unlink(missing_ok=True)


def write_result(folder: Path, result: Result) -> Path:
    """Write `folder`/result.json."""
    make_folder(folder)
    path = folder / _NAME
    put(path, result.to_json().encode())
    return path
