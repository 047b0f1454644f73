"""GitHub Actions: annotations on standard output, and a job summary."""

from __future__ import annotations

import html
import io
import re
import secrets
from collections.abc import Iterator

from rich.console import Console

from grader.base.messages import say, translate
from grader.base.text import cut
from grader.report.lines import explanation, headline, name, one_line, place, safe
from grader.report.terminal import SIGNS, kernel_of, render
from grader.verdict.record import LabResult, Result, Status, TaskResult

_LEVELS = {
    Status.ERROR: "error",
    Status.FAIL: "error",
    Status.TIMEOUT: "error",
    Status.INFRA: "notice",
}
SUMMARY_LIMIT = 1_000_000
"""Bytes of a summary; GitHub drops what is longer than 1 MiB, with the step's other texts."""


def commands(result: Result, token: str = "") -> str:
    """Return the report, then an annotation with the points, and one for each task that failed.

    A task that is `infra` has a notice; one that is `blocked` has nothing, as its cause has an
    annotation. GitHub shows ten of a kind, so that the worst come first. Files are named as in a
    repository with a folder for each lab. Between ::stop-commands:: and `token`, by default a
    random one, the runner takes no line that a student printed for a command.

    Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    result = safe(result)
    token = token or secrets.token_hex(16)
    report = io.StringIO()
    # So wide that no line is folded: a student's words must not come to stand at a line's start.
    render(Console(file=report, color_system=None, highlight=False, width=10**6), result)
    lines = [
        "::group::labebpf",
        f"::stop-commands::{token}",
        report.getvalue().strip("\n"),
        f"::{token}::",
        "::endgroup::",
        _command("notice", headline(result), title="labebpf"),
    ]
    worst = list(_LEVELS)
    found = [(lab, task) for lab in result.labs for task in lab.tasks if task.status in _LEVELS]
    for lab, task in sorted(found, key=lambda each: worst.index(each[1].status)):
        lines.append(_annotation(lab, task, result.lang))
    return "\n".join(lines) + "\n"


def _annotation(lab: LabResult, task: TaskResult, lang: str) -> str:
    where = {"file": place(lab, task), "line": str(task.line) if task.line else ""}
    text = cut(explanation(task, lang), 4000)
    return _command(_LEVELS[task.status], text, **where, title=name(task))


def _command(command: str, text: str, **properties: str) -> str:
    given = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    return f"::{command} {given}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def summary(result: Result) -> str:
    """Return Markdown to append to the file that $GITHUB_STEP_SUMMARY names.

    There is a table for each lab, and for each task that did not pass a fold with what to do. An
    `infra` task has a question mark, and a sentence of its own under the points. If the summary is
    larger than SUMMARY_LIMIT bytes, all folds are left out.
    """
    result = safe(result)
    whole = "\n".join(_lines(result, folds=True)) + "\n"
    if len(whole.encode()) <= SUMMARY_LIMIT:
        return whole
    return "\n".join(_lines(result, folds=False)) + "\n"


def _lines(result: Result, folds: bool) -> Iterator[str]:
    for lab in result.labs:
        selected = [task for task in lab.tasks if task.selected]
        yield f"## {_inline(f'{lab.lab} {lab.title}')}: {lab.score}/{lab.selected_max}"
        yield ""
        heads = (say("task"), say("points"), say("verdict"))
        yield f"| | {' | '.join(translate(head, result.lang) for head in heads)} |"
        yield "| --- | --- | ---: | --- |"
        for task in selected:
            sign, _ = SIGNS[task.status]
            points = f"{task.points}/{task.max_points}"
            verdict = task.status.word(result.lang)
            yield f"| {sign} | {_inline(name(task))} | {points} | {verdict} |"
        yield ""
        for task in selected:
            if folds and task.status != Status.PASS:
                yield from _fold(task, result.lang)
    kernel = kernel_of(result)
    yield f"**{headline(result)}** {_inline(kernel)}"


def _fold(task: TaskResult, lang: str) -> Iterator[str]:
    """Yield HTML, in which GitHub reads no Markdown: only its end tag ends a `pre` block."""
    told = html.escape(f"{name(task)}: {task.status.word(lang)}")
    yield f"<details><summary>{told}</summary>"
    yield ""
    yield f"<pre>{html.escape(explanation(task, lang))}</pre>"
    yield "</details>"
    yield ""


def _inline(text: str) -> str:
    """Return `text` for Markdown to show and not to read: punctuation becomes entities."""
    return re.sub(r"[!-/:-@\[-`{-~]", lambda found: f"&#{ord(found[0])};", one_line(text))
