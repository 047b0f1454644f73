"""Which status an error makes is decided by its class, and by nothing that it says."""

from __future__ import annotations

import pytest

from grader.base.errors import (
    BehaviourError,
    CourseError,
    InfraError,
    LabebpfError,
    PhaseTimeoutError,
    SubmissionError,
    UsageError,
)
from grader.base.messages import say
from grader.base.rpc import ChildDiedError, RefusedError
from grader.base.timeline import Timeline
from grader.verdict.classify import finding_of
from grader.verdict.record import Status

SOURCE = b"int hello(void *ctx)\n{\n\treturn 0;\n}\n"


@pytest.mark.parametrize(
    "error, status",
    [
        (SubmissionError(say("It does not load.")), Status.ERROR),
        (BehaviourError(say("It prints too much.")), Status.FAIL),
        (PhaseTimeoutError("compile", 30), Status.TIMEOUT),
        (InfraError(say("No kprobes.")), Status.INFRA),
        (CourseError(say("No hint.")), Status.INFRA),
        (UsageError(say("No such task.")), Status.INFRA),
        (LabebpfError(say("Something.")), Status.INFRA),
        (ChildDiedError("workload", -9), Status.INFRA),
        (RefusedError("workload", "OSError", "No."), Status.INFRA),
        (AssertionError("1 is not 2"), Status.FAIL),
        (ValueError("x"), Status.INFRA),
        (OSError(2, "x"), Status.INFRA),
        (RecursionError(), Status.INFRA),
        (SystemExit(0), Status.INFRA),
        (KeyboardInterrupt(), Status.INFRA),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else value.value,
)
def test_the_class_decides(error: BaseException, status: Status) -> None:
    finding = finding_of(error)
    assert finding.status is status
    assert finding.why


def test_a_wrong_doing_keeps_all_that_was_said_of_it() -> None:
    error = BehaviourError(
        say("Bad."), say("Mend."), expected="1", actual="2", log="l", file="a.c", line=3
    )
    found = finding_of(error)
    assert (found.why, found.remedy, found.log) == ("Bad.", "Mend.", "l")
    assert (found.expected, found.actual, found.file, found.line) == ("1", "2", "a.c", 3)


def test_an_error_of_the_submission_keeps_its_place_and_its_log() -> None:
    found = finding_of(
        SubmissionError(say("Bad."), say("Mend."), log="l", file="a.c", line=3), SOURCE
    )
    assert (found.why, found.remedy) == ("Bad.", "Mend.")
    assert (found.file, found.line, found.log) == ("a.c", 3, "l")


def test_a_timeout_names_its_phase_and_its_limit() -> None:
    found = finding_of(PhaseTimeoutError("load", 2.5, log="half"))
    assert "load" in found.why and "2.5 s" in found.why
    assert found.log == "half"
    assert "--time-scale" in found.remedy


def test_what_the_machine_lacks_comes_with_its_remedy() -> None:
    found = finding_of(InfraError(say("No kprobes."), say("Use another kernel.")))
    assert (found.why, found.remedy) == ("No kprobes.", "Use another kernel.")


@pytest.mark.parametrize(
    "text, why",
    [
        ("1 is not 2\nassert 1 == 2", "1 is not 2"),
        ("", "A check's condition is not met."),
        ("\nassert 1 == 2", "A check's condition is not met."),
    ],
)
def test_an_assertion_is_told_by_its_first_line(text: str, why: str) -> None:
    assert finding_of(AssertionError(text)).why == why


def test_an_error_of_the_graders_own_has_its_traceback_in_the_log() -> None:
    try:
        dict[str, str]()["missing"]
    except KeyError as error:
        found = finding_of(error)
    assert found.status is Status.INFRA
    assert "KeyError" in found.why
    assert "Traceback (most recent call last)" in found.log
    assert "test_classify.py" in found.log


def test_a_scripts_error_is_shown_in_the_script_not_in_the_c_file() -> None:
    """The script is longer than the C file, and its log speaks of what the C file can't have."""
    log = (
        "Traceback (most recent call last):\n"
        '  File "/lab/hello_world.py", line 40, in <module>\n'
        "Exception: Failed to attach BPF program b'hello' to tracepoint b'syscalls:nonsense'\n"
    )
    error = SubmissionError(say("It ended."), say("See."), log=log, file="hello_world.py", line=40)
    found = finding_of(error, SOURCE)
    assert found.status is Status.ERROR
    assert (found.file, found.line) == ("hello_world.py", 40)


def test_an_error_that_the_catalogue_knows_is_told_in_the_language_asked_for() -> None:
    log = "could not open bpf map: events, error: Invalid argument\n"
    source = b"\nBPF_RINGBUF_OUTPUT(events, 3);\n"
    found = finding_of(SubmissionError(say("No."), log=log, file="a.c"), source)
    assert (found.status, found.known, found.line) == (Status.ERROR, "E36", 2)
    assert found.excerpt == "    2 | BPF_RINGBUF_OUTPUT(events, 3);"
    french = finding_of(SubmissionError(say("No."), log=log, file="a.c"), source, "fr")
    assert "events" in found.why and "events" in french.why
    assert (found.excerpt, found.known) == (french.excerpt, french.known)
    assert found.why != french.why and found.remedy != french.remedy


@pytest.mark.parametrize("cause, line", [("", 2), ("copy_grows", 2), ("one_less", 0)])
def test_a_warning_of_clang_tells_more_than_a_guess_and_less_than_what_was_seen(
    cause: str, line: int
) -> None:
    warning = "/virtual/main.c:2:2: warning: expression result unused [-Wunused-value]\n\t*n++;\n"
    error = BehaviourError(say("Bad."), timeline=Timeline((), cause=cause))
    found = finding_of(error, b"int f(int *n) {\n\t*n++;\n}\n", printed=warning)
    assert found.line == line
    assert ("moves the pointer" in found.cause) is (line > 0)
    assert finding_of(error, b"int x;\n", printed=warning).line == 0
