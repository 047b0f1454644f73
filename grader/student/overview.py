"""All labs and tasks: what has been reached in them, and what is next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from grader.base.messages import say, translate
from grader.labs import Course, Lab, Task
from grader.report.terminal import SIGNS, row
from grader.runner.progress import LabProgress, Progress
from grader.verdict.record import WRONG, Result, column


def show(
    console: Console, course: Course, labs: Iterable[Lab], progress: Progress, lang: str
) -> None:
    """Print the points won and the verdict on each task; below it, the task to go on with."""
    labs = list(labs)
    if not labs:
        text = say("There is no lab yet. Add one: ./labebpf course add lab0")
        console.print(Text(translate(text, lang)))
        return
    above = ""
    for lab in labs:
        part = _part(course, lab, lang)
        if part != above:
            console.print(Text(part, style="bold underline"), soft_wrap=True)
            above = part
        reached, files = progress.of(lab), progress.files(lab)
        won = sum(task.points for task in lab.tasks if reached.passed(task.id))
        title = f"{lab.name}  {lab.title.get(lang)}  {won}/{lab.max_score}"
        console.print(Text(title, style="bold"), soft_wrap=True)
        for task in lab.tasks:
            title = task.title.get(lang)
            if task.id in reached.marks and reached.marks[task.id].files != files:
                changed = translate(say("the files changed since"), lang)
                title += f"  ({changed})"
            row(console, _head(task, reached, lang), title)
    console.print()
    if following := _next(labs, progress):
        _go_on(console, following.id, following.title.get(lang), lang)
    else:
        console.print(Text(translate(say("Every task is passed."), lang), style="bold"))


def show_next(console: Console, result: Result) -> None:
    """Print which task to go on with after a grading that found something wrong: its own first."""
    for lab in result.labs:
        for task in lab.tasks:
            if task.status in WRONG:
                _go_on(console, task.id, task.title, result.lang)
                return


def _part(course: Course, lab: Lab, lang: str) -> str:
    """Return the title of the part that has `lab`, or of those in none; "" without parts."""
    for part in course.parts:
        if lab.name in part.labs:
            return part.title.get(lang)
    return translate(say("More labs"), lang) if course.parts else ""


def _next(labs: Sequence[Lab], progress: Progress) -> Task | None:
    """Return the next task of the latest lab where something is wrong, or else the first to do."""
    by_name = {lab.name: lab for lab in labs}
    for name in progress.latest():
        reached = progress.of(by_name[name]) if name in by_name else LabProgress()
        if reached.failed and (task := reached.next(by_name[name])):
            return task
    return next(filter(None, (progress.of(lab).next(lab) for lab in labs)), None)


def _go_on(console: Console, task_id: str, title: str, lang: str) -> None:
    task = f"{task_id}  {title}"
    go_on = translate(say("Next: {command}", command=task), lang)
    console.print(Text(go_on, "bold"), soft_wrap=not console.file.isatty())
    console.print(Text(f"./labebpf hint {task_id}"))


def _head(task: Task, reached: LabProgress, lang: str) -> Text:
    """Make the text that stands before a task's title: its verdict and points."""
    sign, style, status, won = " ", "default", "", 0
    if task.id in reached.marks:
        found = reached.marks[task.id].status
        (sign, style), status = SIGNS[found], found.word(lang)
        won = task.points if reached.passed(task.id) else 0
    head = Text(f"  {sign} ", style=style)
    head.append(f"{task.id:<5}{won}/{task.points}  ", style="default")
    return head.append(column(status, lang), style=style)
