"""Commands of the student's day."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from grader.base.errors import UsageError
from grader.base.messages import Message, say
from grader.base.paths import language
from grader.base.text import clean
from grader.cli import options
from grader.labs import Course, Lab, Task
from grader.ui.localized_click import Command, agreed, echo, note, said, tell

if TYPE_CHECKING:
    from grader.shell.client import ShellClient
    from grader.vm.image_store import Image


@click.command(
    "list",
    cls=Command,
    help=say(
        "List the labs (all if none is named) and their tasks, the points won, and what is next."
    ),
)
@click.argument("labs", nargs=-1, metavar=say("[LAB]..."))
def list_labs(labs: tuple[str, ...]) -> None:
    from grader.runner.progress import Progress
    from grader.student import overview
    from grader.ui.console import open_console

    course = options.course()
    found = course.labs()
    shown = options.choose(labs, found) if labs else found.values()
    overview.show(open_console(), course, shown, Progress(course.folder), language())
    for broken in () if labs else found.broken.values():
        note(Message(f"{said(broken.what)} {said(broken.remedy)}"))


@click.command(
    cls=Command,
    help=say(
        "Show a hint for TASK, such as 3.2: each time the next one, up to the last.\n"
        "\n"
        "Of a LAB it is for the first task that is still open."
    ),
)
@click.argument("name", metavar=say("TASK | LAB"))
@click.option(
    "--level", metavar=say("N"), type=click.IntRange(min=1), help=say("Which hint: 1, 2, ...")
)
def hint(name: str, level: int | None) -> None:
    from grader.runner.progress import Progress

    course = options.course()
    lab, task = _task(course, name)
    task_id = task.id
    last = len(task.hints)
    if level and level > last:
        raise UsageError(
            say("Task {task_id} has no hint {level}.", task_id=task_id, level=level),
            say("Its last one is {last}.", last=last),
        )
    shown, remembered = (level, False) if level else Progress(course.folder).next_hint(lab, task)
    click.echo(f"{task_id}  {task.title.get(language())}  ({shown}/{last})")
    tell(Message(task.hints[shown - 1].get(language())))
    if shown < last:
        more = "" if remembered else f" --level {shown + 1}"
        command = f"./labebpf hint {task_id}{more}"
        echo(say("More: {command}", command=command))


def _task(course: Course, name: str) -> tuple[Lab, Task]:
    """Find the task `name`, or the task to go on with in the lab `name`.

    Raises UsageError where there is none, CourseError where the lab's manifest is broken.
    """
    from grader.runner.progress import Progress

    labs = course.labs()
    labs.refuse_broken([name, f"lab{name.partition('.')[0]}"])
    if name in labs:
        lab = labs[name]
        if task := Progress(course.folder).of(lab).next(lab):
            return lab, task
        raise UsageError(
            say("Every task of {name} is passed.", name=name),
            say("For a hint all the same, name one: {names}.", names=_ids([lab])),
        )
    for lab in labs.values():
        for task in lab.tasks:
            if task.id == name:
                return lab, task
    known = say("The tasks are {names}.", names=_ids(labs.values()))
    if meant := options.meant_lab(name, labs):
        known = say("Did you mean {name}?", name=meant)
    raise UsageError(say("There is no task {task_id}.", task_id=clean(name)), known)


def _ids(labs: Iterable[Lab]) -> str:
    return ", ".join(task.id for lab in labs for task in lab.tasks)


@click.command(
    cls=Command,
    help=say(
        "Grade LAB now, and again whenever one of its files is saved. Ctrl-C ends it.\n"
        "\n"
        "What is saved during a grading is graded at once, and the older grading is given up."
    ),
)
@click.argument("lab", metavar=say("LAB"))
@click.option("--poll", is_flag=True, help=say("Poll the files; network drives need it."))
@options.kernel
@options.time_scale
def watch(lab: str, poll: bool, kernel: str, time_scale: float) -> None:
    from grader.runner.kernel_choice import parse
    from grader.student.watch import watch
    from grader.ui.console import open_console

    course = options.course()
    (chosen,) = options.choose((lab,), course.labs())
    options.place(course, chosen)
    flags = [f"--submission={course.exercises}", f"--time-scale={time_scale}"]
    watch(open_console(), course, chosen, parse(kernel), flags, language(), poll=poll)


@click.command(
    cls=Command,
    help=say(
        "Put the stubs of LAB back, or that of FILE alone, and begin the lab anew.\n"
        "\n"
        "What you have written is kept beside them, as counter.c.bak-TIME."
    ),
)
@click.argument("lab", metavar=say("LAB"))
@click.argument("file", required=False, metavar=say("[FILE]"))
@click.option("--yes", is_flag=True, help=say("Do not ask."))
def reset(lab: str, file: str | None, yes: bool) -> None:
    from grader.runner.progress import Progress
    from grader.student.reset import put_back, stubs_to_put_back

    course = options.course()
    (chosen,) = options.choose((lab,), course.labs())
    stubs = stubs_to_put_back(course, chosen, Path(file).name if file else None)
    for stub in stubs:
        path = stub.path.relative_to(course.folder)
        echo(say("{path} will become the stub {origin}.", path=path, origin=stub.origin))
    there = any(stub.path.exists() for stub in stubs)
    if there and not yes and not agreed(say("What is there now is kept beside it. Go on?")):
        echo(say("Nothing was changed."))
        sys.exit(1)
    for stub in stubs:
        backup = put_back(stub)
        if backup:
            now = say(
                "{file} is the stub again; your version is {backup}.",
                file=stub.path.name,
                backup=backup.name,
            )
        else:
            now = say("{file} is the stub again.", file=stub.path.name)
        echo(now)
    if not stubs:
        echo(say("The stub is already there."))
    Progress(course.folder).forget(chosen)


@click.command(
    cls=Command,
    help=say(
        "Open a terminal in a virtual machine with the files of LAB (all labs if none is "
        "named).\n"
        "\n"
        "There you are root, and BCC is ready. The same command in another terminal joins "
        "the same\n"
        "machine. When the last one closes, files changed in it come back. Commands can be "
        "piped in.\n"
        "\n"
        "Exit status: the shell's in the machine, 2 wrong usage, 3 there is no machine."
    ),
)
@click.argument("lab", required=False, metavar=say("[LAB]"))
@click.option(
    "--submission", metavar=say("DIR"), help=say("Folder to work on (default: exercises).")
)
@click.option("--kernel", metavar=say("K"), default="vm", help=say("vm or vm:VERSION."))
def shell(lab: str | None, submission: str | None, kernel: str) -> None:
    from grader.runner.kernel_choice import parse
    from grader.shell.client import LABS, open_shell
    from grader.vm import image_store

    course = options.course()
    labs = options.choose((lab,) if lab else (), course.labs())
    folder = options.submission_folder(course, submission)
    if parse(kernel) == "native":
        raise UsageError(
            say("A shell runs in a virtual machine."), say("Give --kernel vm or vm:VERSION.")
        )
    image = options.image_of(kernel.partition(":")[2] or image_store.versions()[0])
    terminal = open_shell(folder, labs, image)
    where = f"{LABS}/{labs[0].name}" if len(labs) == 1 else LABS
    first = say(
        "Linux {release} in a machine of its own. You are root, and BCC is ready.\n"
        "{where} has your files; changed ones come back when the last terminal closes.\n"
        "A second terminal: the same command in another window. The end: exit, or Ctrl-D.",
        release=image.release,
        where=where,
    )
    _carry(terminal, image, first)


@click.command(
    "run",
    cls=Command,
    help=say(
        "Run your script of LAB, live, on this terminal. Ctrl-C is the script's to end on.\n"
        "\n"
        "In a virtual machine it joins the one that `./labebpf shell LAB` has, or starts it; "
        "natively it\n"
        "needs root.\n"
        "\n"
        "Exit status: the script's, 2 wrong usage, 3 there is no kernel to run it on."
    ),
)
@click.argument("lab", metavar=say("LAB"))
@click.argument("arguments", metavar=say("[-- ARGUMENT...]"), nargs=-1)
@options.kernel
def run_script(lab: str, arguments: tuple[str, ...], kernel: str) -> None:
    from grader.runner.kernel_choice import choose, likely_needs, parse
    from grader.submission.hand_in_files import read_submission

    course = options.course()
    (chosen,) = options.choose((lab,), course.labs())
    if not chosen.script:
        raise UsageError(
            say("{name} has no script: its programs are graded as they are.", name=chosen.name),
            say("A machine to try them in: ./labebpf shell {name}", name=chosen.name),
        )
    if not (course.place(chosen) / chosen.script).is_file():
        raise UsageError(
            say("{name} has no {script}.", name=chosen.name, script=chosen.script),
            say(
                "To put the stub there: ./labebpf reset {name} {script}",
                name=chosen.name,
                script=chosen.script,
            ),
        )
    wishes = {need for task in chosen.tasks for need in task.kernel}
    names = (chosen.program, chosen.script)
    sources = read_submission(course.exercises, chosen.name, names).files
    wishes |= likely_needs(sources.values())
    version = choose(parse(kernel), chosen.needs, wishes)
    if version is None:
        from grader.student.run_live import become_script

        become_script(chosen, course.place(chosen), arguments)
    from grader.shell.client import open_shell

    image = options.image_of(version)
    terminal = open_shell(course.exercises, [chosen], image)
    first = say(
        "Linux {release} in a machine of its own runs {script}.\n"
        "A terminal beside it, in another window: ./labebpf shell {lab}",
        release=image.release,
        script=chosen.script,
        lab=chosen.name,
    )
    _carry(terminal, image, first, ["python3", chosen.script, *arguments])


def _carry(
    terminal: ShellClient, image: Image, first: Message, command: Sequence[str] = ()
) -> NoReturn:
    """Run `command`, or a shell, on this terminal, and exit with its status.

    `first` is said to a person whose terminal is the machine's first one.
    """
    from grader.ui.console import open_console

    try:
        starts = say("Starting Linux {release} ...", release=image.release)
        with open_console(stderr=True).status(said(starts)):
            terminal.wait()
        if terminal.interactive:
            joined = say("Another terminal of the machine that is already running.")
            echo(first if terminal.number == 1 else joined, err=True)
        for line in terminal.told if terminal.interactive or command else ():
            note(Message(line))
        status = terminal.run(command)
    finally:
        for line in terminal.report:
            note(Message(line))
    sys.exit(status)
