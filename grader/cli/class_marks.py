"""Commands for a class's marks: compare runs, show what they tell, hand them out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.base.errors import UsageError
from grader.base.messages import Message, say
from grader.base.text import clean
from grader.cli import class_options, files, options
from grader.labs import Lab
from grader.ui.localized_click import Command, echo

if TYPE_CHECKING:
    from grader.classroom.store import Store


@click.command(
    "diff",
    cls=Command,
    help=say(
        "Show whose marks moved, and by which tasks, from run OLD to run NEW.\n"
        "\n"
        "They are the run whose marks count and the last one, if none is named."
    ),
)
@click.argument("runs", nargs=-1, metavar=say("[OLD NEW]"), type=int)
@class_options.LAB
@class_options.TAKE
@class_options.STATE
def diff(runs: tuple[int, ...], lab: str, take: str, state: Path) -> None:
    from grader.classroom.compare import moves, summary
    from grader.classroom.marks import marks
    from grader.classroom.store import Store

    if len(runs) not in (0, 2):
        raise UsageError(say("Two runs are compared."), say("Write: ./labebpf class diff OLD NEW"))
    with Store.open(state, write=False) as store:
        name = class_options.one_lab(store, lab)
        counting, last = store.counting(name), store.last(name)
        assert counting and last
        old, new = runs or (counting.id, last.id)
        _known(store, old)
        _known(store, new)
        found = moves(marks(store, old, take), marks(store, new, take))
    for move in found:
        tasks = ", ".join(f"{task} {old} -> {new}" for task, old, new in move.tasks)
        points = ("-" if n is None else str(n) for n in (move.before, move.after))
        echo(
            Message(
                f"{clean(move.student.name or move.student.id)}: {' -> '.join(points)}  {tasks}"
            )
        )
    echo(summary(found))


def _known(store: Store, run: int) -> None:
    if all(each.id != run for each in store.runs()):
        raise UsageError(say("There is no run {run}.", run=run), say("See: ./labebpf class status"))


@click.command("apply", cls=Command, help=say("Let the marks of RUN count from now on."))
@click.argument("run", metavar=say("RUN"), type=int)
@class_options.STATE
def apply(run: int, state: Path) -> None:
    from grader.classroom.store import Store

    with Store.open(state, write=True) as store:
        _known(store, run)
        store.apply(run)
    echo(say("The marks of run {run} count now.", run=run))


@click.command(
    "report",
    cls=Command,
    help=say(
        "Write a page about the class: complete or not, its marks, its commonest failures,\n"
        "which check looks wrong, and each student. One file, for any browser."
    ),
)
@click.option(
    "--out",
    metavar=say("FILE"),
    type=click.Path(path_type=Path),
    required=True,
    help=say("Write it there."),
)
@click.option("--anonymous", is_flag=True, help=say("With a number in the place of each name."))
@class_options.LAB
@class_options.TAKE
@class_options.STATE
def report(out: Path, anonymous: bool, lab: str, take: str, state: Path) -> None:
    from grader.classroom.alike import pairs
    from grader.classroom.marks import marks
    from grader.classroom.page import page
    from grader.classroom.store import Store

    course = options.course()
    with Store.open(state, write=False) as store:
        run = store.counting(class_options.one_lab(store, lab))
        assert run
        rows = marks(store, run.id, take)
        key = store.secret() if anonymous else b""
        handed_in = {
            mark.student.id: store.files(mark.grading.hash)
            for mark in rows
            if mark.grading and mark.grading.hash
        }
    (judged,) = options.choose((run.setting.lab,), course.labs())
    alike = pairs(handed_in, _known_to_all(judged))
    files.write(out, page(rows, run, judged, alike, anonymous=key).encode(), "--out")


def _known_to_all(lab: Lab) -> list[dict[str, bytes]]:
    """What is no sign of anything in a hand-in: stub, solution, and handouts."""
    return [
        {path.name: path.read_bytes() for path in sorted(folder.glob(pattern)) if path.is_file()}
        for folder in (lab.folder, lab.solutions / lab.name)
        for pattern in ("*.c", "*.py", "*.md")
    ]


@click.command(
    "export",
    cls=Command,
    help=say(
        "Hand out the marks that count: those of the first run, or of the one last applied.\n"
        "\n"
        "\b\n"
        "  csv     a row for everybody, for spreadsheets\n"
        "  moodle  a grading worksheet, filled in (--worksheet)"
    ),
)
@click.option(
    "--for", "system", type=click.Choice(["csv", "moodle"]), required=True, help=say("For whom.")
)
@click.option(
    "--worksheet",
    metavar=say("FILE"),
    type=click.Path(path_type=Path),
    help=say("Moodle's worksheet, to be filled in."),
)
@click.option(
    "--out", metavar=say("FILE"), type=click.Path(path_type=Path), help=say("Write it there.")
)
@class_options.LAB
@class_options.TAKE
@class_options.STATE
def export(
    system: str, worksheet: Path | None, out: Path | None, lab: str, take: str, state: Path
) -> None:
    from grader.classroom.marks import marks, table
    from grader.classroom.store import Store
    from grader.report import moodle

    with Store.open(state, write=False) as store:
        counting = store.counting(class_options.one_lab(store, lab))
        assert counting
        rows = marks(store, counting.id, take)
    if system == "csv":
        data = table(rows).encode()
    elif worksheet is None:
        raise UsageError(
            say("Moodle's marks go into its worksheet."),
            say('Give --worksheet the file that "Download grading worksheet" gave.'),
        )
    else:
        data = files.read(worksheet)
        for mark in rows:
            if mark.result and mark.student.number:
                data = moodle.fill(mark.result, data, mark.student.number)
    if out is None:
        click.echo(data, nl=False)
    else:
        files.write(out, data, "--out")
