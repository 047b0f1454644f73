"""All labs and tasks: what has been reached in them, and what is next."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from grader.course import Lab, Task
from grader.progress import LabProgress, Progress
from grader.verdict.report import MARKS

_WORDS = {
    "en": {
        "changed": "the files changed since",
        "next": "Next",
        "all": "Every task is passed.",
    },
    "fr": {
        "changed": "les fichiers ont changé depuis",
        "next": "La suite",
        "all": "Toutes les tâches sont réussies.",
    },
}


def show(console: Console, labs: Iterable[Lab], progress: Progress, lang: str) -> None:
    """Print the points won and the verdict on each task; below it, the task to go on with."""
    words = _WORDS[lang]
    following: Task | None = None
    for lab in labs:
        reached, files = progress.of(lab), progress.files(lab)
        won = sum(task.points for task in lab.tasks if reached.passed(task.id))
        title = f"{lab.name}  {lab.title.get(lang)}  {won}/{lab.max_score}"
        console.print(Text(title, style="bold"), soft_wrap=True)
        for task in lab.tasks:
            line = _line(task, reached, lang)
            if task.id in reached.marks and reached.marks[task.id].files != files:
                line.append(f"  ({words['changed']})", style="yellow")
            console.print(line, soft_wrap=True)
        following = following or reached.next(lab)
    console.print()
    if following:
        title = following.title.get(lang)
        console.print(Text(f"{words['next']}: {following.id}  {title}", "bold"), soft_wrap=True)
        console.print(Text(f"./labebpf hint {following.id}"))
    else:
        console.print(Text(words["all"], style="bold"))


def _line(task: Task, reached: LabProgress, lang: str) -> Text:
    """The task's verdict, points and title."""
    mark, style, status, won = " ", "default", "", 0
    if task.id in reached.marks:
        found = reached.marks[task.id].status
        (mark, style), status = MARKS[found], found.value
        won = task.points if reached.passed(task.id) else 0
    line = Text(f"  {mark} ", style=style)
    line.append(f"{task.id:<5}{won}/{task.points}  ", style="default")
    line.append(f"{status:<9}", style=style)
    return line.append(task.title.get(lang), style="default")
