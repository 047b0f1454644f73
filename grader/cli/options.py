"""What several commands are given: labs, folders, a kernel, a time scale."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.base.errors import UsageError
from grader.base.messages import say
from grader.base.text import clean
from grader.labs import Course, Lab, Labs, find_course, load_course
from grader.submission.hand_in_files import root_of

if TYPE_CHECKING:
    from grader.vm.image_store import Image

kernel = click.option(
    "--kernel", metavar=say("K"), default="auto", help=say("auto, native or vm[:VERSION].")
)
time_scale = click.option(
    "--time-scale",
    metavar=say("FACTOR"),
    type=click.FloatRange(min=0.1),
    default=1.0,
    help=say("Stretch deadlines."),
)


def course() -> Course:
    """Load the course that --course names, else the one around this folder.

    Raises UsageError, CourseError.
    """
    given = click.get_current_context().find_root().params.get("course")
    return load_course(given) if given else find_course(Path.cwd())


def place(course: Course, lab: Lab) -> Path:
    """Return the folder of the student's files of `lab`. Raises UsageError if there is none yet."""
    folder = course.place(lab)
    if not folder.is_dir():
        raise UsageError(
            say("There are no files of {lab} to work on yet.", lab=lab.name),
            say("Put its stubs there: ./labebpf reset {lab}", lab=lab.name),
        )
    return folder


def choose(names: tuple[str, ...], labs: Labs) -> list[Lab]:
    """Return the labs that `names` name, by name or by folder; without any name, all labs.

    Raises UsageError for a name of no lab, CourseError for a lab whose manifest is broken.
    """
    labs.refuse_broken([Path(given).name for given in names] or labs.broken)
    chosen = {}
    for given in names:
        name, folder = Path(given).name, Path(given)
        if name not in labs:
            raise _no_lab(given, labs)
        if "/" in given and folder.is_dir() and folder.resolve() != labs[name].folder:
            raise _hand_in(given, name)
        chosen[name] = labs[name]
    return list((chosen or labs).values())


def _no_lab(given: str, labs: Labs) -> UsageError:
    """Return the error for a lab that there is not, with what was likely meant."""
    folder = Path(given)
    if folder.is_dir():
        edited = (
            name
            for name, lab in labs.items()
            if any(os.path.lexists(root_of(folder, name) / file) for file in lab.edits)
        )
        return _hand_in(given, next(edited, "LAB"))
    name = folder.name
    known = say("The labs are {names}.", names=", ".join((*labs, *labs.broken)))
    if meant := meant_lab(name, labs):
        known = say("Did you mean {name}?", name=meant)
    return UsageError(say("There is no lab named {name}.", name=clean(name)), known)


def meant_lab(given: str, labs: Iterable[str]) -> str | None:
    """Guess which of `labs` is meant by `given`, such as 3, lab03 or a misspelling; or None."""
    number = re.fullmatch(r"(?:lab|tp)?[ _-]?0*(\d+)", given, re.IGNORECASE)
    for name in labs:
        if name.lower() == given.lower() or (number and name == f"lab{number[1]}"):
            return name
    return next(iter(get_close_matches(given.lower(), labs, n=1, cutoff=0.8)), None)


def _hand_in(given: str, name: str) -> UsageError:
    return UsageError(
        say("{given} is not a lab, but may be a hand-in.", given=clean(given)),
        say(
            "To grade it, add --lab: ./labebpf grade {given} --lab {name}",
            given=clean(given),
            name=name,
        ),
    )


def choose_tasks(names: Sequence[str], labs: Labs) -> tuple[list[Lab], set[str]]:
    """Return the labs for `names` of labs and of tasks, such as 3.2, and the ids of chosen tasks.

    Where only labs are named, there are no ids. Raises UsageError and CourseError, as `choose`
    does.
    """
    homes = {task.id: lab.name for lab in labs.values() for task in lab.tasks}
    chosen = choose(tuple(homes.get(name, name) for name in names), labs)
    tasks = {name for name in names if name in homes}
    whole = tuple(name for name in names if name not in homes)
    if tasks and whole:
        tasks |= {task.id for lab in choose(whole, labs) for task in lab.tasks}
    return chosen, tasks


def submission_folder(course: Course, given: str | None) -> Path:
    if given is None:
        return course.exercises
    return folder_named("--submission", given, Path(), course.folder)


def folder_named(what: str, given: str, *bases: Path) -> Path:
    """Find the folder `given`, as seen from the first of `bases` that has one.

    Raises UsageError, which names the option `what`, where none has.
    """
    for base in bases:
        if (base / given).is_dir():
            return (base / given).resolve()
    if any((base / given).exists() for base in bases):
        raise UsageError(
            say("{given} is a file, not a folder.", given=clean(given)),
            say("Name the folder that the files lie in; unpack an archive first."),
        )
    raise UsageError(
        say("There is no folder {given}.", given=clean(given)),
        say("Give {what} one that exists.", what=what),
    )


def image_of(version: str) -> Image:
    """Return the image of Linux `version`; build it with a progress bar if there is none."""
    from grader.ui.console import Steps
    from grader.vm import image_store

    for image in image_store.built():
        if image.version == version:
            return image
    with Steps(f"Linux {version}") as progress:
        return image_store.build(version, progress)
