"""What all formats say alike, of a result whose text is safe to escape and show."""

from __future__ import annotations

from dataclasses import fields, replace

from grader.base.errors import InfraError
from grader.base.messages import say, translate
from grader.base.text import clean
from grader.report.terminal import describe
from grader.verdict.record import LabResult, Result, Status, TaskResult


def safe(result: Result) -> Result:
    """Return `result` with all its text clean, and every name on one line.

    A record can come from a file, so nothing is taken on trust. Raises InfraError when no task was
    selected: several systems take an empty result for a full one.
    """
    if not result.statuses:
        raise InfraError(say("The result has no task."), say("Grade again."))
    labs = tuple(
        LabResult(one_line(lab.lab), one_line(lab.title), tuple(map(_safe_task, lab.tasks)))
        for lab in result.labs
    )
    kernel = {key: one_line(value) for key, value in result.kernel.items()}
    grader = {one_line(name): one_line(text) for name, text in result.grader.items()}
    return Result(one_line(result.started), result.seconds, kernel, labs, result.lang, grader)


def _safe_task(task: TaskResult) -> TaskResult:
    texts = {
        field.name: clean(value)
        for field in fields(task)
        if type(value := getattr(task, field.name)) is str
    }
    for name in ("id", "title", "file", "hint"):
        texts[name] = one_line(texts[name])
    moments = tuple(
        replace(moment, event=one_line(moment.event), reports=tuple(map(one_line, moment.reports)))
        for moment in task.timeline
    )
    return replace(task, **texts, timeline=moments)  # type: ignore[arg-type]


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def headline(result: Result) -> str:
    """Return the points in a sentence, and in another those that the machine could not judge."""
    text = say("{score}/{most} points.", score=result.score, most=result.selected_max)
    if result.unselected:
        text = say(
            "{score}/{most} points for the selected tasks. Not selected: {tasks}.",
            score=result.score,
            most=result.selected_max,
            tasks=", ".join(result.unselected),
        )
    if result.unjudged:
        text = say(
            "{points} {missing} of them could not be judged on this machine. "
            "That is not held against the submission.",
            points=text,
            missing=result.unjudged,
        )
    return translate(text, result.lang)


def name(task: TaskResult) -> str:
    return f"{task.id} {task.title}"


def place(lab: LabResult, task: TaskResult) -> str:
    """Return the task's file in a submission with a folder for each lab, "" if it has none."""
    return f"{lab.lab}/{task.file}" if task.file else ""


def explanation(task: TaskResult, lang: str) -> str:
    """Return why `task` did not pass and what to do, line by line; "" when it passed."""
    if task.status == Status.PASS:
        return ""
    return "\n".join(line.plain for line in describe(task, lang))
