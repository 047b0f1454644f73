"""Commands of those who write labs."""

from __future__ import annotations

import functools
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ParamSpec

import click

from grader.authoring.new import (
    EXAMPLES,
    HOOKS,
    OUTPUTS,
    PACKET,
    calls,
    check_choices,
    fits,
    folders_of,
    new,
)
from grader.base.atomic_write import put
from grader.base.errors import CourseError, UsageError
from grader.base.messages import say
from grader.base.paths import CHECKOUT, ENGINE, language
from grader.cli import options
from grader.cli.copies import needs_solutions
from grader.labs import Course, Lab
from grader.ui.localized_click import Command, echo

Given = ParamSpec("Given")


def _exits_with_1(command: Callable[Given, None]) -> Callable[Given, None]:
    """Let `command`, which is asked what is wrong with the course, exit with 1 on CourseError."""

    @functools.wraps(command)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except CourseError as error:
            error.exit_status = 1
            raise

    return run


@click.command(
    cls=Command,
    help=say(
        "Make the stubs of the labs named (of all if none is) from their solutions.\n"
        "\n"
        "Marks in a solution say which of its lines the stub does not show: see "
        "docs/authoring.md.\n"
        "\n"
        "Exit status: 0 they are made, 1 a manifest or a mark is wrong (with --check also: a "
        "stub would\n"
        "change), 2 wrong usage."
    ),
)
@click.argument("labs", nargs=-1, metavar=say("[LAB]..."))
@click.option("--check", is_flag=True, help=say("Change nothing; exit 1 if a stub would change."))
@needs_solutions
@_exits_with_1
def stubs(labs: tuple[str, ...], check: bool) -> None:
    from grader.labs.stubs import drifted

    changed: dict[Path, str] = {}
    course = options.course()
    for lab in _own(course, labs):
        changed |= drifted(lab, lab.solutions)
    for path, text in changed.items():
        place = path.relative_to(course.folder)
        try:
            if not check:
                put(path, text.encode())
        except OSError as error:
            raise UsageError(
                say("{name} cannot be written: {error}.", name=place, error=error.strerror),
                say("Make it a file that you may write."),
            ) from error
        echo(say("{path} would change", path=place) if check else say("{path} written", path=place))
    if not changed:
        echo(say("Every stub is what its solution makes of it."))
    sys.exit(1 if check and changed else 0)


def _own(course: Course, names: tuple[str, ...]) -> list[Lab]:
    """Return the labs named, or all of the course's own if none is named. Raises UsageError."""
    labs = options.choose(names, course.labs())
    for lab in labs if names else ():
        if not course.owns(lab):
            raise UsageError(
                say("{lab} is a lab of labebpf, and its stubs come with it.", lab=lab.name),
                say("To change it, copy it: ./labebpf course add {lab} --copy", lab=lab.name),
            )
    return [lab for lab in labs if course.owns(lab)]


def _refuse_wheel() -> None:
    """Raise UsageError where labebpf is a package, without the tests and sources of a checkout."""
    if not CHECKOUT:
        raise UsageError(
            say("This labebpf was installed as a package, which has no tests and no sources."),
            say("Run this in a checkout of labebpf."),
        )


@click.command(
    cls=Command,
    help=say(
        "Renew the catalogue of translations, after sentences were changed in checks or "
        "code.\n"
        "\n"
        "Exit status: 0 every sentence has one, 1 some have none yet."
    ),
)
@needs_solutions
def words() -> None:
    from grader.authoring.translations import renewed

    _refuse_wheel()
    files, missing = renewed("fr", ENGINE)
    for path, data in files.items():
        if path.read_bytes() != data:
            path.write_bytes(data)
            echo(say("{path} written", path=path.relative_to(ENGINE)))
    for sentence in missing:
        echo(say("No translation yet: {sentence}", sentence=sentence))
    if not missing:
        echo(say("Every sentence has a translation."))
    sys.exit(1 if missing else 0)


@click.command(
    "new",
    cls=Command,
    help=say(
        "Make LAB (lab20, say), a whole lab that works, to be changed into the one you want.\n"
        "\n"
        "What no option says is asked for. Then: ./labebpf prove LAB."
    ),
)
@click.argument("name", metavar=say("LAB"))
@click.option("--hook", type=click.Choice(HOOKS), help=say("Where its program runs."))
@click.option(
    "--output", type=click.Choice(list(OUTPUTS)), help=say("How its data leaves the kernel.")
)
@click.option(
    "--call", type=click.Choice([*EXAMPLES, *PACKET]), help=say("The call that it traces.")
)
@needs_solutions
def new_lab(name: str, hook: str | None, output: str | None, call: str | None) -> None:
    course = options.course()
    folders_of(name, course.folder)
    hook = hook or _ask(
        "hook",
        # Where none goes with both, the one that goes with the call says what is wrong.
        [one for one in HOOKS if fits(one, output, call)]
        or [one for one in HOOKS if fits(one, None, call)],
    )
    check_choices(hook, output, call)
    output = output or _ask("output", [one for one in OUTPUTS if fits(hook, one, call)])
    call = call or _ask("call", list(calls(hook)))
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            # As for Ctrl-C: what is half made goes.
            signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    for folder in new(name, hook, output, call, course.folder):
        made = f"{folder.relative_to(course.folder)}/"
        echo(say("{path} written", path=made))
    command = f"sudo ./labebpf prove {name}"
    echo(say("Next: {command}", command=command))


def _ask(option: str, choices: Sequence[str]) -> str:
    """Ask a person at the terminal for one of `choices`, unless there is only one.

    Raises UsageError where standard input is no terminal.
    """
    if len(choices) == 1:
        return choices[0]
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            say("--{option} is missing.", option=option),
            say("Give one of {names}.", names=", ".join(choices)),
        )
    return str(click.prompt(option, type=click.Choice(choices)))


@click.command(
    cls=Command,
    help=say(
        "Prove that the labs named judge rightly: stub, solution, known answers and mutants.\n"
        "\n"
        "Exit status: 0 all of it is proved, 1 something is wrong, 2 wrong usage, 3 there is "
        "no kernel\n"
        "to prove it on."
    ),
)
@click.argument("labs", nargs=-1, required=True, metavar=say("LAB..."))
@click.option(
    "--rounds",
    metavar=say("N"),
    type=click.IntRange(min=0),
    default=10,
    help=say("Rounds of the solution beside busy CPUs."),
)
@options.kernel
@options.time_scale
@needs_solutions
@_exits_with_1
def prove(labs: tuple[str, ...], rounds: int, kernel: str, time_scale: float) -> None:
    from rich.text import Text

    from grader.authoring.prove import Prover
    from grader.authoring.prove_report import show_outcomes, show_step
    from grader.runner.kernel_choice import parse
    from grader.ui.console import Steps, open_console

    kernel = parse(kernel)
    console = open_console()
    wrong = False
    course = options.course()
    for lab in options.choose(labs, course.labs()):
        console.print(Text(f"{lab.name}  {lab.title.get(language())}", style="bold"))
        with Steps(lab.name, transient=True) as progress:
            prover = Prover(course, lab, progress, kernel=kernel, time_scale=time_scale)
            for step in prover.prove(rounds):
                wrong |= bool(step.problems)
                with progress.away():
                    show_step(console, step)
        if prover.outcomes:
            show_outcomes(console, prover.outcomes)
    sys.exit(1 if wrong else 0)


@click.command(
    cls=Command,
    context_settings={"ignore_unknown_options": True},
    help=say("Run this project's own tests; further arguments go to pytest."),
)
@click.option(
    "--quick", is_flag=True, help=say("Only what takes a minute: no browser, no machine.")
)
@click.option(
    "--all",
    "whole",
    is_flag=True,
    help=say("All known answers, attacks and broken programs, and not a part that differs."),
)
@click.argument("arguments", nargs=-1, metavar=say("[PYTEST-ARGUMENTS]..."))
@needs_solutions
def test(quick: bool, whole: bool, arguments: tuple[str, ...]) -> None:
    import os
    import secrets
    import subprocess

    _refuse_wheel()
    environment = dict(os.environ)
    if not whole and not arguments:
        environment.setdefault("LABEBPF_SAMPLE", secrets.token_hex(4))
    share = ("--dist", "loadscope")
    slowest = "--durations=20"
    # Those that need no kernel make directories all the time, which those on this kernel would see.
    runs = [
        ("-n", "3", *share, slowest, "tests/unit"),
        ("-n", "2", *share, slowest, "tests/kernel", "tests/vm"),
    ]
    if quick:
        chosen = ["-n", "2", *share, "-m", "not slow", "tests/unit"]
        if os.geteuid() == 0:
            chosen.append("tests/kernel/test_steady.py::test_the_solutions_get_all_points[quiet]")
        runs = [(*chosen, *arguments)]
    elif arguments:
        runs = [arguments]
    command = [sys.executable, "-m", "pytest", "-rsfE"]
    ended = [
        subprocess.run([*command, *run], cwd=ENGINE, env=environment, check=False).returncode
        for run in runs
    ]
    sys.exit(next(filter(None, ended), 0))
