"""What several commands are given: labs, folders, a kernel, a time scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.course import Lab
from grader.errors import UsageError
from grader.surroundings import ROOT
from grader.words import say

if TYPE_CHECKING:
    from grader.kernel.vm.images import Image

kernel = click.option("--kernel", metavar="K", default="auto", help="auto, native or vm[:VERSION].")
time_scale = click.option(
    "--time-scale",
    metavar="FACTOR",
    type=click.FloatRange(min=0.1),
    default=1.0,
    help="Stretch deadlines.",
)


def choose(names: tuple[str, ...], labs: Mapping[str, Lab]) -> list[Lab]:
    """The labs of these names, or folders of exercises/; all of them if none is named."""
    chosen = {}
    for given in names:
        name, folder = Path(given).name, Path(given)
        if name not in labs:
            raise UsageError(
                say("There is no {name}.", name=name),
                say("The labs are {names}.", names=", ".join(labs)),
            )
        if "/" in given and folder.is_dir() and folder.resolve() != labs[name].folder:
            raise UsageError(
                say("{given} is no lab, but may be a hand-in.", given=given),
                say(
                    "To grade it: ./labebpf grade {given} --lab {name}",
                    given=given,
                    name=name,
                ),
            )
        chosen[name] = labs[name]
    return list((chosen or labs).values())


def choose_tasks(names: Sequence[str], labs: Mapping[str, Lab]) -> tuple[list[Lab], set[str]]:
    """The labs to grade for `names` of labs and of tasks, such as 3.2, and the ids of their tasks
    that are chosen; none where whole labs are."""
    homes = {task.id: lab.name for lab in labs.values() for task in lab.tasks}
    chosen = choose(tuple(homes.get(name, name) for name in names), labs)
    tasks = {name for name in names if name in homes}
    whole = tuple(name for name in names if name not in homes)
    if tasks and whole:
        tasks |= {task.id for lab in choose(whole, labs) for task in lab.tasks}
    return chosen, tasks


def submission_folder(given: str | None) -> Path:
    return (
        ROOT / "exercises" if given is None else folder_named("--submission", given, Path(), ROOT)
    )


def folder_named(what: str, given: str, *bases: Path) -> Path:
    """The folder that `what` names, from one of `bases`. Raises UsageError."""
    for base in bases:
        if (base / given).is_dir():
            return (base / given).resolve()
    raise UsageError(
        say("There is no folder {given}.", given=given),
        say("Give {what} one that exists.", what=what),
    )


def image_of(version: str) -> Image:
    """The image of Linux `version`, built if need be, with a bar for that."""
    from grader import screen
    from grader.kernel.vm import images

    for image in images.built():
        if image.version == version:
            return image
    with screen.Steps(f"Linux {version}") as progress:
        return images.build(version, progress)
