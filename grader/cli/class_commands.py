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
from grader.cli import class_marks, class_options, cluster, files, options
from grader.cli.cluster import Where
from grader.labs import Course, Lab
from grader.ui.localized_click import Command, Group, echo, note, said

if TYPE_CHECKING:
    from grader.classroom.handin import HandIn
    from grader.classroom.marks import Mark
    from grader.classroom.roster import Student
    from grader.classroom.runs import Grading, Run, Setting
    from grader.classroom.store import Store

_PRIVATE = click.option(
    "--private",
    metavar=say("DIR"),
    type=click.Path(path_type=Path),
    help=say("Folder of private checks."),
)


@click.group("class", cls=Group, help=say("Grade a whole class's hand-ins."))
def class_() -> None:
    pass


for _command in (class_marks.diff, class_marks.apply, class_marks.report, class_marks.export):
    class_.add_command(_command)


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
        "Exit status: 0 every hand-in that could be read has a verdict, 1 some have none,\n"
        "2 wrong usage."
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
@cluster.where
@options.kernel
@_PRIVATE
@click.option("--format", metavar=say("NAME"), default="", help=say("How HANDINS was collected."))
@class_options.TAKE
@class_options.STATE
@options.time_scale
def grade_class(
    hand_ins: Path,
    of: str,
    roster: Path | None,
    where: Where,
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
    apart = private_folder(private) if private else None
    _warn_of_network(state)
    with (
        take_in(hand_ins, lab.name, lab.edits, format) as intake,
        Store.open(state, write=True) as store,
    ):
        register = Register(
            read_roster(files.read(roster), roster.name) if roster else store.roster()
        )
        read = [(register.student(each.owner), each) for each in intake.hand_ins()]
        owners = {student.id for student, _ in read}
        missing = sum(student.id not in owners for student in register.students)
        note(summary(intake, [each for _, each in read], missing))
        if take == "last":
            read = _last(read)
        kernel = _kernel(lab, kernel)
        setting = _setting(lab, apart, kernel, time_scale)
        before = store.last(lab.name)
        run = store.begin(setting, read, register.students)
        if before and before.id != run:
            _say_why(store, run, setting, before.setting)
        _grade(store, run, course, lab, kernel, apart, where)
        _conclude(store, run, take)


def _warn_of_network(state: Path) -> None:
    """Warn a person if `state` is on a network disk, which may lose what is kept there."""
    from grader.base.file_system import NETWORK, file_system

    if (type_ := file_system(state)) in NETWORK:
        note(
            say(
                "{state} is on a network disk ({type}), where a lock may not hold and what was "
                "kept may be lost. Better: --state with a folder on this machine's own disk.",
                state=state,
                type=type_,
            )
        )


def _setting(lab: Lab, private: Path | None, kernel: str, time_scale: float) -> Setting:
    from grader.classroom.runs import Setting
    from grader.classroom.setting import folder_hash, grader_hash, kernel_name

    return Setting(
        lab.name,
        folder_hash(lab.folder, lab.edits),
        grader_hash(),
        kernel_name(kernel),
        time_scale,
        language(),
        folder_hash(private) if private else "",
    )


def _kernel(lab: Lab, wanted: str) -> str:
    """Choose the kernel that all hand-ins are judged on; build its image if there is none yet."""
    from grader.classroom.setting import kernel_of

    kernel = kernel_of(lab, wanted)
    _, _, version = kernel.partition(":")
    if version:
        options.image_of(version)
    return kernel


def _grade(
    store: Store,
    run: int,
    course: Course,
    lab: Lab,
    kernel: str,
    private: Path | None,
    where: Where,
) -> None:
    from grader.classroom.grading import ClassGrading
    from grader.classroom.pool import Job
    from grader.ui.console import going_on

    (setting,) = (each.setting for each in store.runs() if each.id == run)

    def job(key: str, hashed: str) -> Job:
        return Job(key, store.files(hashed), lab.name, kernel, setting.time_scale, setting.lang)

    with (
        going_on(lab.name) as tell,
        cluster.pool(where, course, lab, private, kernel, note) as pool,
    ):
        ClassGrading(store, run, job, pool, lambda line: tell(said(line))).run()


def _say_why(store: Store, run: int, setting: Setting, before: Setting) -> None:
    """Say what has changed, so that hand-ins that have a verdict are graded again."""
    what = {
        "lab_hash": say("the lab"),
        "private_hash": say("the private checks"),
        "grader": say("labebpf"),
        "kernel": say("the kernel"),
        "time_scale": Message("--time-scale"),
        "lang": say("the language"),
    }
    changed = [said(what[name]) for name in setting.changes(before) if name in what]
    note(
        say(
            "New run {run}, because of a change in {changed}: {n} to grade.",
            run=run,
            changed=", ".join(changed),
            n=len(store.waiting(run)),
        )
    )


def _last(read: Sequence[tuple[Student, HandIn]]) -> list[tuple[Student, HandIn]]:
    """Keep only the last hand-in of each student."""
    attempts: dict[str, int] = {}
    for student, hand_in in read:
        attempts[student.id] = max(attempts.get(student.id, 0), hand_in.place.attempt)
    return [each for each in read if each[1].place.attempt == attempts[each[0].id]]


def _conclude(store: Store, run: int, take: str) -> None:
    """Print remarks and a summary of the marks; exit with 1 if a hand-in lacks a verdict."""
    from grader.classroom.marks import marks, summary

    rows = marks(store, run, take)
    for mark in rows:
        if line := _remark(mark):
            echo(line)
    echo(summary(rows))
    unmarked = any(mark.state in ("waiting", "unjudged", "gave_up") for mark in rows)
    sys.exit(1 if unmarked else 0)


def _remark(mark: Mark) -> Message:
    """Say what a person has to look at in `mark`; NO_MESSAGE where that is nothing."""
    from grader.classroom.marks import remark

    who = clean(mark.student.name or mark.student.id)
    if mark.state in ("graded", "missing", "waiting"):
        return NO_MESSAGE
    why = remark(mark)
    if mark.state == "unreadable":
        return say("{who}: {why}", who=who, why=why)
    return say("{who}: the machine came to no verdict on all of it", who=who)


@class_.command(
    "status", cls=Command, help=say("Show how far the grading of a class is, also from elsewhere.")
)
@class_options.TAKE
@class_options.STATE
def status(take: str, state: Path) -> None:
    from grader.classroom.marks import marks, summary
    from grader.classroom.runs import minute
    from grader.classroom.store import Store

    with Store.open(state, write=False) as store:
        runs = store.runs()
        if not runs:
            raise class_options.not_graded(store)
        for run in runs:
            echo(
                say(
                    "Run {run}: {lab}, begun {began}, ended {ended}{counts}",
                    run=run.id,
                    lab=run.setting.lab,
                    began=minute(run.started),
                    ended=minute(run.ended) or say("not yet"),
                    counts=say("; its marks count")
                    if run == store.counting(run.setting.lab)
                    else NO_MESSAGE,
                )
            )
        for lab in dict.fromkeys(run.setting.lab for run in runs):
            if last := store.last(lab):
                rows = summary(marks(store, last.id, take))
                echo(say("Run {run}: {what}", run=last.id, what=rows))


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
@click.option(
    "--only",
    metavar=say("WHAT=VALUE"),
    multiple=True,
    help=say("Grade only the hand-ins that match."),
)
@class_options.LAB
@cluster.where
@options.kernel
@_PRIVATE
@class_options.TAKE
@class_options.STATE
@options.time_scale
def regrade(
    only: tuple[str, ...],
    lab: str,
    where: Where,
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
        name = class_options.one_lab(store, lab)
        (taught,) = options.choose((name,), course.labs())
        base = store.last(name)
        assert base
        kernel = _kernel(taught, kernel)
        setting = _setting(taught, apart, kernel, time_scale)
        run = base.id  # What was interrupted goes on.
        if base.ended or base.setting != setting:
            run = store.again(base, setting, chosen(marks(store, base.id, take), only))
        note(say("Run {run}: {n} to grade.", run=run, n=len(store.waiting(run))))
        _grade(store, run, course, taught, kernel, apart, where)
        _conclude(store, run, take)


@class_.command(
    "history",
    cls=Command,
    help=say(
        "Show what was handed in by STUDENT, an id, address, number or name, and how each run\n"
        "judged it."
    ),
)
@click.argument("student", metavar=say("STUDENT"))
@class_options.STATE
def history(student: str, state: Path) -> None:
    from grader.classroom.store import Store

    with Store.open(state, write=False) as store:
        known = _one_student(store, student)
        for run in store.runs():
            counts = run == store.counting(run.setting.lab)
            for grading in store.gradings(run.id):
                if grading.student.id == known.id:
                    echo(_told(run, grading, counts=counts))


def _told(run: Run, grading: Grading, *, counts: bool) -> Message:
    """Return the verdict on one hand-in in one run, as a line."""
    from grader.classroom.marks import Mark, remark

    mark, result = Mark(grading.student, grading), grading.result
    parts = [
        said(
            say(
                "Run {run}, {lab}, hand-in {attempt}: {state}",
                run=run.id,
                lab=run.setting.lab,
                attempt=grading.attempt,
                state=mark.state_word,
            )
        ),
        f"{result.score}/{result.max_score}" if result else "",
        grading.received,
        said(say("unstable")) if grading.unstable else "",
        said(say("its marks count")) if counts else "",
        remark(mark),
    ]
    return Message("; ".join(filter(None, parts)))


def _one_student(store: Store, known: str) -> Student:
    """Find the student whose id, address, number or name is `known`. Raises UsageError."""
    from grader.classroom.roster import Register

    found = Register(store.students()).known_as(known)
    if len(found) != 1:
        raise UsageError(
            say("{student} matches {n} students.", n=len(found), student=clean(known)),
            say("Give the id of one: ./labebpf class export --for csv shows them."),
        )
    return found[0]


@class_.command(
    "forget",
    cls=Command,
    help=say("Remove all that is known of STUDENT: an id, address, number or name."),
)
@click.argument("student", metavar=say("STUDENT"))
@class_options.STATE
def forget(student: str, state: Path) -> None:
    from grader.classroom.store import Store

    with Store.open(state, write=True) as store:
        store.forget(_one_student(store, student).id)
    echo(say("Nothing is known of {student} any more.", student=clean(student)))
