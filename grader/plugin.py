"""The pytest door: options, the `task` marker, the fixtures that checks use, and the verdicts.

Student code never runs in this process: fixtures hand out objects of grader.kernel.stage, which
talk to children in a sandbox.
"""

from __future__ import annotations

import argparse
import locale
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from grader.course import Lab, Task, find_labs
from grader.errors import CourseError, Infra, LabebpfError, PhaseTimeout, UsageError
from grader.kernel.choice import choose, parse
from grader.kernel.native import TAKEN, NativeKernel
from grader.kernel.stage import Stage
from grader.kernel.staged_program import StagedProgram
from grader.kernel.staged_script import StagedScript
from grader.kernel.vm.session import Order
from grader.replay import Replay, files_below, guest_id
from grader.submission.files import Submission, take
from grader.verdict.classify import finding_of
from grader.verdict.record import (
    BROKEN_OFF,
    NOT_SELECTED,
    Finding,
    LabResult,
    Result,
    Rubric,
    Status,
    write_result,
)

ROOT = Path(__file__).resolve().parent.parent
CHECK_SECONDS = 180
"""What a check may take before --time-scale; what it waits for has shorter limits of its own."""
_SESSION = pytest.StashKey["Grading"]()
_FINDING = pytest.StashKey[Finding]()


class Blocked(LabebpfError):
    """A task that this one needs did not pass."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("labebpf")
    group.addoption(
        "--submission", metavar="DIR", default=None, help="folder to grade (default: exercises)"
    )
    group.addoption(
        "--kernel",
        metavar="K",
        default="auto",
        help="where programs run: auto, native, vm or vm:VERSION (default: auto)",
    )
    group.addoption(
        "--time-scale", type=float, default=1.0, metavar="N", help="stretch every deadline N times"
    )
    group.addoption("--lang", choices=("en", "fr"), default=None, help="language of the report")
    group.addoption("--out", metavar="DIR", default=None, help="write result.json there")
    # For the command that runs pytest: a file without a name.
    group.addoption("--result-fd", type=int, default=-1, help=argparse.SUPPRESS)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "task(id): the task of lab.toml that this check judges")
    config.stash[_SESSION] = Grading(config)


class Grading:
    """One pytest session: the labs that it judges, on one kernel."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        try:
            self.labs = find_labs(ROOT / "exercises") if (ROOT / "exercises").is_dir() else {}
        except CourseError as error:
            raise pytest.UsageError(str(error)) from error
        self.lang = language(config.getoption("--lang"))
        self.scale = float(config.getoption("--time-scale"))
        self.rubrics: dict[str, Rubric] = {}
        self.pattern: set[str] = set()
        self.trace_with_script: set[str] = set()
        self.replay: Replay | None = None
        self._kernel: NativeKernel | Infra | None = None
        self._stage: Stage | None = None
        self._submissions: dict[str, Submission] = {}
        self.final: Result | None = None
        self._started = datetime.now(timezone.utc)
        self._clock = time.monotonic()

    def of(self, item: pytest.Item) -> tuple[Lab, Task] | None:
        """The lab and the task that `item` judges, None for any other test."""
        lab = self.labs.get(item.path.parent.name)
        if lab is None or item.path.parent != lab.folder:
            return None
        marker = item.get_closest_marker("task")
        if marker is None or len(marker.args) != 1:
            raise pytest.UsageError(f'{item.nodeid} has no task. Write @task("...") above it.')
        try:
            return lab, lab.task(marker.args[0])
        except UsageError as error:
            raise pytest.UsageError(f"{item.nodeid}: {error}") from error

    def take_place(self, items: list[pytest.Item]) -> None:
        """Decide where `items`, all checks of labs, will be judged."""
        needs = {need for name in self.rubrics for need in self.labs[name].needs}
        wishes = {need for name in self.rubrics for t in self.labs[name].tasks for need in t.kernel}
        try:
            version = choose(parse(self.config.getoption("--kernel")), needs, wishes)
        except UsageError as error:
            raise pytest.UsageError(str(error)) from error
        if version is None:
            return
        if self.config.getoption("usepdb", False) or self.config.getoption("trace", False):
            raise pytest.UsageError("A debugger cannot look into a machine. Give --kernel native.")
        for item in items:
            # The machine has limits of its own, and may have to be made first.
            item.add_marker(pytest.mark.timeout(0), append=False)
        names = sorted(self.rubrics)
        order = Order(
            labs=files_below(ROOT / "exercises", names),
            submission={
                f"{name}/{file}": data
                for name in names
                for file, data in self.submission(self.labs[name]).files.items()
            },
            folders=tuple(names),
            selected=tuple(guest_id(item) for item in items),
            time_scale=self.scale,
            check_seconds=CHECK_SECONDS,
        )
        self.replay = Replay(version, ROOT, order, self._say)

    def kernel(self) -> NativeKernel:
        """The kernel, taken on first use. Raises Infra, the same each time."""
        if self._kernel is None:
            # In a machine the kernel was taken before this process began.
            self._kernel = self.config.pluginmanager.get_plugin(TAKEN)
        if self._kernel is None:
            try:
                self._kernel = NativeKernel(
                    hidden=(ROOT,), seconds=self._limit(), waiting=self._say
                )
            except Infra as error:
                self._kernel = error
        if isinstance(self._kernel, Infra):
            raise self._kernel
        return self._kernel

    def submission(self, lab: Lab) -> Submission:
        if lab.name not in self._submissions:
            self._submissions[lab.name] = take(self.folder(), lab.name, lab.edits)
        return self._submissions[lab.name]

    def folder(self) -> Path:
        """The submission's folder: from here, or from the root of the checkout."""
        given: str | None = self.config.getoption("--submission")
        if given is None:
            return ROOT / "exercises"
        for base in (self.config.invocation_params.dir, ROOT):
            folder: Path = base / given
            if folder.is_dir():
                return folder
        raise pytest.UsageError(f"There is no folder {given}. Give --submission one that exists.")

    def stage(self, lab: Lab) -> Stage:
        """The stage for `lab`; that of another lab is taken down first."""
        if self._stage and self._stage.lab is not lab:
            self._stage.close()
            self._stage = None
        if self._stage is None:
            self._stage = Stage(
                self.kernel(),
                lab,
                self.submission(lab),
                ROOT / "bpf_templates",
                scale=self.scale,
                pattern=lab.name in self.pattern,
                trace_with_script=lab.name in self.trace_with_script,
            )
        return self._stage

    @property
    def phase(self) -> str:
        """What the check that runs now is doing."""
        return self._stage.phase if self._stage else "load"

    def require(self, lab: Lab, task: Task) -> None:
        """Raise Infra for what the kernel lacks, Blocked for a needed task that did not pass."""
        kernel = self.kernel()
        for need in (*lab.needs, *task.kernel):
            probe = kernel.offers(need)
            if not probe.ok:
                raise Infra(f"This kernel does not offer {need}: {probe.detail}.", probe.remedy)
        missing = self.rubrics[lab.name].missing_needs(task)
        if missing:
            raise Blocked(f"It needs {', '.join(missing)}, which did not pass.")

    def finish(self, unjudged: Finding = NOT_SELECTED) -> Result:
        """The result, taken once, before the kernel is let go."""
        if self.final is None:
            self.final = self._result(unjudged)
            self.close()
        return self.final

    def _result(self, unjudged: Finding) -> Result:
        kernel = {"where": "none", "release": os.uname().release, "headers": ""}
        if self.replay:
            kernel = self.replay.finish() or kernel
        elif isinstance(self._kernel, NativeKernel):
            kernel = self._kernel.describe()
        labs: tuple[LabResult, ...] = tuple(
            rubric.result(self.lang, unjudged) for _, rubric in sorted(self.rubrics.items())
        )
        seconds = time.monotonic() - self._clock
        return Result(f"{self._started:%Y-%m-%dT%H:%M:%SZ}", seconds, kernel, labs)

    def close(self) -> None:
        if self.replay:
            self.replay.close()
        if self._stage:
            self._stage.close()
            self._stage = None
        if isinstance(self._kernel, NativeKernel):
            self._kernel.close()
            self._kernel = None

    def _limit(self) -> float | None:
        """Seconds after which the keeper ends this process; none under a debugger."""
        if self.config.getoption("usepdb", False) or self.config.getoption("trace", False):
            return None
        return 600.0 * self.scale * max(1, len(self.rubrics))

    def _say(self, text: str) -> None:
        capture = self.config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            os.write(2, f"labebpf: {text}\n".encode())


def language(chosen: str | None) -> str:
    """The language to speak: `chosen`, LABEBPF_LANG, or the locale's; English by default."""
    names = (chosen, os.environ.get("LABEBPF_LANG"), locale.setlocale(locale.LC_MESSAGES, None))
    environment = [os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    for name in (*names[:2], *environment):
        if name:
            return "fr" if name.lower().startswith("fr") else "en"
    return "en"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Before anything is deselected: the checks and the manifest must agree."""
    grading = config.stash[_SESSION]
    judged: dict[str, set[str]] = {}
    for item in items:
        found = grading.of(item)
        if found:
            lab, task = found
            if not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(CHECK_SECONDS * grading.scale))
            judged.setdefault(lab.name, set()).add(task.id)
    # With these a part of each module was collected only.
    part = config.getoption("lf", False) or any("::" in argument for argument in config.args)
    for name, tasks in judged.items():
        lab = grading.labs[name]
        unchecked = [task.id for task in lab.tasks if task.id not in tasks]
        if unchecked and not part:
            raise pytest.UsageError(f"{name}: no check judges {', '.join(unchecked)}. Write one.")


def pytest_collection_finish(session: pytest.Session) -> None:
    """What will run is known now."""
    grading = session.config.stash[_SESSION]
    checks = []
    for item in session.items:
        found = grading.of(item)
        if found:
            checks.append(item)
            lab, _ = found
            grading.rubrics.setdefault(lab.name, Rubric(lab))
            fixtures = set(getattr(item, "fixturenames", ()))
            if "builds" in fixtures:
                grading.pattern.add(lab.name)
            if {"trace", "script"} <= fixtures:
                grading.trace_with_script.add(lab.name)
    if grading.rubrics:
        grading.folder()
        if out := session.config.getoption("--out"):
            try:
                (session.config.invocation_params.dir / out).mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise pytest.UsageError(f"--out {out} cannot be written: {error}") from error
        if not session.config.option.collectonly:
            grading.take_place(checks)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """In a machine a check runs there; its reports are this pytest's all the same."""
    grading = item.config.stash[_SESSION]
    found = grading.of(item)
    if not found or not grading.replay:
        return None
    lab, task = found
    following = nextitem if nextitem and grading.of(nextitem) else None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in grading.replay.judge(item, following):
        if told := getattr(report, "labebpf", None):
            finding = grading.rubrics[lab.name].add(task, Finding.read(told))
            _reword(report, finding)
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    grading = item.config.stash[_SESSION]
    found = grading.of(item)
    if found:
        grading.require(*found)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Turn what a check raised into a finding, and the report into our words."""
    outcome: Any = yield
    report: pytest.TestReport = outcome.get_result()
    grading = item.config.stash[_SESSION]
    found = grading.of(item)
    if not found:
        return
    lab, task = found
    finding = _finding(grading, lab, report, call)
    if finding is None:
        return
    if finding.status is not Status.PASS and not finding.line:
        file = finding.file or task.file
        line = grading.submission(lab).line_of_todo(file, task.id)
        finding = replace(finding, file=file, line=line)
    finding = grading.rubrics[lab.name].add(task, finding)
    report.labebpf = asdict(finding)  # type: ignore[attr-defined]
    _reword(report, finding)


def _finding(
    grading: Grading, lab: Lab, report: pytest.TestReport, call: pytest.CallInfo[None]
) -> Finding | None:
    """The finding of one phase of a check; None for a phase that settles nothing."""
    if call.excinfo is None:
        return Finding(Status.PASS) if report.when == "call" and report.passed else None
    error = call.excinfo.value
    if isinstance(error, Blocked):
        return Finding(Status.BLOCKED, error.what)
    if isinstance(error, pytest.skip.Exception) or report.skipped:
        return Finding(Status.INFRA, f"The check was not carried out: {error}.")
    if isinstance(error, pytest.fail.Exception):
        if not str(error).startswith("Timeout"):
            return Finding(Status.FAIL, str(error))
        limit = CHECK_SECONDS * grading.scale
        return finding_of(PhaseTimeout(grading.phase, limit))
    if isinstance(error, pytest.UsageError):
        return Finding(Status.INFRA, str(error))
    source = grading.submission(lab).files.get(lab.program, b"")
    return finding_of(error, source)


def _reword(report: pytest.TestReport, finding: Finding) -> None:
    """Let pytest show a finding instead of a traceback of ours."""
    if finding.status is Status.PASS:
        return
    place = f"{finding.file}:{finding.line}" if finding.line else finding.file
    lines = [finding.why, finding.remedy]
    lines += [f"expected: {finding.expected}"] if finding.expected else []
    lines += [f"seen:     {finding.actual}"] if finding.actual else []
    lines += [f"where:    {place}"] if place else []
    text = "\n".join(line for line in lines if line)
    if finding.status is Status.BLOCKED:
        report.outcome = "skipped"
        report.longrepr = (place, finding.line, f"blocked: {finding.why}")
    else:
        report.outcome = "failed"
        report.longrepr = text
        if finding.log:
            report.sections = [("log", finding.log)]


def pytest_report_teststatus(report: Any) -> tuple[str, str, str] | None:
    """Letters and words for the verdicts that pytest has none for."""
    status = getattr(report, "labebpf", {}).get("status", Status.PASS)
    if status == Status.PASS:
        return None
    word = Status(status).value
    category = {"fail": "failed"}.get(word, word)
    letter = {"timeout": "T", "blocked": "b", "infra": "I", "error": "E"}.get(word, "F")
    return category, letter, word.upper()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    grading = session.config.stash[_SESSION]
    if not grading.rubrics:
        return
    broken = session.exitstatus in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.INTERRUPTED)
    result = grading.finish(BROKEN_OFF if broken else NOT_SELECTED)
    out = session.config.getoption("--out")
    if out:
        write_result(session.config.invocation_params.dir / out, result)
    descriptor = session.config.getoption("--result-fd")
    if descriptor >= 0:
        with open(descriptor, "w", encoding="utf-8", closefd=False) as file:
            file.write(result.to_json())
    if session.exitstatus == pytest.ExitCode.TESTS_FAILED and result.exit_status == 3:
        session.exitstatus = 3


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    grading = config.stash[_SESSION]
    if not grading.rubrics or config.option.collectonly:
        return
    from rich.console import Console  # Only now: collecting must be quick.

    from grader.verdict.report import render

    console = Console(
        file=terminalreporter._tw._file, force_terminal=terminalreporter.hasmarkup, highlight=False
    )
    render(console, grading.finish(), grading.lang, details=False)


@pytest.fixture
def lab(request: pytest.FixtureRequest) -> Lab:
    """The lab that this check belongs to."""
    found = request.config.stash[_SESSION].of(request.node)
    if not found:
        raise CourseError(f"{request.node.nodeid} is no check of a lab.", "Move it into one.")
    return found[0]


@pytest.fixture
def stage(request: pytest.FixtureRequest, lab: Lab) -> Stage:
    """Everything that judging this lab needs."""
    return request.config.stash[_SESSION].stage(lab)


@pytest.fixture
def program(stage: Stage) -> StagedProgram:
    """The student's program, loaded and attached."""
    return stage.program()


@pytest.fixture
def builds(stage: Stage) -> Iterator[list[StagedProgram]]:
    """The program, and its second build that fills what is left uninitialised with 0xAA."""
    pair = [stage.program(), stage.pattern_program()]
    yield [build for build in pair if build]
    stage.close_pattern_program()


@pytest.fixture
def script(stage: Stage) -> StagedScript:
    """The student's script, running, with its program attached."""
    return stage.script()


@pytest.fixture
def workload(stage: Stage) -> Any:
    """The process that makes directories and decoys."""
    return stage.workload


@pytest.fixture
def trace(stage: Stage) -> Any:
    """The kernel's record of what the workload caused."""
    trace = stage.trace
    trace.collect()
    return trace
