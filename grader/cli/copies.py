"""Commands for students' copies: made by an instructor, brought up to date by a student."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import click

from grader.base.copy_manifest import STUBS, copy_at
from grader.base.errors import UsageError
from grader.base.messages import say
from grader.base.paths import ENGINE
from grader.base.text import clean
from grader.cli import options
from grader.ui.localized_click import Command, echo, note, said

if TYPE_CHECKING:
    from grader.authoring.leaks import Leak
    from grader.copies.changes import Changes
    from grader.copies.swap import Outcome
    from grader.labs import Labs

Given = ParamSpec("Given")
_SIGNS = {"added": "+", "changed": "~", "removed": "-"}


def needs_solutions(command: Callable[Given, None]) -> Callable[Given, None]:
    """Let `command`, which is for authors, raise UsageError in a students' copy."""

    @functools.wraps(command)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> None:
        if copy_at(ENGINE):
            raise UsageError(
                say("This is a students' copy: no solutions are in it, and this needs them."),
                say("Run it in the course that the copy was published from."),
            )
        command(*args, **kwargs)

    return run


@click.command(
    cls=Command,
    help=say(
        "Write the students' copy of the course, with the LABs named, to DIR.\n"
        "\n"
        "DIR is new, or empty, or has an earlier copy, and may be a git repository. Without a LAB "
        "the labs\n"
        "stay those of the earlier copy; a new one gets all. No solution gets into it: all files "
        "are\n"
        "searched, in the history of git too, and where one is found nothing is written.\n"
        "\n"
        "Exit status: 0 it is written, 1 a solution was found, or a lab is not in order, 2 wrong "
        "usage,\n"
        "3 it cannot be written."
    ),
)
@click.argument("folder", metavar=say("DIR"), type=click.Path(path_type=Path))
@click.argument("labs", nargs=-1, metavar=say("[LAB]..."))
@click.option(
    "--source",
    metavar=say("SOURCE"),
    help=say(
        "Where students get updates: a folder, an archive or a git repository (default: that of "
        "DIR)."
    ),
)
@needs_solutions
def publish(folder: Path, labs: tuple[str, ...], source: str | None) -> None:
    from grader.authoring.publish import LeakError, publish, target_of
    from grader.ui.console import open_console

    course = options.course()
    found = course.labs()
    target = target_of(folder, course)
    earlier = target.old.labs if target.old else ()
    named = options.choose(labs or _still(earlier, found), found)
    chosen = [lab for lab in found.values() if lab in named]
    with open_console(stderr=True).status("") as status:
        searching = said(say("Searching the copy for solutions ..."))
        try:
            done = publish(course, chosen, target, source, lambda: status.update(searching))
        except LeakError as error:
            status.stop()
            _show_leaks(error.leaks)
            raise
    _show_changes(done.changes, done.outcome, old=done.old is not None)
    names = ", ".join(lab.name for lab in chosen)
    echo(say("{folder} is a copy with {labs}.", folder=target.folder, labs=names))
    if others := ", ".join(lab.name for lab in found.values() if not labs and lab not in chosen):
        echo(
            say("Not in it: {labs}. To add a lab, name all that the copy is to have.", labs=others)
        )
    echo(say("Students get updates from {source}.", source=done.copy.manifest.source))


def _still(earlier: Sequence[str], labs: Labs) -> tuple[str, ...]:
    """Return the labs of an earlier copy that the course still has."""
    return tuple(name for name in earlier if name in labs or name in labs.broken)


def _show_leaks(leaks: Iterable[Leak]) -> None:
    for leak in leaks:
        if leak.resembles:
            note(
                say(
                    "{place}: {percent} % of {resembles} is in it.",
                    place=clean(leak.place),
                    percent=round(100 * leak.share),
                    resembles=leak.resembles,
                )
            )
        else:
            note(say("{place}: its contents cannot be searched.", place=clean(leak.place)))


@click.command(
    cls=Command,
    help=say(
        "Bring this students' copy up to date, from where it was published or from SOURCE.\n"
        "\n"
        "SOURCE is a folder, an archive or a git repository with a copy. What you have written "
        "stays as it\n"
        "is; where its stub is another now, the new one lies beside it.\n"
        "\n"
        "Exit status: 0 it is up to date, 2 wrong usage, 3 SOURCE is older or not whole, or it "
        "cannot be\n"
        "fetched or written. Then nothing has changed."
    ),
)
@click.argument("source", required=False, metavar=say("[SOURCE]"))
def update(source: str | None) -> None:
    from grader.student.update import update

    root = options.course().folder
    done = update(root, source)
    if not done.changes:
        echo(say("Nothing is new: this copy is of {when}.", when=done.old.published))
        return
    _show_changes(done.changes, done.outcome, old=True)
    for edit, beside in done.outcome.beside.items():
        click.echo()
        echo(
            say(
                "{file} has your work and stays as it is. Its stub is another now: {beside}",
                file=edit,
                beside=beside,
            )
        )
        click.echo(clean(done.diff(edit)))
    sys.stdout.flush()


def _show_changes(found: Changes, outcome: Outcome, *, old: bool) -> None:
    """Print which files changed if the copy is `old`, and in any case which files were kept."""
    if old:
        for kind, sign in _SIGNS.items():
            paths = getattr(found, kind)
            for path in (path for path in paths if not path.startswith((f"{STUBS}/", "grader/"))):
                click.echo(f"  {sign} {path}")
        engine = sum(
            path.startswith("grader/") for path in (*found.added, *found.changed, *found.removed)
        )
        if engine:
            count = said(say("files: {n}", n=engine))
            click.echo(f"  ~ grader/ ({count})")
        for edit in found.stubs:
            stub = said(say("stub"))
            click.echo(f"  ~ {outcome.beside.get(edit, edit)} ({stub})")
        if not found:
            echo(say("Nothing has changed since the last time."))
    for path in outcome.kept:
        note(say("A published file was changed here: what you wrote is kept as {path}.", path=path))
