"""HTML for people: one file that needs nothing else, neither a network nor scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import jinja2

from grader.submission.files import Submission
from grader.text import clean
from grader.verdict.formats.words import safe, unjudged
from grader.verdict.record import LabResult, Result, Status, TaskResult
from grader.verdict.report import MARKS

_AROUND = 4
"""Lines of the source above and below the marked one."""
_WIDEST = 300
_NO_SOURCES: Mapping[str, Submission] = {}
_WORDS = {
    "en": {
        "report": "Report",
        "points": "points",
        "unjudged": "could not be judged on this machine. That is not held against the submission.",
        "expected": "Expected",
        "actual": "Seen",
        "where": "Where",
        "hint": "More help",
        "log": "What the tools printed",
        "graded": "Graded",
        "kernel": "Kernel",
        "pass": "passed",
        "fail": "failed",
        "error": "error",
        "timeout": "too slow",
        "blocked": "blocked",
        "infra": "not judged",
    },
    "fr": {
        "report": "Rapport",
        "points": "points",
        "unjudged": "n'ont pas pu être jugés sur cette machine. Le rendu n'y perd rien.",
        "expected": "Attendu",
        "actual": "Vu",
        "where": "Où",
        "hint": "Plus d'aide",
        "log": "Ce que les outils ont affiché",
        "graded": "Évalué",
        "kernel": "Noyau",
        "pass": "réussi",
        "fail": "échoué",
        "error": "erreur",
        "timeout": "trop lent",
        "blocked": "bloqué",
        "infra": "non jugé",
    },
}


@dataclass(frozen=True)
class Line:
    """A line of the student's source, to be shown."""

    number: int
    text: str
    marked: bool


def html(result: Result, lang: str = "en", sources: Mapping[str, Submission] = _NO_SOURCES) -> str:
    """A card for each task: its verdict, what to do, the source around its line, the log folded.

    `sources` are the files that were graded, by lab. `infra` is shown as not judged, with a
    sentence of its own under the points.
    """
    result = safe(result)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    lang = lang if lang in _WORDS else "en"
    return environment.get_template("report.html.j2").render(
        result=result,
        lang=lang,
        words=_WORDS[lang],
        marks={status.value: mark for status, (mark, _) in MARKS.items()},
        kernel=" ".join(value for value in result.kernel.values() if value),
        unjudged=sum(task.max_points for lab in result.labs for task in unjudged(lab)),
        excerpt=lambda lab, task: _excerpt(sources, lab, task),
    )


def _excerpt(sources: Mapping[str, Submission], lab: LabResult, task: TaskResult) -> list[Line]:
    """The lines around that of `task`; none where there is no such line."""
    told = task.status not in (Status.PASS, Status.BLOCKED, Status.INFRA)
    submission = sources.get(lab.lab)
    if not told or submission is None or task.line < 1:
        return []
    # Cleaned line by line, so that none can hide those after it.
    lines = submission.files.get(task.file, b"").splitlines()
    if task.line > len(lines):
        return []
    first = max(1, task.line - _AROUND)
    return [
        Line(number, clean(line)[:_WIDEST].rstrip(), number == task.line)
        for number, line in enumerate(lines[first - 1 : task.line + _AROUND], first)
    ]
