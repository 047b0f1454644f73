"""What the commands for a class have in common: where it is kept, and which marks are meant."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.base.errors import UsageError
from grader.base.messages import say

if TYPE_CHECKING:
    from grader.classroom.store import Store

STATE = click.option(
    "--state",
    metavar=say("DIR"),
    type=click.Path(path_type=Path),
    default=Path("class-results"),
    help=say("Where all verdicts are kept (default: class-results in this folder)."),
)
TAKE = click.option(
    "--take",
    type=click.Choice(["last", "best"]),
    default="last",
    help=say("Which of several hand-ins of a student counts."),
)
LAB = click.option("--lab", metavar=say("LAB"), default="", help=say("The lab whose marks to use."))


def one_lab(store: Store, lab: str) -> str:
    """Return `lab`, or for "" the only lab that was graded. Raises UsageError."""
    labs = list(dict.fromkeys(run.setting.lab for run in store.runs()))
    if lab in labs:
        return lab
    if not lab and len(labs) == 1:
        return labs[0]
    if not labs:
        raise not_graded(store)
    raise UsageError(
        say("There are marks of several labs: {labs}.", labs=", ".join(labs)),
        say("Give --lab one of them."),
    )


def not_graded(store: Store) -> UsageError:
    return UsageError(
        say("No class was graded yet in {folder}.", folder=store.folder),
        say("Grade one first: ./labebpf class grade HANDINS --lab LAB"),
    )
