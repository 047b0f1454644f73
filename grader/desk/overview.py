"""All labs and tasks: what has been reached in them, and what is next."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from grader.course import Lab, Task
from grader.progress import LabProgress, Progress
from grader.verdict.record import column
from grader.verdict.report import MARKS
from grader.words import say, translate


def show(console: Console, labs: Iterable[Lab], progress: Progress, lang: str) -> None:
    """Print the points won and the verdict on each task; below it, the task to go on with."""
    following: Task | None = None
    for lab in labs:
        reached, files = progress.of(lab), progress.files(lab)
        won = sum(task.points for task in lab.tasks if reached.passed(task.id))
        title = f"{lab.name}  {lab.title.get(lang)}  {won}/{lab.max_score}"
        console.print(Text(title, style="bold"), soft_wrap=True)
        for task in lab.tasks:
            line = _line(task, reached, lang)
            if task.id in reached.marks and reached.marks[task.id].files != files:
                since = translate("the files changed since", lang)
                line.append(f"  ({since})", style="yellow")
            console.print(line, soft_wrap=True)
        following = following or reached.next(lab)
    console.print()
    if following:
        title = f"{following.id}  {following.title.get(lang)}"
        go_on = translate(say("Next: {command}", command=title), lang)
        console.print(Text(go_on, "bold"), soft_wrap=True)
        console.print(Text(f"./labebpf hint {following.id}"))
    else:
        console.print(Text(translate("Every task is passed.", lang), style="bold"))


def _line(task: Task, reached: LabProgress, lang: str) -> Text:
    """The task's verdict, points and title."""
    mark, style, status, won = " ", "default", "", 0
    if task.id in reached.marks:
        found = reached.marks[task.id].status
        (mark, style), status = MARKS[found], found.word(lang)
        won = task.points if reached.passed(task.id) else 0
    line = Text(f"  {mark} ", style=style)
    line.append(f"{task.id:<5}{won}/{task.points}  ", style="default")
    line.append(column(status, lang), style=style)
    return line.append(task.title.get(lang), style="default")
