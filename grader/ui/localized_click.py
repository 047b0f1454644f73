"""Translate the command line: our own sentences, and click's.

Click looks its words up with gettext, in the catalogue and the language of the whole process. So
the language is set once, before click reads any argument: its error messages are translated too.
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
    """A command with the option --lang, whose value `set_language` has read already."""

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
    """A group of commands with the option --lang."""

    command_class = Command
    group_class = type


def set_language(arguments: Sequence[str], command: click.Command) -> None:
    """Let this process, and those that it starts, speak the language that `arguments` ask for.

    --lang names the language; otherwise `language` finds it. The help of `command`, and of all
    commands below it, is translated in place.
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
    """Return `text` in the language of this process."""
    return translate(text, language())


def echo(text: Message, *, err: bool = False) -> None:
    """Print a line for the person at the terminal."""
    click.echo(said(text), err=err)


def tell(text: Message) -> None:
    """Print sentences; on a terminal, break lines between words."""
    told = said(text)
    if sys.stdout.isatty():
        told = click.wrap_text(told, shutil.get_terminal_size().columns)
    click.echo(told)


def note(text: Message) -> None:
    """Print a sentence to standard error, beside what a command prints."""
    click.echo(f"labebpf: {said(text)}", err=True)


def agreed(question: Message) -> bool:
    """Ask the person `question`, and tell whether the answer is yes.

    Without anybody to answer it is no. Raises click.Abort on Ctrl-C.
    """
    choices = said(say("y/N"))
    suffix = f" [{choices}]: "
    try:
        answer = click.prompt(said(question), default="", show_default=False, prompt_suffix=suffix)
    except click.Abort as error:
        if isinstance(error.__context__, EOFError):
            return False
        raise
    return str(answer).strip().lower()[:1] in {"y", choices[0]}
