"""The `labebpf` door: thin, each command calls one room."""

from __future__ import annotations

import sys

import click

from grader.cli import authoring, desk, grading, machines
from grader.errors import LabebpfError
from grader.speech import Group, note, said, settle
from grader.text import clean

COMMANDS = [
    *(grading.grade, grading.report),
    *(desk.list_labs, desk.hint, desk.watch, desk.reset, desk.shell, desk.run_script),
    *(machines.doctor, machines.image),
    *(authoring.new_lab, authoring.stubs, authoring.words, authoring.prove, authoring.test),
]


@click.group(cls=Group, commands=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
def labebpf() -> None:
    """eBPF labs that grade themselves, on a real kernel."""


def main() -> None:
    """Run the command line; errors of ours become two sentences and an exit status."""
    settle(sys.argv[1:], labebpf)
    try:
        labebpf(prog_name="labebpf")
    except LabebpfError as error:
        if log := clean(getattr(error, "log", "")):
            from rich.text import Text

            from grader import screen

            screen.console(stderr=True).print(Text(log, style="dim"), soft_wrap=True)
        note(f"{said(error.what)} {said(error.remedy)}".strip())
        sys.exit(error.exit_status)
