"""Commands about a course as a whole."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from grader.base.messages import say
from grader.cli import options
from grader.ui.localized_click import Command, Group, echo


@click.group(
    "course",
    cls=Group,
    help=say("Make a course of your own, and have labs of labebpf in it."),
)
def course() -> None:
    pass


@course.command(
    "new",
    cls=Command,
    help=say(
        "Make a course in the folder DIR, which is empty or not there yet.\n"
        "\n"
        "It has a command ./labebpf of its own, which keeps the labebpf that course.toml names."
    ),
)
@click.argument("folder", metavar=say("DIR"), type=click.Path(path_type=Path))
@click.option("--title", metavar=say("TEXT"), help=say("Its title (default: the folder's name)."))
@click.option(
    "--engine",
    metavar=say("WHAT"),
    help=say("A folder, a wheel, or what pip finds (default: the labebpf that runs now)."),
)
def new_course(folder: Path, title: str | None, engine: str | None) -> None:
    from grader.authoring import own_course

    if engine and os.path.exists(engine):
        engine = os.path.relpath(Path(engine).resolve(), folder.resolve())
    engine = engine or own_course.own_engine(folder)
    own_course.new_course(folder, title or folder.resolve().name, engine)
    made = f"{folder}/"
    echo(say("{path} written", path=made))
    command = f"cd {shlex.quote(str(folder))} && ./labebpf course add lab0"
    echo(say("Next: {command}", command=command))


@course.command(
    "add",
    cls=Command,
    help=say(
        "Have the labs named, which are labebpf's, in the course.\n"
        "\n"
        "They are followed: what is mended in labebpf is mended here. Their stubs are put into\n"
        "exercises. With --copy they become the course's own, to be changed."
    ),
)
@click.argument("labs", nargs=-1, required=True, metavar=say("LAB..."))
@click.option("--copy", is_flag=True, help=say("Copy them, with their solutions."))
def add(labs: tuple[str, ...], copy: bool) -> None:
    from grader.authoring import own_course

    course = options.course()
    for name in labs:
        own_course.refuse_lab(course, name)
    for name in labs:
        if copy:
            _copy(name)
        if own_course.follow(options.course(), name):
            echo(say("course.toml names {lab}.", lab=name))
        if not copy:
            _put_stubs(name)


def _copy(name: str) -> None:
    from grader.authoring.own_course import copy_lab

    course = options.course()
    before = copy_lab(course, name)
    for kind in ("exercises", "solutions"):
        made = f"{kind}/{name}/"
        echo(say("{path} written", path=made))
    for moved in before:
        echo(say("What was there is now {path}.", path=moved.relative_to(course.folder)))


def _put_stubs(name: str) -> None:
    """Put those stubs of a followed lab into exercises that are not there yet."""
    from grader.student.reset import put_back, stubs_to_put_back

    course = options.course()
    for stub in stubs_to_put_back(course, course.labs()[name], None):
        if not os.path.lexists(stub.path):
            put_back(stub)
            echo(say("{path} written", path=stub.path.relative_to(course.folder)))
