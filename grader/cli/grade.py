"""Commands that grade, and hand verdicts to others."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.base.errors import AbortedError, InfraError, UsageError
from grader.base.messages import say
from grader.base.paths import language
from grader.base.text import clean
from grader.cli import files, hand_in, options
from grader.labs import Course, Lab, Labs, add_private
from grader.ui.localized_click import Command

if TYPE_CHECKING:
    from grader.verdict.record import Result


@click.command(
    cls=Command,
    help=say(
        "Grade the labs named (all of them if none is), or with --lab what somebody handed "
        "in as DIR.\n"
        "\n"
        "TASK is one of a lab's, such as 3.2: it is graded alone. --lab takes one too, and "
        "may be\n"
        "repeated. For a hand-in --kernel auto prefers a virtual machine.\n"
        "\n"
        "With --kernel all, on every image that is built; the DIR of --out then has a folder "
        "for each.\n"
        "\n"
        "Exit status: 0 all points of what was named, 1 not all, 2 wrong usage, 3 the "
        "machine could not\n"
        "judge it all, 130 interrupted."
    ),
)
@click.argument("names", nargs=-1, metavar=say("LAB... | TASK... | DIR"))
@click.option(
    "--lab", "of", multiple=True, metavar=say("LAB"), help=say("Grade the hand-in DIR for LAB.")
)
@click.option("--submission", metavar=say("DIR"), help=say("Folder to grade (default: exercises)."))
@click.option("--private", metavar=say("DIR"), help=say("Folder with private checks of the labs."))
@click.option("--reveal", is_flag=True, help=say("Show what private checks say."))
@click.option(
    "--kernel", metavar=say("K"), default="auto", help=say("auto, native, vm[:VERSION] or all.")
)
@click.option("--out", metavar=say("DIR"), help=say("Write result.json there."))
@click.option(
    "--html", metavar=say("FILE"), type=click.Path(path_type=Path), help=say("Write a page there.")
)
@click.option(
    "--profile",
    metavar=say("FILE"),
    type=click.Path(path_type=Path),
    help=say("Write there what it did when, for https://ui.perfetto.dev, and show a table."),
)
@options.time_scale
def grade(
    names: tuple[str, ...],
    of: tuple[str, ...],
    submission: str | None,
    private: str | None,
    reveal: bool,
    kernel: str,
    out: str | None,
    html: Path | None,
    profile: Path | None,
    time_scale: float,
) -> None:
    from grader.base.atomic_write import make_folder
    from grader.submission.hand_in_files import read_submission

    kernels = _kernels(kernel, {"--html": html, "--profile": profile})
    folders = [
        Path(out, each.removeprefix("vm:") if kernel == "all" else "") for each in kernels if out
    ]
    _forget_results(folders)
    course = options.course()
    own = course.labs()
    labs, flags, hidden = _private(own, private, reveal)
    chosen, tasks = options.choose_tasks(of or names, labs)
    submitted = hand_in.submitted(course, names, of, submission, chosen)
    flags += [f"--time-scale={time_scale}", f"--submission={submitted}"]
    flags += ["--untrusted"] if of else []
    # As they are now: while it is graded, the student may save a file.
    sources = {
        lab.name: read_submission(course.hand_in(submitted, lab), lab.name, lab.edits)
        for lab in (chosen if html else ())
    }
    if out:
        with files.writing(Path(out), "--out"):
            make_folder(Path(out))
    for file, option in ((html, "--html"), (profile, "--profile")):
        if file:
            files.check_file(file, option)
    if profile:
        flags.append(f"--profile={profile.resolve()}")
    shown = [own[lab.name] for lab in chosen]
    results = [_grade_on(course, each, chosen, shown, tasks, flags, hidden) for each in kernels]
    try:
        _write_results(folders, results)
        if html:
            from grader.report.html import html as page

            files.write(html, page(results[0], sources).encode(), "--html")
    finally:  # Whoever reads may stop reading, as head does; a disk may be full.
        _show(results, by_kernel=kernel == "all", next_step=not of and submission is None)
        if profile:
            _show_profile(profile)
    sys.exit(min((result.exit_status for result in results), key=(1, 3, 0).index))


def _kernels(kernel: str, single: Mapping[str, Path | None]) -> list[str]:
    """Return the kernels to grade on, in order. The options in `single` are for one kernel only.

    Raises UsageError for such an option with several kernels and for a kernel that there is not,
    InfraError where no image is built.
    """
    from grader.runner.kernel_choice import parse
    from grader.vm import image_store

    if kernel != "all":
        return [parse(kernel)]
    for option in (name for name, file in single.items() if file):
        raise UsageError(
            say("{option} is for one kernel.", option=option), say("Name it with --kernel.")
        )
    kernels = [f"vm:{image.version}" for image in image_store.built()]
    if not kernels:
        raise InfraError(say("There is no image to grade on."), say("Run: ./labebpf image build"))
    return kernels


def _forget_results(folders: Sequence[Path]) -> None:
    from grader.verdict.record import forget_result

    for folder in folders:
        with files.writing(folder, "--out"):
            forget_result(folder)


def _private(labs: Labs, private: str | None, reveal: bool) -> tuple[Labs, list[str], list[str]]:
    """Return the labs with their private tasks, and the plugin's options for these.

    The first list of options is for each grading. The second one is for a separate grading of
    private checks that nobody may read.
    """
    from grader.runner.private_checks import private_folder

    if private is None:
        return labs, [], []
    apart = private_folder(Path(private))
    labs = add_private(labs, apart, reveal=reveal)
    option = f"--private={apart}"
    return (labs, [option, "--reveal"], []) if reveal else (labs, [], [option])


def _grade_on(
    course: Course,
    kernel: str,
    labs: Sequence[Lab],
    shown: Sequence[Lab],
    tasks: Collection[str],
    flags: Sequence[str],
    hidden: Sequence[str],
) -> Result:
    """Grade `labs` on `kernel`; print what pytest printed if it left no result.

    `hidden` are the options of private checks. With them, only the verdicts on private tasks are of
    their grading: all else that is shown is from a grading of `shown`. Raises AbortedError.
    """
    from rich.text import Text

    from grader.runner import pytest_process
    from grader.ui.console import going_on, open_console

    lang = language()
    try:
        with going_on(f"{', '.join(lab.name for lab in labs)} ({kernel})") as tell:
            if hidden:
                result, log = pytest_process.grade_apart(
                    course, shown, labs, kernel, flags, hidden, lang, tell, tasks
                )
            else:
                result, log = pytest_process.grade(course, labs, kernel, flags, lang, tell, tasks)
    except KeyboardInterrupt:
        raise AbortedError(say("The grading was interrupted; there is no verdict.")) from None
    if log:
        open_console().print(Text(log))
    return result


def _write_results(folders: Sequence[Path], results: Sequence[Result]) -> None:
    from grader.verdict.record import write_result

    for folder, result in zip(folders, results, strict=bool(folders)):
        with files.writing(folder, "--out"):
            write_result(folder, result)


def _show(results: Sequence[Result], *, by_kernel: bool, next_step: bool) -> None:
    """Print the results, and with `next_step` what the student does next."""
    from grader.report.terminal import render, render_by_kernel
    from grader.student import overview
    from grader.ui.console import open_console

    console = open_console()
    if by_kernel:
        render_by_kernel(console, results)
        return
    render(console, results[0])
    if next_step:
        overview.show_next(console, results[0])


def _show_profile(path: Path) -> None:
    from grader.base.profile import read_chrome_trace
    from grader.report.profile_table import profile_table
    from grader.ui.console import open_console

    open_console().print(profile_table(read_chrome_trace(path.read_text(encoding="utf-8"))))


@click.command(
    cls=Command,
    help=say(
        "Render RESULT.json, which `grade --out DIR` wrote, for another system.\n"
        "\n"
        "It is in the language of the grading. The formats:\n"
        "\n"
        "\b\n"
        "  junit            JUnit XML, for GitLab, Jenkins and most other CI\n"
        "  actions          annotations of GitHub Actions\n"
        "  actions-summary  the summary of a job of GitHub Actions\n"
        "  classroom        for the reporter of GitHub Classroom\n"
        "  classroom50      result.json of Classroom 50\n"
        "  gradescope       results.json of Gradescope\n"
        "  moodle           a grading worksheet, filled in (--worksheet, --student)\n"
        "  csv              a row for each task\n"
        "  html             a page for people\n"
        "\n"
        "Exit status: 0 done, whatever the points, 2 wrong usage, 3 the format\n"
        "cannot express what could not be judged."
    ),
)
@click.argument("record", metavar=say("RESULT.json"), type=click.Path(path_type=Path))
@click.option(
    "--format", "name", metavar=say("NAME"), required=True, help=say("One of these formats.")
)
@click.option(
    "--out", metavar=say("FILE"), type=click.Path(path_type=Path), help=say("Write it there.")
)
@click.option(
    "--worksheet",
    metavar=say("FILE"),
    type=click.Path(path_type=Path),
    help=say("Moodle's worksheet, to be filled in."),
)
@click.option(
    "--student", metavar=say("ID"), help=say("Whose row to fill in: identifier or email address.")
)
def report(
    record: Path,
    name: str,
    out: Path | None,
    worksheet: Path | None,
    student: str | None,
) -> None:
    from grader.report import moodle
    from grader.report.formats import FORMATS
    from grader.verdict.record import Result

    if name not in (*FORMATS, "moodle"):
        known = ", ".join(sorted((*FORMATS, "moodle")))
        raise UsageError(
            say("There is no format {clean}.", clean=clean(name)),
            say("There are {names}.", names=known),
        )
    try:
        result = Result.from_json(files.read(record).decode())
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(
            say("{record} is not a result of labebpf.", record=record),
            say("Give a result.json that grade --out wrote."),
        ) from None
    if name == "moodle":
        if not worksheet or not student:
            raise UsageError(
                say("The format moodle fills in a worksheet."),
                say("Give --worksheet and --student."),
            )
        rendered = moodle.fill(result, files.read(worksheet), student)
    elif worksheet or student:
        raise UsageError(
            say("--worksheet and --student are for the format moodle."),
            say("Give --format moodle."),
        )
    else:
        rendered = FORMATS[name](result).encode()
    if not out:
        click.echo(rendered, nl=False)
        return
    files.write(out, rendered, "--out")
