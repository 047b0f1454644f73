"""Commands for a class's marks: compare runs, show what they tell, hand them out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.base.errors import UsageError
from grader.base.messages import Message, say
from grader.base.text import clean
from grader.cli import class_options, files, options
from grader.labs import Lab
from grader.ui.localized_click import Command, echo, note

if TYPE_CHECKING:
    from grader.classroom.feedback import Files
    from grader.classroom.marks import Mark
    from grader.classroom.runs import Run
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
        raise UsageError(say("diff takes two runs."), say("Write: ./labebpf class diff OLD NEW"))
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
    """Return the files whose text is no sign of copying: stub, solution and handouts."""
    return [
        {path.name: path.read_bytes() for path in sorted(folder.glob(pattern)) if path.is_file()}
        for folder in (lab.folder, lab.solutions / lab.name)
        for pattern in ("*.c", "*.py", "*.md")
    ]


_OPTIONS = {
    "csv": (),
    "moodle": ("--worksheet", "--feedback"),
    "gradescope": (),
    "canvas": ("--feedback",),
    "classroom50": (),
    "dolos": ("--anonymous",),
    "jplag": ("--anonymous",),
}
"""For whom marks are handed out, and which options go with that."""
_ARCHIVES = ("gradescope", "dolos", "jplag")
_OLD_WORKSHEET = say(
    "Moodle skips a mark that it holds newer than this worksheet: for a second upload, download "
    'the worksheet again, or tick "Allow updating records that have been modified more recently in '
    'Moodle than in the spreadsheet".'
)


@click.command(
    "export",
    cls=Command,
    help=say(
        "Hand out the marks that count: those of the first run, or of the one last applied.\n"
        "\n"
        "\b\n"
        "  csv          a row for everybody, for spreadsheets\n"
        "  moodle       a grading worksheet, filled in (--worksheet); pages (--feedback)\n"
        "  gradescope   a zip of results.json for each submission\n"
        "  canvas       a table for the gradebook; pages (--feedback)\n"
        "  classroom50  scores.csv\n"
        "  dolos        a zip of what was handed in, to look for copies\n"
        "  jplag        the same for JPlag"
    ),
)
@click.option(
    "--for", "system", type=click.Choice([*_OPTIONS]), required=True, help=say("For whom.")
)
@click.option(
    "--worksheet",
    metavar=say("FILE"),
    type=click.Path(path_type=Path),
    help=say("Moodle's worksheet, to be filled in."),
)
@click.option(
    "--feedback",
    metavar=say("FILE"),
    type=click.Path(path_type=Path),
    help=say("Write a zip there with a page for each student."),
)
@click.option("--anonymous", is_flag=True, help=say("With a number in the place of each name."))
@click.option(
    "--out", metavar=say("FILE"), type=click.Path(path_type=Path), help=say("Write it there.")
)
@class_options.LAB
@class_options.TAKE
@class_options.STATE
def export(
    system: str,
    worksheet: Path | None,
    feedback: Path | None,
    anonymous: bool,
    out: Path | None,
    lab: str,
    take: str,
    state: Path,
) -> None:
    from grader.classroom import exports
    from grader.classroom.marks import marks, pseudonymous, table
    from grader.classroom.store import Store

    given = {"--worksheet": worksheet, "--feedback": feedback, "--anonymous": anonymous}
    _refuse(system, [option for option, value in given.items() if value], out)
    if feedback:
        files.check_file(feedback, "--feedback")
    with Store.open(state, write=False) as store:
        run = store.counting(class_options.one_lab(store, lab))
        assert run
        rows = marks(store, run.id, take)
        hashes = {mark.grading.hash for mark in rows if mark.grading and mark.grading.hash}
        taken = {hashed: store.files(hashed) for hashed in hashes}
        if anonymous:
            rows = [pseudonymous(mark, store.secret()) for mark in rows]
    data = {
        "csv": lambda: table(rows).encode(),
        "moodle": lambda: (
            exports.moodle_worksheet(rows, files.read(worksheet)) if worksheet else b""
        ),
        "gradescope": lambda: exports.gradescope(rows),
        "canvas": lambda: exports.canvas(rows, run.setting.lab),
        "classroom50": lambda: exports.classroom50(rows),
        "dolos": lambda: exports.dolos(rows, taken, _stubs(run)),
        "jplag": lambda: exports.jplag(rows, taken, _stubs(run)),
    }[system]()
    if out:
        files.write(out, data, "--out")
    else:
        click.echo(data, nl=False)
    if worksheet:
        note(_OLD_WORKSHEET)
    if feedback:
        _write_feedback(feedback, system, rows, taken, run)


def _refuse(system: str, given: Sequence[str], out: Path | None) -> None:
    """Raise UsageError where options do not go with `system`, or with each other."""
    for option in given:
        if option not in _OPTIONS[system]:
            fitting = ", ".join(name for name, options in _OPTIONS.items() if option in options)
            raise UsageError(
                say("{option} does not go with --for {system}.", option=option, system=system),
                say("Leave it out: it is for {fitting}.", fitting=fitting),
            )
    if system in _ARCHIVES and out is None:
        raise UsageError(
            say("An archive is not for the terminal."),
            say("Give --out a file: --out {system}.zip", system=system),
        )
    if system == "moodle" and not given:
        raise UsageError(
            say("Moodle's marks go into its worksheet."),
            say('Give --worksheet the file that "Download grading worksheet" gave.'),
        )
    if system == "moodle" and out and "--worksheet" not in given:
        raise UsageError(
            say("Without --worksheet there is nothing to write to {out}.", out=out),
            say("Give --worksheet too, or leave --out away."),
        )


def _stubs(run: Run) -> dict[str, bytes]:
    (lab,) = options.choose((run.setting.lab,), options.course().labs())
    return {name: files.read(lab.folder / name) for name in lab.edits}


def _write_feedback(out: Path, system: str, rows: Sequence[Mark], taken: Files, run: Run) -> None:
    from grader.classroom.feedback import canvas_feedback, moodle_feedback

    write = {"moodle": moodle_feedback, "canvas": canvas_feedback}[system]
    data, without = write(rows, taken, run.setting.lab, run.setting.lang)
    files.write(out, data, "--feedback")
    if without:
        note(
            say(
                "Pages left out, since their owner's number is not known: {n} ({names}).",
                n=len(without),
                names=", ".join(clean(mark.student.name or mark.student.id) for mark in without),
            )
        )
