"""The command `labebpf`: thin, what a subcommand does is in other packages."""

from __future__ import annotations

import errno
import os
import select
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import click

from grader.base.errors import AbortedError, InfraError, LabebpfError
from grader.base.messages import Message, say
from grader.base.paths import ENGINE, open_standard_streams
from grader.base.text import clean
from grader.cli import (
    author,
    class_commands,
    cluster,
    copies,
    course_commands,
    grade,
    machines,
    study,
)
from grader.copies.recovery import finish_interrupted
from grader.ui.localized_click import Group, note, said, set_language

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)

COMMANDS = [
    *(grade.grade, grade.report),
    *(study.list_labs, study.hint, study.watch, study.reset, study.shell, study.run_script),
    *(machines.doctor, machines.image),
    *(author.new_lab, author.stubs, author.words, author.prove, author.test),
    course_commands.course,
    *(class_commands.class_, cluster.scheduler, cluster.worker),
    *(copies.publish, copies.update),
]


def _show_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from grader.base.version import grader_version

        grader = grader_version()
        known = grader["version"], grader["commit"] and f"({grader['commit']})"
        click.echo(" ".join(filter(None, ("labebpf", *known))))
        context.exit()


@click.group(
    cls=Group,
    commands=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=say("eBPF labs that grade themselves, on a real kernel."),
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help=say("Show the version and the commit."),
)
@click.option(
    "--course",
    metavar=say("DIR"),
    type=click.Path(path_type=Path),
    help=say("Folder of the course (default: the one around this folder)."),
)
def labebpf(course: Path | None) -> None:
    """Accept --course for all commands, which read it through `options.course`."""


def main() -> None:
    """Run the command line; whatever ends it early becomes a sentence and an exit status."""
    open_standard_streams()
    arguments = sys.argv[1:] or ["--help"]
    set_language(arguments, labebpf)
    sys.exit(_written(lambda: _run(arguments)))


def _run(arguments: list[str]) -> int:
    """Run the command in `arguments`, print what it has to say, and return its exit status."""
    try:
        try:
            finish_interrupted(ENGINE, [str(ENGINE / "labebpf"), *arguments])
            # Not main(): click's takes a pipe that nobody reads for a failure of the command.
            with labebpf.make_context("labebpf", arguments) as context:
                labebpf.invoke(context)
            status = 0
        except SystemExit as ended:
            status = int(ended.code or 0)
        except click.exceptions.Exit as ended:
            status = ended.exit_code
        sys.stdout.flush()
        return status
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return _tell(AbortedError(say("Interrupted by Ctrl-C.")))
    except LabebpfError as error:
        return _tell(error)


def _tell(error: LabebpfError) -> int:
    """Print what a person reads of `error`; return its exit status."""
    if log := clean(getattr(error, "log", "")):
        from rich.text import Text

        from grader.ui.console import open_console

        open_console(stderr=True).print(Text(log, style="dim"), soft_wrap=True)
    note(Message(f"{said(error.what)} {said(error.remedy)}".strip()))
    return error.exit_status


def _written(run: Callable[[], int]) -> int:
    """Call `run`; return its exit status, or another one where its output reaches nobody."""
    try:
        return run()
    except OSError as error:
        if isinstance(error, BrokenPipeError) and _unread():
            status = 128 + signal.SIGPIPE  # As of any command whose reader ends first.
        elif error.errno in _NO_ROOM and error.filename is None:
            note(say("What is printed cannot be written: {why}.", why=os.strerror(error.errno)))
            status = InfraError.exit_status
        else:
            raise
    # What is still to be written would fail once more at the end of this process.
    null = os.open(os.devnull, os.O_WRONLY)
    for standard in (1, 2):
        os.dup2(null, standard)
    return status


def _unread() -> bool:
    """Tell whether standard output or error is a pipe that nobody reads any more."""
    poll = select.poll()
    for standard in (1, 2):
        poll.register(standard, 0)
    return any(event & select.POLLERR for _, event in poll.poll(0))
