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

_JOBS = click.option(
    "-j",
    "jobs",
    metavar=say("N"),
    type=click.IntRange(1),
    default=1,
    help=say("Grade so many at a time, in machines; natively it is one."),
)
_PRIVATE = click.option(
    "--private",
    metavar=say("DIR"),
    type=click.Path(path_type=Path),
    help=say("Folder of private checks."),
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
@_JOBS
@options.kernel
@_PRIVATE
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
    from grader.classroom.store import Store
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
    setting = _setting(lab, apart, kernel, time_scale)
    with Store.open(state, write=True) as store:
        before = store.last(lab.name)
        run = store.begin(setting, read, register.students)
        if before and before.id != run:
            _say_why(store, run, setting, before.setting)
        _grade(store, run, course, lab, setting, apart, jobs)
        _conclude(store, run, take)


def _setting(lab: Lab, private: Path | None, kernel: str, time_scale: float) -> Setting:
    from grader.classroom.setting import folder_hash, grader_hash
    from grader.classroom.store import Setting

    return Setting(
        lab.name,
        folder_hash(lab.folder, lab.edits),
        grader_hash(),
        kernel,
        time_scale,
        language(),
        folder_hash(private) if private else "",
    )


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
        for run in store.runs():
            echo(
                say(
                    "Run {run}: {lab}, begun {began}, ended {ended}{counts}",
                    run=run.id,
                    lab=run.setting.lab,
                    began=run.started,
                    ended=run.ended or say("not yet"),
                    counts=say("; its marks count")
                    if run == store.counting(run.setting.lab)
                    else NO_MESSAGE,
                )
            )
        for lab in dict.fromkeys(run.setting.lab for run in store.runs()):
            if last := store.last(lab):
                rows = summary(marks(store, last.id, take))
                echo(say("Run {run}: {what}", run=last.id, what=rows))


def _one_lab(store: Store, lab: str) -> str:
    """The lab that is meant: the one named, or the only one. Raises UsageError."""
    labs = list(dict.fromkeys(run.setting.lab for run in store.runs()))
    if lab in labs:
        return lab
    if not lab and len(labs) == 1:
        return labs[0]
    if not labs:
        raise UsageError(
            say("No class was graded yet in {folder}.", folder=store.folder),
            say("Grade one first: ./labebpf class grade HANDINS --lab LAB"),
        )
    raise UsageError(
        say("Which lab's marks? There are {labs}.", labs=", ".join(labs)),
        say("Give --lab one of them."),
    )


_LAB = click.option("--lab", metavar=say("LAB"), default="", help=say("Which lab's marks."))


@class_.command(
    "diff",
    cls=Command,
    help=say(
        "Show whose marks moved, and by which tasks, from run OLD to run NEW.\n"
        "\n"
        "They are the run whose marks count and the last one, if none is named."
    ),
)
@click.argument("runs", nargs=-1, metavar=say("[OLD NEW]"), type=int)
@_LAB
@_TAKE
@_STATE
def diff(runs: tuple[int, ...], lab: str, take: str, state: Path) -> None:
    from grader.classroom.compare import moves, summary
    from grader.classroom.marks import marks
    from grader.classroom.store import Store

    if len(runs) not in (0, 2):
        raise UsageError(say("Two runs are compared."), say("Write: ./labebpf class diff OLD NEW"))
    with Store.open(state, write=False) as store:
        name = _one_lab(store, lab)
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


@class_.command("apply", cls=Command, help=say("Let the marks of RUN count from now on."))
@click.argument("run", metavar=say("RUN"), type=int)
@_STATE
def apply(run: int, state: Path) -> None:
    from grader.classroom.store import Store

    with Store.open(state, write=True) as store:
        _known(store, run)
        store.apply(run)
    echo(say("The marks of run {run} count now.", run=run))


@class_.command(
    "regrade",
    cls=Command,
    help=say(
        "Grade what was handed in once more, in a run of its own: `diff` shows what moved,\n"
        "`apply` lets it count.\n"
        "\n"
        "--only student=ID, status=timeout, task=3.4 or cause=E23 chooses whose; the others\n"
        "keep the verdict that they have."
    ),
)
@click.option("--only", metavar=say("WHAT=VALUE"), multiple=True, help=say("Whose hand-ins."))
@_LAB
@_JOBS
@options.kernel
@_PRIVATE
@_TAKE
@_STATE
@options.time_scale
def regrade(
    only: tuple[str, ...],
    lab: str,
    jobs: int,
    kernel: str,
    private: Path | None,
    take: str,
    state: Path,
    time_scale: float,
) -> None:
    from grader.classroom.marks import chosen, marks
    from grader.classroom.store import Store
    from grader.runner.private_checks import private_folder

    course = options.course()
    apart = private_folder(private) if private else None
    with Store.open(state, write=True) as store:
        name = _one_lab(store, lab)
        (taught,) = options.choose((name,), course.labs())
        base = store.last(name)
        assert base
        setting = _setting(taught, apart, kernel, time_scale)
        run = base.id  # What was interrupted goes on.
        if base.ended or base.setting != setting:
            run = store.again(base, setting, chosen(marks(store, base.id, take), only))
        note(say("Run {run}: {n} to grade.", run=run, n=len(store.waiting(run))))
        _grade(store, run, course, taught, setting, apart, jobs)
        _conclude(store, run, take)


@class_.command(
    "forget",
    cls=Command,
    help=say("Remove all that is known of STUDENT: an id, an address or a number."),
)
@click.argument("student", metavar=say("STUDENT"))
@_STATE
def forget(student: str, state: Path) -> None:
    from grader.classroom.store import Store

    with Store.open(state, write=True) as store:
        known = [
            each.id
            for each in store.students()
            if student in (each.id, each.email, each.number) and student
        ]
        if len(known) != 1:
            raise UsageError(
                say("{n} students are {student}.", n=len(known), student=clean(student)),
                say("Give the id of one: ./labebpf class export --for csv shows them."),
            )
        store.forget(known[0])
    echo(say("Nothing is known of {student} any more.", student=clean(student)))


@class_.command(
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
@_LAB
@_TAKE
@_STATE
def report(out: Path, anonymous: bool, lab: str, take: str, state: Path) -> None:
    from grader.classroom.alike import pairs
    from grader.classroom.marks import marks
    from grader.classroom.page import page
    from grader.classroom.store import Store

    course = options.course()
    with Store.open(state, write=False) as store:
        run = store.counting(_one_lab(store, lab))
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


@class_.command(
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
@_LAB
@_TAKE
@_STATE
def export(
    system: str, worksheet: Path | None, out: Path | None, lab: str, take: str, state: Path
) -> None:
    from grader.classroom.marks import marks, table
    from grader.classroom.store import Store
    from grader.report import moodle

    with Store.open(state, write=False) as store:
        counting = store.counting(_one_lab(store, lab))
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
