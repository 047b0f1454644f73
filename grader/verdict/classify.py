"""From what a check raised to a status: the class of the error decides, and nothing printed."""

from __future__ import annotations

import traceback
from dataclasses import replace

from grader.base.errors import (
    BehaviourError,
    CallbackError,
    CourseError,
    InfraError,
    LabebpfError,
    PhaseTimeoutError,
    SubmissionError,
)
from grader.base.messages import say
from grader.base.timeline import Timeline
from grader.verdict.causes import GUESSES, sentence_of
from grader.verdict.explain import Explanation, explain, warned_of
from grader.verdict.explain_script import explain_script
from grader.verdict.record import Finding, Status
from grader.verdict.source import SourceFile


def finding_of(
    error: BaseException, source: bytes = b"", lang: str = "en", printed: str = ""
) -> Finding:
    """Make the finding for what a check raised, in `lang`.

    `source` is the student's file that the error names, the C file if it names none; `printed` is
    what the tools printed of the program that runs, such as warnings.
    """
    finding = _finding_of(error, source)
    if isinstance(error, BehaviourError) and not finding.line and _unclear(error):
        finding = _warned_of(finding, source, printed)
    return finding.told(lang)


def _unclear(error: BehaviourError) -> bool:
    """Tell whether the timeline of `error` names no cause, or a likely one only."""
    if isinstance(error, CallbackError):
        return False
    return not error.timeline or error.timeline.cause in ("", *GUESSES)


def _warned_of(finding: Finding, source: bytes, printed: str) -> Finding:
    """Give `finding` a likely cause: clang's warning, or what is wrong in the code as written."""
    known = warned_of(printed, source)
    if not known:
        return finding
    cause = say("{what} {remedy}", what=known.what, remedy=known.remedy)
    return replace(finding, cause=cause, line=known.line, excerpt=known.excerpt)


def _finding_of(error: BaseException, source: bytes) -> Finding:
    if isinstance(error, SubmissionError):
        known = _known(error, source)
        told = known or error
        excerpt = (known.excerpt if known else "") or _excerpt(error, source)
        finding = Finding(
            Status.ERROR, told.what, told.remedy,
            file=told.file, line=told.line, log=told.log, excerpt=excerpt,
        )  # fmt: skip
        return replace(finding, known=known.known) if known else finding
    if isinstance(error, CallbackError):
        return _of_callback(error, source)
    if isinstance(error, BehaviourError):
        shown = error.timeline or Timeline(())
        return Finding(
            Status.FAIL,
            error.what,
            error.remedy,
            error.expected,
            error.actual,
            error.file,
            error.line,
            error.log,
            sentence_of(shown.cause, shown.details),
            shown.moments,
        )
    if isinstance(error, PhaseTimeoutError):
        return Finding(Status.TIMEOUT, error.what, error.remedy, log=error.log)
    if isinstance(error, InfraError):
        return Finding(Status.INFRA, error.what, error.remedy, log=error.log)
    if isinstance(error, CourseError):
        return Finding(Status.INFRA, error.what, error.remedy)
    if isinstance(error, AssertionError):
        return Finding(
            Status.FAIL, str(error).split("\n")[0] or say("A check's condition is not met.")
        )
    if isinstance(error, LabebpfError):
        return Finding(Status.INFRA, error.what, error.remedy)
    log = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return Finding(
        Status.INFRA,
        say("The grader itself failed: {name}.", name=type(error).__name__),
        say("Report it, with the log."),
        log=log,
    )


def _known(error: SubmissionError, source: bytes) -> Explanation | None:
    script = explain_script(error, source) if error.file.endswith(".py") else None
    return script or explain(error, source)


def _excerpt(error: SubmissionError | BehaviourError, source: bytes) -> str:
    """Return the line of the script that `error` names, to be shown with it."""
    return SourceFile(source).excerpt(error.line) if error.file.endswith(".py") else ""


def _of_callback(error: CallbackError, source: bytes) -> Finding:
    """Make the finding for an error in a callback: what is known of it stands as the cause."""
    known = explain_script(error, source)
    return Finding(
        Status.FAIL,
        error.what,
        known.remedy if known else error.remedy,
        file=error.file,
        line=known.line if known else error.line,
        log=error.log,
        cause=known.what if known else "",
        excerpt=known.excerpt if known else _excerpt(error, source),
        known=known.known if known else "",
    )
