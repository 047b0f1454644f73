"""What judging takes of pytest, on the host and in a virtual machine.

The `task` marker, the fixtures that checks use, and the verdicts. Student code never runs
in this process: fixtures hand out objects of grader.checks, which talk to children in a sandbox.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any

import pytest

from grader.base.errors import (
    BehaviourError,
    CallbackError,
    CourseError,
    InfraError,
    PhaseTimeoutError,
    SubmissionError,
)
from grader.base.messages import say, translate
from grader.checks.environment import LabEnvironment
from grader.checks.program_under_test import ProgramUnderTest
from grader.checks.script_under_test import ScriptUnderTest
from grader.checks.trace_output import Trace
from grader.evidence.workload import Workload
from grader.labs import Lab, Task
from grader.report.timeline_text import drawn
from grader.runner import private_checks, pytest_options
from grader.runner.session import CHECK_SECONDS, SESSION, BlockedError, GradingSession, needed
from grader.submission.hand_in_files import Submission
from grader.verdict.classify import finding_of
from grader.verdict.record import Finding, Status, forget_result, write_result
from grader.verdict.rubric import BROKEN_OFF, NOT_RUN, Rubric
from grader.verdict.source import SourceFile

pytest_plugins = (pytest_options.__name__,)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "task(id): the task of lab.toml that this check judges")
    config.stash[SESSION] = GradingSession(config)


def pytest_sessionstart(session: pytest.Session) -> None:
    out = session.config.getoption("--out")
    if out:
        try:
            forget_result(session.config.invocation_params.dir / out)
        except OSError as error:
            text = say("{out} cannot be written: {strerror}.", out=out, strerror=error.strerror)
            raise pytest.UsageError(text) from None
    if session.config.stash[SESSION].hides:
        private_checks.keep_quiet(session.config)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """Note the checks of each task; show nothing of hidden ones that cannot be collected."""
    outcome: Any = yield
    grading = collector.config.stash[SESSION]
    grading.note_checks(outcome.get_result())
    # Before pytest 8, the whole session fails for a conftest.py that does.
    telling = isinstance(collector, pytest.Session) or grading.is_private(collector)
    if grading.hides and telling and not outcome.get_result().passed:
        outcome.force_result(private_checks.bare_collection())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Mark each check with its task, before any check is deselected.

    Raises pytest.UsageError where the checks and the manifest do not agree.
    """
    grading = config.stash[SESSION]
    judged: dict[str, set[str]] = {}
    numbers: Counter[tuple[str, str]] = Counter()
    for item in items:
        found = grading.of(item)
        if found:
            lab, task = found
            item.extra_keyword_matches.add(task.id)  # -k 3.7
            item.add_marker(pytest.mark.task(task.id, id=task.id))  # -m 'task(id="3.7")'
            if task.private:
                numbers[lab.name, task.id] += 1
                private_checks.name(item, lab.name, task.id, numbers[lab.name, task.id])
            if not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(CHECK_SECONDS * grading.scale))
            judged.setdefault(lab.name, set()).add(task.id)
    # With these a part of each module was collected only.
    part = config.getoption("lf", False) or any("::" in argument for argument in config.args)
    part = part or session.testsfailed
    for name, tasks in judged.items():
        lab = grading.labs[name]
        unchecked = [task.id for task in lab.tasks if task.id not in tasks]
        if unchecked and not part:
            raise pytest.UsageError(
                say(
                    "{name}: no check judges {names}. Write one.",
                    name=name,
                    names=", ".join(unchecked),
                )
            )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Put the checks in order and make a rubric for each lab, now that it is known what will run.

    Plugins that want another order have had their turn.
    """
    grading = session.config.stash[SESSION]
    grading.sort_checks(session.items)
    selected = {item.nodeid for item in session.items}
    if session.testsfailed and not session.config.option.continue_on_collection_errors:
        return  # What pytest says of that is not to be lost beside a result.
    for item in session.items:
        found = grading.of(item)
        if found:
            lab, task = found
            if lab.name not in grading.rubrics:
                grading.rubrics[lab.name] = Rubric(lab, grading.checks_of(lab), selected)
            fixtures = set(getattr(item, "fixturenames", ()))
            if "builds" in fixtures:
                grading.pattern.add(lab.name)
            if "script" in fixtures:
                grading.script.add(lab.name)
            programs = grading.programs.setdefault(lab.name, [])
            if task.file.endswith(".c") and task.file not in programs:
                programs.append(task.file)
    if grading.rubrics:
        grading.folder()
        if out := session.config.getoption("--out"):
            try:
                (session.config.invocation_params.dir / out).mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise pytest.UsageError(
                    say("--out {out} cannot be written: {error}", out=out, error=error)
                ) from error


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Take the kernel before a check's time begins: another grading may have it for long."""
    grading = session.config.stash[SESSION]
    if grading.rubrics and not grading.remote and not session.config.option.collectonly:
        with suppress(InfraError):  # Each check raises it again.
            grading.kernel()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a check in the virtual machine, if there is one, and log its reports as this pytest's.

    The reports of a hidden check are replaced before anybody is shown them. Other tests, and checks
    on this kernel that are not hidden, are left to pytest.
    """
    grading = item.config.stash[SESSION]
    found = grading.of(item)
    if not found:
        return None
    lab, task = found
    grading.begin(task)
    reports: Iterable[pytest.TestReport]
    if grading.remote:
        following = nextitem if nextitem and grading.of(nextitem) else None
        reports = grading.remote.judge(item, following)
    elif lab.hides(task):
        reports = private_checks.judge(item, nextitem)
    else:
        return None
    shown = {"nodeid": item.nodeid, "location": item.location}
    if lab.hides(task):
        shown = private_checks.start_of(item)
    item.ihook.pytest_runtest_logstart(**shown)
    rubric = grading.rubrics[lab.name]
    for report in reports:
        if grading.remote:
            rubric.spend(task, report.duration)
        if grading.remote and (told := getattr(report, "labebpf", None)):
            finding = rubric.add(task, Finding.read(told), item.nodeid)
            told = finding.told(grading.lang)
            _reword(report, told, grading.place(lab, finding), grading.lang)
        if lab.hides(task):
            report = private_checks.bare(item, report, grading.lang)
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(**shown)
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    grading = item.config.stash[SESSION]
    found = grading.of(item)
    if found:
        grading.require(*found)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Turn what a check raised into a finding, and the report into our words."""
    outcome: Any = yield
    report: pytest.TestReport = outcome.get_result()
    grading = item.config.stash[SESSION]
    found = grading.of(item)
    if not found:
        return
    lab, task = found
    rubric = grading.rubrics[lab.name]
    rubric.spend(task, report.duration)
    finding = _finding(grading, lab, task, report, call)
    if finding is None:
        return
    if finding.status is not Status.PASS:
        finding = placed(finding, grading.submission(lab), task)
    finding = rubric.add(task, finding.told(grading.lang), item.nodeid)
    report.labebpf = asdict(finding)  # type: ignore[attr-defined]
    _reword(report, finding, grading.place(lab, finding), grading.lang)


def placed(finding: Finding, submission: Submission, task: Task) -> Finding:
    """Point a finding without a line to the TODO of `task`, and show that line."""
    file = finding.file or task.file
    if finding.line:
        return replace(finding, file=file)
    line = submission.line_of_todo(file, task.id)
    shown = SourceFile(submission.files.get(file, b"")).excerpt(line)
    return replace(finding, file=file, line=line, excerpt=finding.excerpt or shown)


def _finding(
    grading: GradingSession,
    lab: Lab,
    task: Task,
    report: pytest.TestReport,
    call: pytest.CallInfo[None],
) -> Finding | None:
    """Return the finding of one phase of a check; None for a phase that settles nothing."""
    if call.excinfo is None:
        return Finding(Status.PASS) if report.when == "call" and report.passed else None
    error = call.excinfo.value
    if isinstance(error, BlockedError):
        return Finding(Status.BLOCKED, error.what)
    if isinstance(error, (SubmissionError, PhaseTimeoutError, BehaviourError)):
        first = grading.told_by(error, task)
        if first != task:  # One mistake is told once.
            return Finding(Status.BLOCKED, needed(first.id))
    if isinstance(error, pytest.skip.Exception) or report.skipped:
        return Finding(Status.INFRA, say("The check was not carried out: {error}.", error=error))
    if isinstance(error, pytest.fail.Exception):
        if not str(error).startswith("Timeout"):
            return Finding(Status.FAIL, str(error))
        limit = CHECK_SECONDS * grading.scale
        return finding_of(PhaseTimeoutError(grading.phase, limit))
    if isinstance(error, pytest.UsageError):
        return Finding(Status.INFRA, str(error))
    scripted = isinstance(error, (SubmissionError, CallbackError)) and error.file
    program = task.file if task.file.endswith(".c") else lab.program
    source = grading.submission(lab).files.get(scripted or program, b"")
    return finding_of(error, source, grading.lang, grading.printed(lab, task))


def _reword(report: pytest.TestReport, finding: Finding, file: str, lang: str) -> None:
    """Let pytest show a finding, which is about `file`, instead of a traceback of ours."""
    if finding.status is Status.PASS:
        return
    place = f"{file}:{finding.line}" if finding.line else file
    lines = [finding.why, finding.cause, finding.remedy]
    lines += [f"{translate(say('expected:'), lang)} {finding.expected}"] if finding.expected else []
    lines += [f"{translate(say('seen:'), lang)} {finding.actual}"] if finding.actual else []
    lines += [f"{translate(say('where:'), lang)} {place}"] if place else []
    lines += [finding.excerpt, *drawn(finding.timeline, lang)]
    text = "\n".join(line for line in lines if line)
    if finding.status is Status.BLOCKED:
        report.outcome = "skipped"
        why = translate(say("blocked: {why}", why=finding.why), lang)
        report.longrepr = (file, finding.line, why)
    else:
        report.outcome = "failed"
        report.longrepr = text
        if finding.log:
            report.sections = [("log", finding.log)]


def pytest_report_teststatus(report: Any) -> tuple[str, str, str] | None:
    """Return letters and words for the verdicts that pytest has none for."""
    status = getattr(report, "labebpf", {}).get("status", Status.PASS)
    if status == Status.PASS:
        return None
    word = Status(status).value
    category = {"fail": "failed"}.get(word, word)
    letter = {"timeout": "T", "blocked": "b", "infra": "I", "error": "E"}.get(word, "F")
    return category, letter, word.upper()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    grading = session.config.stash[SESSION]
    if not grading.rubrics or session.exitstatus == pytest.ExitCode.USAGE_ERROR:
        return
    broken = session.exitstatus in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.INTERRUPTED)
    result = grading.finish(BROKEN_OFF if broken else NOT_RUN)
    out = session.config.getoption("--out")
    if out:
        write_result(session.config.invocation_params.dir / out, result)
    descriptor = session.config.getoption("--result-fd")
    if descriptor >= 0:
        with open(descriptor, "w", encoding="utf-8", closefd=False) as file:
            file.write(result.to_json())
    if session.exitstatus == pytest.ExitCode.TESTS_FAILED and result.exit_status == 3:
        session.exitstatus = 3


@pytest.fixture
def lab(request: pytest.FixtureRequest) -> Lab:
    """Return the lab that this check belongs to. Raises CourseError."""
    found = request.config.stash[SESSION].of(request.node)
    if not found:
        raise CourseError(
            say("{nodeid} is no check of a lab.", nodeid=request.node.nodeid),
            say("Move it into one."),
        )
    return found[0]


@pytest.fixture
def environment(request: pytest.FixtureRequest, lab: Lab) -> LabEnvironment:
    """Return everything that judging this lab needs."""
    return request.config.stash[SESSION].environment(lab)


@pytest.fixture
def program(environment: LabEnvironment) -> ProgramUnderTest:
    """Return the student's program, loaded and attached."""
    return environment.program()


@pytest.fixture
def builds(environment: LabEnvironment) -> Iterator[list[ProgramUnderTest]]:
    """Yield the program, and its second build that fills what is left uninitialised with 0xAA."""
    pair = [environment.program(), environment.pattern_program()]
    yield [build for build in pair if build]
    environment.close_pattern_program()


@pytest.fixture
def script(environment: LabEnvironment) -> ScriptUnderTest:
    """Return the student's script, running, with its program attached."""
    return environment.script()


@pytest.fixture
def workload(environment: LabEnvironment) -> Workload:
    """Return the process that makes directories and decoys."""
    return environment.workload


@pytest.fixture
def trace(environment: LabEnvironment) -> Trace:
    """Return what the submission's programs print into the trace from now on."""
    trace = environment.trace
    trace.forget()
    return trace
