"""Statuses, points, and the one result record that everything else renders."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from grader.base.atomic_write import make_folder, put
from grader.base.messages import say, shown
from grader.base.text import clean, cut
from grader.base.timeline import Deviation, Moment

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

    def __str__(self) -> str:
        return self.value

    def word(self, lang: str) -> str:
        """Return the word that a person reads for this status, in `lang`."""
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
    """Pad `word`, a status or "", to the width of the longest status in `lang`, and two blanks."""
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
        """Read the finding that `asdict` made `told` of. Raises ValueError for any other `told`."""
        return cls(**_values(cls, told))

    def told(self, lang: str) -> Finding:
        """Return the finding in `lang`; a text without a translation stays as it is."""
        texts: dict[str, Any] = {name: shown(text, lang) for name, text in self._texts().items()}
        timeline = tuple(
            replace(moment, reports=tuple(shown(text, lang) for text in moment.reports))
            for moment in self.timeline
        )
        return replace(self, timeline=timeline, **texts)

    def cleaned(self) -> Finding:
        """Return the finding safe to show, and of a bounded length."""
        timeline = tuple(
            replace(
                moment,
                event=clean(cut(moment.event, 80)),
                reports=tuple(clean(cut(text, 200)) for text in moment.reports[:5]),
            )
            for moment in self.timeline[:60]
        )
        texts: dict[str, Any] = {
            name: clean(cut(text, 2000)) for name, text in self._texts().items()
        }
        texts["log"] = clean(cut(self.log))
        return replace(self, timeline=timeline, **texts)

    def _texts(self) -> dict[str, Any]:
        """Return the fields that are text, which a status is not."""
        values = vars(self).items()
        return {
            name: text
            for name, text in values
            if isinstance(text, str) and not isinstance(text, Status)
        }


def _values(kind: type, told: Any) -> dict[str, Any]:
    """Return the values in `told`, which `asdict` made of a `kind`. Raises ValueError if not."""
    kinds = get_type_hints(kind)
    if not isinstance(told, dict) or told.keys() != kinds.keys():
        raise ValueError(f"no {kind.__name__}")
    return {name: _read(kinds[name], value) for name, value in told.items()}


def _read(kind: Any, value: Any) -> Any:
    """Return `value` as a field of `kind` has it. Raises ValueError for another kind."""
    if kind is Status or kind is Deviation:
        return kind(value)
    if kind is float:
        if type(value) not in (int, float) or not 0 <= value < 1e9:
            raise ValueError("no time that a check can take")
        return value
    if get_origin(kind) is tuple:
        if not isinstance(value, list | tuple):
            raise ValueError("no list")
        element, _ = get_args(kind)
        return tuple(_read(element, each) for each in value)
    if kind is Moment:
        return Moment(**_values(Moment, value))
    if type(value) is not kind:
        raise ValueError(f"no {kind.__name__}")
    return value


@dataclass(frozen=True, kw_only=True)
class TaskResult(Finding):
    """The finding on one task, which stands for those of all its checks, and the task's points."""

    id: str
    title: str
    points: int
    max_points: int
    hint: str = ""
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
        """Read the verdict that `asdict` made `told` of. Raises ValueError for any other `told`."""
        if isinstance(told, dict):
            told = {"seconds": 0, **told}  # Older records have none.
        task = cls(**_values(cls, told))
        most = task.max_points if task.status is Status.PASS else 0
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
                # For a person who reads the file: what it is about comes first.
                "tasks": [{"id": t.id, "title": t.title, **asdict(t)} for t in lab.tasks],
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
