"""What is judged by the host's pytest, where, and what a person is shown.

What judging itself takes of pytest is in grader.runner.judging, which a virtual machine has too.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.base.atomic_write import give_back
from grader.base.errors import InfraError, UsageError
from grader.base.messages import say, translate
from grader.runner.ahead import TAKEN
from grader.runner.kernel_choice import choose, likely_needs, parse
from grader.runner.progress import Progress
from grader.runner.session import CHECK_SECONDS, SESSION, GradingSession

if TYPE_CHECKING:
    from grader.vm.remote_grading import GradeRequest


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(
    module_path: Path, parent: pytest.Collector
) -> pytest.Collector | None:
    """Give the checks of a followed lab node ids as if they lay in the course's exercises/."""
    grading = parent.config.stash[SESSION]
    lab = grading.labs.get(module_path.parent.name)
    if lab is None or module_path.parent != lab.folder or grading.course.owns(lab):
        return None
    name = f"{grading.course.exercises.name}/{lab.name}/{module_path.name}"
    made: pytest.Module = pytest.Module.from_parent(parent, path=module_path, nodeid=name)
    return made


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Decide where the checks will be judged, now that they are known and in order."""
    grading = session.config.stash[SESSION]
    if grading.rubrics and not session.config.option.collectonly:
        try:
            _take_place(grading, [item for item in session.items if grading.of(item)])
        except UsageError as error:
            raise pytest.UsageError(str(error)) from error


def _take_place(grading: GradingSession, items: Sequence[pytest.Item]) -> None:
    """Let a virtual machine judge `items`, all checks of labs, if the options or needs ask for one.

    Raises UsageError.
    """
    config = grading.config
    needs = {need for name in grading.rubrics for need in grading.labs[name].needs}
    wishes = {
        need for name in grading.rubrics for t in grading.labs[name].tasks for need in t.kernel
    }
    for lab in map(grading.labs.__getitem__, grading.rubrics):
        files = grading.submission(lab).files
        names = {lab.script, *(name for name in lab.edits if name.endswith(".c"))}
        wishes |= likely_needs(files[name] for name in names if name in files)
    wanted = parse(config.getoption("--kernel"))
    untrusted = config.getoption("--untrusted")
    try:
        version = choose(wanted, needs, wishes, untrusted=untrusted)
    except InfraError as error:
        grading.refuse(error)
        return
    if version is None:
        if untrusted and wanted == "auto":
            grading.tell_person(
                say(
                    "No virtual machine is ready here: what was handed in runs in this machine's"
                    " own kernel. For the next time: ./labebpf image build"
                )
            )
        return
    if config.getoption("usepdb", False) or config.getoption("trace", False):
        raise pytest.UsageError(say("A debugger cannot look into a machine. Give --kernel native."))
    if taken := config.stash.get(TAKEN, None):
        del config.stash[TAKEN]
        taken.close()
    for item in items:
        # The machine has limits of its own, and may have to be made first.
        item.add_marker(pytest.mark.timeout(0), append=False)
    from grader.runner.remote import RemoteRun  # Takes a while, and no native grading needs it.

    grading.remote = RemoteRun(version, _request(grading, items), grading.tell_person)


def _request(grading: GradingSession, items: Sequence[pytest.Item]) -> GradeRequest:
    """Return what a machine has to know to judge `items`.

    Raises UsageError for files that are too large for it.
    """
    from grader.runner.remote import files_below, guest_id
    from grader.vm.remote_grading import GradeRequest

    names = sorted(grading.rubrics)
    submissions = {name: grading.submission(grading.labs[name]) for name in names}
    return GradeRequest(
        labs=files_below(grading.labs[name].folder for name in names),
        submission={
            f"{name}/{file}": data
            for name, submission in submissions.items()
            for file, data in submission.files.items()
        },
        folders=tuple(names),
        selected=tuple(guest_id(item) for item in items),
        time_scale=grading.scale,
        check_seconds=CHECK_SECONDS,
        lang=grading.lang,
        refused={
            name: {
                file: (translate(why.why, grading.lang), translate(why.remedy, grading.lang))
                for file, why in submission.refused.items()
            }
            for name, submission in submissions.items()
        },
        private=files_below(folder for name in names if (folder := grading.labs[name].private)),
        hides=grading.hides,
        profile=bool(grading.config.getoption("--profile")),
    )


@pytest.hookimpl(hookwrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Remember what this session settled, if it was about the student's own folder."""
    yield
    grading = session.config.stash[SESSION]
    if not grading.final or session.config.getoption("--untrusted"):
        return
    if grading.folder().resolve() == grading.course.exercises:
        for rubric in grading.rubrics.values():
            if verdicts := rubric.settled():
                Progress(grading.course.folder).record(
                    rubric.lab, verdicts, grading.submission(rubric.lab)
                )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: list[str]) -> None:
    """Refuse to share the checks of labs among processes, which would wait for each other."""
    grading = node.config.stash[SESSION]
    folders = {(node.config.rootpath / name.partition("::")[0]).resolve().parent for name in ids}
    if any(lab.folder in folders for lab in grading.labs.values()):
        why = say("Labs take turns on a kernel. Run their checks without -n.")
        pytest.exit(translate(why, grading.lang), pytest.ExitCode.USAGE_ERROR)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Give pytest's cache back to the user in whose checkout sudo wrote it."""
    cache: Any = getattr(config, "cache", None)
    if cache is not None:
        give_back(cache._cachedir)


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    grading = config.stash[SESSION]
    refused = exitstatus == pytest.ExitCode.USAGE_ERROR
    if not grading.rubrics or config.option.collectonly or refused:
        return
    from rich.console import Console  # Only now: collecting must be quick.

    from grader.report.terminal import render

    console = Console(
        file=terminalreporter._tw._file, force_terminal=terminalreporter.hasmarkup, highlight=False
    )
    render(console, grading.finish(), details=False)
    # At its end pytest collects garbage, again and again, to report what finalizers raise.
    gc.freeze()
