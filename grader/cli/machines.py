"""Commands about kernels: what this machine can do, and the images of virtual ones."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.base.errors import InfraError, UsageError
from grader.base.messages import Message, say
from grader.base.paths import ENGINE
from grader.cli import options
from grader.labs import Course
from grader.ui.localized_click import Command, Group, echo, said

if TYPE_CHECKING:
    from rich.console import Console

    from grader.kernel.probe import Probe
    from grader.vm.image_store import Image


_NATIVE = ("privileges", "bpf", "headers", "tracefs", "open files", "bcc", "bpftool", "bwrap")
"""What grading on this machine's own kernel takes, whatever the lab."""
_SIGNS = {True: ("✓", "green"), False: ("✗", "red"), None: ("?", "yellow")}


@click.command(
    cls=Command,
    help=say(
        "Say what this machine can do, and for each gap the command that mends it.\n"
        "\n"
        "✓ is there, ✗ is not, ? cannot be told. As root it mounts tracefs and debugfs where "
        "they are\n"
        "missing.\n"
        "\n"
        "Exit status: 0 every task of the LABs (of all if none is named) can be judged here, "
        "2 wrong\n"
        "usage, 3 not all of them."
    ),
)
@click.argument("names", nargs=-1, metavar=say("[LAB]..."))
@click.option("--json", "as_json", is_flag=True, help=say("Print JSON."))
def doctor(names: tuple[str, ...], as_json: bool) -> None:
    import json

    from grader.kernel.features import Features
    from grader.kernel.mounts import missing_mounts, mount
    from grader.kernel.probe import Probe
    from grader.runner.kernel_choice import place
    from grader.vm import doctor as vm_survey

    try:
        found = options.course().labs()
    except UsageError:  # What this machine can do is worth asking before there is a course.
        found = Course(ENGINE).labs()
    chosen = options.choose(names, found) if names else list(found.values())
    mounted = []
    if os.geteuid() == 0:
        for kind, path in missing_mounts():
            with suppress(InfraError):  # Below it says what is missing, and the rest.
                mount(kind, path)
                mounted.append(say("{kind} at {path}", kind=kind, path=path))
    features = Features()
    survey = features.survey()
    machines = vm_survey.survey()
    labs = {
        lab.name: [
            features.offers(need)
            for need in dict.fromkeys((*lab.needs, *(k for task in lab.tasks for k in task.kernel)))
        ]
        for lab in chosen
    }
    native = [probe for name in _NATIVE for probe in survey if probe.name == name]
    places = [place(name, native, needs, machines) for name, needs in labs.items()]
    for name, error in () if names else found.broken.items():
        places.append(Probe(name, False, error.what, error.remedy))
    if as_json:
        record = {
            "release": os.uname().release,
            "mounted_now": mounted,
            "machine": [vars(probe) for probe in survey],
            "virtual": [vars(probe) for probe in machines],
            "labs": {name: [vars(probe) for probe in needs] for name, needs in labs.items()},
            "grading": [vars(probe) for probe in places],
        }
        click.echo(json.dumps(record, indent=1))
    else:
        _print_doctor(survey, machines, labs, places, mounted)
    sys.exit(0 if all(probe.ok for probe in places) else InfraError.exit_status)


def _print_doctor(
    survey: list[Probe],
    machines: list[Probe],
    labs: dict[str, list[Probe]],
    places: list[Probe],
    mounted: Sequence[str],
) -> None:
    from rich.text import Text

    from grader.ui.console import open_console

    console = open_console()
    for line in mounted:
        console.print(Text(said(say("Mounted {what}.", what=line))))
    here = say("This machine, Linux {release}", release=os.uname().release)
    _print_probes(console, here, survey)
    _print_probes(console, say("Virtual machines"), machines)
    for name, needs in labs.items():
        needed = say("What {name} needs of this machine's kernel", name=name)
        _print_probes(console, needed, needs)
    _print_probes(console, say("Where all of a lab can be graded"), places)


def _print_probes(console: Console, title: Message, probes: list[Probe]) -> None:
    """Print a row for each probe, and below a gap what closes it, unfolded, to be copied."""
    from rich.text import Text

    if not probes:
        return
    console.print(Text(said(title), style="bold"))
    width = max(len(probe.name) for probe in probes)
    for probe in probes:
        sign, style = _SIGNS[probe.ok]
        line = Text(f"  {sign} ", style=style)
        console.print(
            line.append(f"{probe.name:{width}}  {said(probe.detail)}", "default"),
            soft_wrap=True,
        )
        if probe.remedy and not probe.ok:
            console.print(Text(f"    {'':{width}}  {said(probe.remedy)}"), soft_wrap=True)


@click.group(
    cls=Group, help=say("Kernels to grade on: build, list and hand out what their machines boot.")
)
def image() -> None:
    pass


@image.command(
    "build",
    help=say(
        "Build the image of Linux VERSION (default: the first of `image list`), once.\n"
        "\n"
        "LABEBPF_MIRROR names another mirror of Debian than deb.debian.org."
    ),
)
@click.argument("version", required=False, metavar=say("[VERSION]"))
def image_build(version: str | None) -> None:
    from grader.vm import image_store

    echo(_made(options.image_of(version or image_store.versions()[0])))


@image.command("list", help=say("List the images that are built, and those that could be."))
def image_list() -> None:
    from rich.table import Table

    from grader.ui.console import open_console
    from grader.vm import image_store

    there = {made.version: made for made in image_store.built()}
    heads = (
        said(say("version")),
        said(say("release")),
        said(say("size")),
        said(say("built")),
        "id",
    )
    table = Table(*heads, box=None, pad_edge=False)
    for version in image_store.versions():
        made = there.get(version)
        if made:
            when = made.made.replace("T", " ")[:16]
            table.add_row(version, made.release, _size(made.size), when, made.id)
        else:
            table.add_row(version, said(say("not built")))
    open_console().print(table)
    if len(there) < table.row_count:
        echo(say("Build one: ./labebpf image build VERSION"))


@image.command("remove", help=say("Remove the image of Linux VERSION."))
@click.argument("version", metavar=say("VERSION"))
def image_remove(version: str) -> None:
    from grader.vm import image_store

    image_store.remove(version)


@image.command(
    "export",
    help=say("Write the image of Linux VERSION to FILE, to be imported on another machine."),
)
@click.argument("version", metavar=say("VERSION"))
@click.argument("file", metavar=say("FILE"), type=click.Path(path_type=Path))
def image_export(version: str, file: Path) -> None:
    from grader.vm import image_store

    image_store.export(version, file)
    echo(
        say(
            "{file} holds Linux {version}. On the other machine: ./labebpf image import {name}",
            file=file,
            version=version,
            name=file.name,
        )
    )


@image.command("import", help=say("Take an image from FILE, which `image export` wrote."))
@click.argument("file", metavar=say("FILE"), type=click.Path(path_type=Path))
def image_import(file: Path) -> None:
    from grader.vm import image_store

    made = image_store.import_(file)
    echo(_made(made))


def _made(image: Image) -> Message:
    return say(
        "Linux {release} is in {folder}, {size}.",
        release=image.release,
        folder=image.folder,
        size=_size(image.size),
    )


def _size(size: int) -> str:
    return f"{size / 1e6:.0f} MB"
