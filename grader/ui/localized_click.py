"""The command line in its reader's language: our own words, and click's.

Click looks its words up with gettext, in the catalogue and the language of the whole process. So
the language is settled once, before click reads anything: its complaints are in it too.
"""

from __future__ import annotations

import gettext
import os
import shutil
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import click

from grader.base.messages import (
    DOMAIN,
    LOCALE,
    Message,
    say,
    translate,
)
from grader.base.paths import language


class Command(click.Command):
    """A command with --lang. What it is worth was seen by `settle`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(
            click.Option(
                ["--lang"],
                type=click.Choice(["en", "fr"]),
                expose_value=False,
                help=say("Language to speak."),
            )
        )


class Group(Command, click.Group):
    """A group of such commands."""

    command_class = Command
    group_class = type


def settle(arguments: Sequence[str], command: click.Command) -> None:
    """Let this process, and those that it starts, speak the language that is asked for.

    That is what --lang says in `arguments`, or what `language` finds. `command` has its help said
    in it, with all its subcommands.
    """
    asked = [value for option, value in pairwise([*arguments, ""]) if option == "--lang"]
    asked += [each[len("--lang=") :] for each in arguments if each.startswith("--lang=")]
    lang = language(asked[-1] if asked else None)
    os.environ.update(LABEBPF_LANG=lang, LANGUAGE=lang)
    gettext.bindtextdomain(DOMAIN, str(LOCALE))
    gettext.textdomain(DOMAIN)
    _translate_help(command, lang)


def _translate_help(command: click.Command, lang: str) -> None:
    """Translate the help of `command` and of all below it. Click has made plain text of it."""

    def told(text: str | None) -> str | None:
        return translate(say(text), lang) if text else None

    command.help = told(command.help)
    for parameter in command.params:
        parameter.metavar = told(parameter.metavar)
        if isinstance(parameter, click.Option):
            parameter.help = told(parameter.help)
    if isinstance(command, click.Group):
        command.subcommand_metavar = translate(say("COMMAND [ARGS]..."), lang)
        for each in command.commands.values():
            _translate_help(each, lang)


def said(text: Message) -> str:
    """`text` in the language that is settled."""
    return translate(text, language())


def echo(text: Message, *, err: bool = False) -> None:
    """Print a line for the person at the terminal."""
    click.echo(said(text), err=err)


def tell(text: Message) -> None:
    """Print sentences, on a terminal with its lines broken between words."""
    told = said(text)
    if sys.stdout.isatty():
        told = click.wrap_text(told, shutil.get_terminal_size().columns)
    click.echo(told)


def note(text: Message) -> None:
    """Tell the person at the terminal something beside what a command prints."""
    click.echo(f"labebpf: {said(text)}", err=True)


def agreed(question: Message) -> bool:
    """Whether the person says yes; nobody to answer is a no. Raises click.Abort on Ctrl-C."""
    choices = said(say("y/N"))
    suffix = f" [{choices}]: "
    try:
        answer = click.prompt(said(question), default="", show_default=False, prompt_suffix=suffix)
    except click.Abort as error:
        if isinstance(error.__context__, EOFError):
            return False
        raise
    return str(answer).strip().lower()[:1] in {"y", choices[0]}
