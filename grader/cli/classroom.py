"""Commands for a whole class: grade its hand-ins, see how far that is, hand out the marks."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.base.errors import UsageError
from grader.base.messages import NO_MESSAGE, Message, say
from grader.base.paths import language
from grader.base.text import clean
from grader.cli import files, options
from grader.labs import Course, Lab
from grader.ui.localized_click import Command, Group, echo, note, said

if TYPE_CHECKING:
    from grader.classroom.handin import HandIn
    from grader.classroom.marks import Mark
    from grader.classroom.roster import Student
    from grader.classroom.store import Setting, Store

_STATE = click.option(
    "--state",
    metavar=say("DIR"),
    type=click.Path(path_type=Path),
    default=Path("class-results"),
    help=say("Where all verdicts are kept (default: class-results in this folder)."),
)
_TAKE = click.option(
    "--take",
    type=click.Choice(["last", "best"]),
    default="last",
    help=say("Which of several hand-ins of a student counts."),
)


@click.group("class", cls=Group, help=say("Grade a whole class's hand-ins."))
def class_() -> None:
    pass


@class_.command(
    "grade",
    cls=Command,
    help=say(
        "Grade what a class handed in for a lab: the folder or archive HANDINS.\n"
        "\n"
        "It is what Moodle, Gradescope, Canvas or Autolab gave, clones of repositories, or a\n"
        "folder or archive for each student; nothing is unpacked. What has a verdict already is\n"
        "not graded again. It can be stopped at any moment; the same command goes on.\n"
        "\n"
        "Exit status: 0 everybody has a verdict, 1 some have none, 2 wrong usage."
    ),
)
@click.argument("hand_ins", metavar=say("HANDINS"), type=click.Path(path_type=Path))
@click.option("--lab", "of", metavar=say("LAB"), required=True, help=say("Which lab it is for."))
@click.option(
    "--roster",
    metavar=say("FILE"),
    type=click.Path(path_type=Path),
    help=say("Who is in the class: a CSV file, such as Moodle's worksheet."),
)
@click.option(
    "-j",
    "jobs",
    metavar=say("N"),
    type=click.IntRange(1),
    default=1,
    help=say("Grade so many at a time, in machines; natively it is one."),
)
@click.option(
    "--kernel", metavar=say("K"), default="auto", help=say("auto, native or vm[:VERSION].")
)
@click.option(
    "--private",
    metavar=say("DIR"),
    type=click.Path(path_type=Path),
    help=say("Folder of private checks."),
)
@click.option("--format", metavar=say("NAME"), default="", help=say("How HANDINS was collected."))
@_TAKE
@_STATE
@options.time_scale
def grade_class(
    hand_ins: Path,
    of: str,
    roster: Path | None,
    jobs: int,
    kernel: str,
    private: Path | None,
    format: str,
    take: str,
    state: Path,
    time_scale: float,
) -> None:
    from grader.classroom.intake import summary, take_in
    from grader.classroom.roster import Register, read_roster
    from grader.classroom.setting import folder_hash, grader_hash
    from grader.classroom.store import Setting, Store
    from grader.runner.private_checks import private_folder

    course = options.course()
    (lab,) = options.choose((of,), course.labs())
    register = Register(read_roster(files.read(roster), roster.name) if roster else [])
    apart = private_folder(private) if private else None
    with take_in(hand_ins, lab.name, lab.edits, format) as intake:
        read = [(register.student(each.owner), each) for each in intake.hand_ins()]
        owners = {student.id for student, _ in read}
        missing = sum(student.id not in owners for student in register.students)
        note(summary(intake, [each for _, each in read], missing))
    if take == "last":
        read = _last(read)
    setting = Setting(
        lab.name,
        folder_hash(lab.folder, lab.edits),
        grader_hash(),
        kernel,
        time_scale,
        language(),
        folder_hash(apart) if apart else "",
    )
    with Store.open(state, write=True) as store:
        before = store.last(lab.name)
        run = store.begin(setting, read, register.students)
        if before and before[0] != run:
            _say_why(store, run, setting, before[1])
        _grade(store, run, course, lab, setting, apart, jobs)
        _conclude(store, run, take)


def _grade(
    store: Store,
    run: int,
    course: Course,
    lab: Lab,
    setting: Setting,
    private: Path | None,
    jobs: int,
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from grader.classroom.engine import Gradings, Order
    from grader.classroom.grading import ClassGrading
    from grader.ui.console import going_on

    def order(key: str, hashed: str) -> Order:
        return Order(
            key,
            hashed,
            store.files(hashed),
            course.folder,
            lab.name,
            setting.kernel,
            setting.time_scale,
            setting.lang,
            private,
        )

    with ThreadPoolExecutor(jobs) as pool, going_on(lab.name) as tell:
        grading = ClassGrading(store, run, order, Gradings(), lambda line: tell(said(line)))
        grading.run(pool, jobs)


def _say_why(store: Store, run: int, setting: Setting, before: Setting) -> None:
    """Say, before it begins, why what has a verdict is graded again."""
    what = {
        "lab_hash": say("the lab"),
        "private_hash": say("the private checks"),
        "grader": say("labebpf"),
        "kernel": Message("--kernel"),
        "time_scale": Message("--time-scale"),
        "lang": say("the language"),
    }
    changed = [said(what[name]) for name in setting.changes(before) if name in what]
    note(
        say(
            "Run {run}, since another one is {changed}: {n} to grade.",
            run=run,
            changed=", ".join(changed),
            n=len(store.waiting(run)),
        )
    )


def _last(read: Sequence[tuple[Student, HandIn]]) -> list[tuple[Student, HandIn]]:
    """Leave out what a student has handed in again."""
    attempts: dict[str, int] = {}
    for student, hand_in in read:
        attempts[student.id] = max(attempts.get(student.id, 0), hand_in.place.attempt)
    return [each for each in read if each[1].place.attempt == attempts[each[0].id]]


def _conclude(store: Store, run: int, take: str) -> None:
    """Say what there is now, and end with the status that belongs to it."""
    from grader.classroom.marks import marks, summary

    rows = marks(store, run, take)
    for mark in rows:
        if line := _remark(mark):
            echo(line)
    echo(summary(rows))
    unmarked = any(mark.state in ("waiting", "unjudged", "gave_up") for mark in rows)
    sys.exit(1 if unmarked else 0)


def _remark(mark: Mark) -> Message:
    """What a person has to look at, of one student."""
    from grader.classroom.marks import note as told

    who = clean(mark.student.name or mark.student.id)
    if mark.state in ("graded", "missing", "waiting"):
        return NO_MESSAGE
    why = told(mark)
    if mark.state == "unreadable":
        return say("{who}: {why}", who=who, why=why)
    return say("{who}: the machine came to no verdict on all of it", who=who)


@class_.command(
    "status", cls=Command, help=say("Show how far the grading of a class is, also from elsewhere.")
)
@_TAKE
@_STATE
def status(take: str, state: Path) -> None:
    from grader.classroom.marks import marks, summary
    from grader.classroom.store import Store

    with Store.open(state, write=False) as store:
        for run, setting, began, ended in store.runs():
            echo(
                say(
                    "Run {run}: {lab}, begun {began}, ended {ended}",
                    run=run,
                    lab=setting.lab,
                    began=began,
                    ended=ended or say("not yet"),
                )
            )
        echo(summary(marks(store, _latest(store), take)))


def _latest(store: Store) -> int:
    runs = store.runs()
    if not runs:
        raise UsageError(
            say("No class was graded yet in {folder}.", folder=store.folder),
            say("Grade one first: ./labebpf class grade HANDINS --lab LAB"),
        )
    return runs[-1][0]


@class_.command(
    "export",
    cls=Command,
    help=say(
        "Hand out the marks of the last run.\n"
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
@_TAKE
@_STATE
def export(system: str, worksheet: Path | None, out: Path | None, take: str, state: Path) -> None:
    from grader.classroom.marks import marks, table
    from grader.classroom.store import Store
    from grader.report import moodle

    with Store.open(state, write=False) as store:
        rows = marks(store, _latest(store), take)
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
