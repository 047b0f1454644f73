"""The page of a class: complete or not, its marks, what it did not understand, and each student."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from grader.base.messages import say, translate
from grader.base.templates import open_templates
from grader.base.text import clean
from grader.classroom.alike import Pair
from grader.classroom.marks import Mark, pseudonymous, remark
from grader.classroom.runs import Run, minute
from grader.classroom.task_statistics import distribution, failures, task_statistics
from grader.labs import Lab
from grader.verdict.record import Status

MOST_FAILURES = 15
SIGNS = {
    "pass": "✓",
    "fail": "✗",
    "error": "!",
    "timeout": "…",
    "blocked": "·",
    "infra": "?",
    "unselected": " ",
}
"""What stands for each status in the table, beside its colour."""
_KINDS = {
    "name": say("the name"),
    "comment": say("in a comment"),
    "string": say("the text"),
    "code": say("the code"),
}


def page(
    rows: Sequence[Mark], run: Run, lab: Lab, alike: Sequence[Pair] = (), *, anonymous: bytes = b""
) -> str:
    """Return one HTML file without scripts or network, in the language of the run.

    `alike` are pairs of students to look at. With a key in `anonymous` students are numbers that
    only this key leads back to.
    """
    lang = run.setting.lang
    shown = [pseudonymous(mark, anonymous) if anonymous else mark for mark in rows]
    renamed = {old.student.id: new.student.id for old, new in zip(rows, shown, strict=True)}
    environment = open_templates(Path(__file__).parent, html=True)
    states: dict[str, int] = {}
    for mark in shown:
        word = translate(mark.state_word, lang)
        states[word] = states.get(word, 0) + 1
    spread = distribution(shown)
    return environment.get_template("page.html.j2").render(
        lang=lang,
        say=lambda text, **values: translate(say(text, **values), lang),
        told=lambda message: translate(message, lang),
        when=lambda time: minute(time) or "–",
        lab=lab,
        title=lab.title.get(lang),
        run=run,
        rows=sorted(shown, key=_order),
        states=states,
        spread=spread,
        most=max(spread.values(), default=0),
        tasks=task_statistics(shown, lab.tasks),
        failures=failures(shown, lab.tasks)[:MOST_FAILURES],
        alike=[
            replace(pair, students=(renamed[pair.students[0]], renamed[pair.students[1]]))
            for pair in alike
        ],
        kinds={kind: translate(word, lang) for kind, word in _KINDS.items()},
        names={mark.student.id: name(mark) for mark in shown},
        ids=[task.id for task in lab.tasks],
        signs=SIGNS,
        words={status.value: status.word(lang) for status in Status},
        state=lambda mark: translate(mark.state_word, lang),
        results=_results,
        name=name,
        remark=lambda mark: "" if anonymous else clean(remark(mark)),
        anchor=lambda id: hashlib.sha256(id.encode()).hexdigest()[:12],
    )


def name(mark: Mark) -> str:
    """Return what a student is called on the page: their name, or else their id."""
    return clean(mark.student.name or mark.student.id)


def _results(mark: Mark) -> dict[str, str]:
    labs = mark.result.labs if mark.result else ()
    return {task.id: task.status.value for lab in labs for task in lab.tasks}


def _order(mark: Mark) -> tuple[int, tuple[str, ...], str]:
    """Return the sort key of `mark`: most points first, those who fail alike beside each other."""
    score = mark.result.score if mark.result else -1
    return -score, tuple(_results(mark).values()), name(mark)
