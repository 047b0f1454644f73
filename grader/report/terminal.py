"""A result for a terminal: our words first, the log after them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.base.messages import say, translate
from grader.base.text import last_lines
from grader.report.timeline_text import WRONG_SIGN, drawn
from grader.verdict.record import LabResult, Result, Status, TaskResult, column

SIGNS = {
    Status.PASS: ("✓", "green"),
    Status.FAIL: ("✗", "red"),
    Status.ERROR: ("✗", "red"),
    Status.TIMEOUT: ("✗", "red"),
    Status.BLOCKED: ("·", "yellow"),
    Status.INFRA: ("?", "magenta"),
    Status.UNSELECTED: ("-", "dim"),
}

_INDENT = 9
_BAR = "| "


def render(console: Console, result: Result, *, details: bool = True) -> None:
    """Print `result`; without `details`, what failed or has an error is not explained."""
    for lab in result.labs:
        _lab(console, lab, result.lang, details)
    _totals(console, result)


def render_by_kernel(console: Console, results: Sequence[Result]) -> None:
    """Print a table of tasks by kernel; below it, once each, why a task did not pass somewhere."""
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for result in results:
        table.add_column(result.kernel["release"].partition("-")[0] or "?")
    by_id = [{task.id: task for lab in result.labs for task in lab.tasks} for result in results]
    whys: dict[str, list[str]] = {}
    for lab in results[0].labs:
        for task in (task for task in lab.tasks if task.selected):
            cells = [Text(f"{task.id:<5}{task.title}")]
            for tasks, result in zip(by_id, results, strict=True):
                found = tasks[task.id]
                sign, style = SIGNS[found.status]
                cells.append(Text(f"{sign} {found.status.word(result.lang)}", style=style))
                if found.why:
                    release = result.kernel["release"]
                    whys.setdefault(f"{task.id}  {found.why}", []).append(release)
            table.add_row(*cells)
    sums = [f"{result.score}/{result.selected_max}" for result in results]
    table.add_row(Text(translate(say("Total"), results[0].lang), style="bold"), *sums)
    console.print(table)
    for why, releases in whys.items():
        console.print(Text(f"{why}  ({', '.join(releases)})"), soft_wrap=True)


def _lab(console: Console, lab: LabResult, lang: str, details: bool) -> None:
    console.print()
    console.print(Text(f"{lab.lab}  {lab.title}  {lab.score}/{lab.selected_max}", style="bold"))
    said = ""
    for task in lab.tasks:
        if not task.selected:
            continue
        sign, style = SIGNS[task.status]
        line = Text(f"  {sign} ", style=style)
        line.append(f"{task.id:<5}{task.points}/{task.max_points}  ", style="default")
        line.append(column(task.status.word(lang), lang), style=style)
        row(console, line, task.title)
        quiet = task.status in (Status.PASS, Status.FAIL, Status.ERROR) and not details
        repeated = task.why == said and task.status in (Status.INFRA, Status.BLOCKED)
        said = task.why
        if task.status != Status.PASS and not quiet and not repeated:
            # A student's words must not come to stand at a line's start: on a terminal what is
            # folded is indented, elsewhere nothing is folded, nor what is there to be copied.
            folded = console.file.isatty() and task.status != Status.INFRA
            for text in describe(task, lang, console.width - _INDENT if folded else 0):
                _fold(console, text) if folded else _indent(console, text)
    if left := [task.id for task in lab.tasks if not task.selected]:
        told = translate(say("Not selected: {tasks}.", tasks=", ".join(left)), lang)
        console.print(Text(f"  {told}", style="dim"), soft_wrap=True)


def row(console: Console, head: Text, title: str) -> None:
    """Print `head` and `title` in a line; on a terminal, what does not fit stands below `title`.

    (FORCE_COLOR and pytest's --color make rich call anything a terminal.)
    """
    if not console.file.isatty():
        console.print(head.append(title, style="default"), soft_wrap=True)
        return
    grid = Table.grid()
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(head, Text(title))
    console.print(grid)


def _indent(console: Console, text: Text) -> None:
    console.print(Text(" " * _INDENT).append_text(text), soft_wrap=True)


def _fold(console: Console, text: Text) -> None:
    """Print `text` indented, in as many lines as it takes; those of a log keep their bar."""
    bar = _BAR if text.plain.startswith(_BAR) else ""
    width = max(1, console.width - _INDENT - len(bar))
    for line in text[len(bar) :].wrap(console, width, overflow="fold"):
        _indent(console, Text(bar, style=text.style).append_text(line))


def describe(task: TaskResult, lang: str, width: int = 0) -> Iterable[Text]:
    """Yield what a person is told of a task that did not pass, line by line.

    The timeline takes `width` columns at most, unless that is 0.
    """
    for sentence in (task.why, task.cause, task.remedy):
        if sentence:
            yield Text(" ".join(sentence.split()))
    if task.status in (Status.BLOCKED, Status.INFRA, Status.UNSELECTED):
        return
    place = f"{task.file}:{task.line}" if task.line else task.file
    yield from _row(translate(say("expected:"), lang), task.expected)
    yield from _row(translate(say("seen:"), lang), task.actual)
    yield from _row(translate(say("where:"), lang), place)
    yield from map(Text, task.excerpt.splitlines())
    yield from _row(translate(say("hint:"), lang), task.hint)
    for row in drawn(task.timeline, lang, width):
        yield Text(row, style="red" if row.startswith(WRONG_SIGN) else "dim")
    if task.log.strip():
        cut, shown = last_lines(task.log.strip())
        if cut:
            before = say("[... {cut} lines before; result.json has them ...]", cut=cut)
            yield Text(translate(before, lang), style="dim")
        for line in shown:
            yield Text(f"{_BAR}{line}", style="dim")


def _row(title: str, value: str) -> Iterator[Text]:
    """Yield a line that begins with `title`; none without a value."""
    if value:
        yield Text.assemble((f"{title} ", "dim"), " ".join(value.split()))


def kernel_of(result: Result) -> str:
    """Say where the programs ran, in the language of the grading; "" where that is not known."""
    release = result.kernel.get("release", "")
    if not release:
        return ""
    kernel = {
        "native": say("Linux {release}, this machine's own", release=release),
        "vm": say("Linux {release} in a virtual machine", release=release),
    }.get(
        result.kernel.get("where", ""), say("Linux {release}, where nothing ran", release=release)
    )
    origin, _, version = result.kernel.get("headers", "").partition(" ")
    if origin == "borrowed":
        kernel = say("{kernel}, with the headers of {version}", kernel=kernel, version=version)
    return translate(kernel, result.lang)


def _totals(console: Console, result: Result) -> None:
    whole = not console.file.isatty()
    console.print()
    points = f"{result.score}/{result.selected_max}"
    if result.unselected:
        points = translate(say("{points} for the selected tasks", points=points), result.lang)
    title = translate(say("Total:"), result.lang)
    total = f"{title} {points}"
    if kernel := kernel_of(result):
        total += f"  ({kernel})"
    console.print(Text(total, "bold"), soft_wrap=whole)
    if result.unjudged:
        unjudged = say("Not judged on this machine: {points}.", points=result.unjudged)
        console.print(Text(translate(unjudged, result.lang)), soft_wrap=whole)
