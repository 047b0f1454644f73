"""The errors that a person reads: each says in one sentence what happened, in another what to do.

grader.verdict decides from the class alone which of them costs a student points.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from grader.base.messages import NO_MESSAGE, Message, say
from grader.base.timeline import Timeline


class LabebpfError(Exception):
    """Base of all errors that a person reads. `what` happened; `remedy` says what to do."""

    exit_status = 3
    """The exit status of a command that this error ends."""

    def __init__(self, what: Message, remedy: Message = NO_MESSAGE) -> None:
        super().__init__(f"{what} {remedy}".strip())
        self.what = what
        self.remedy = remedy


class UsageError(LabebpfError):
    """The command line asks for something that does not exist."""

    exit_status = 2


class AbortedError(LabebpfError):
    """The person at the terminal ended the command."""

    exit_status = 130


class CourseError(LabebpfError):
    """A lab's manifest and its checks do not agree; the instructor has to correct them."""


class InfraError(LabebpfError):
    """This machine, or the grader, could not do its part. `log` is what the tools printed."""

    def __init__(self, what: Message, remedy: Message = NO_MESSAGE, *, log: str = "") -> None:
        super().__init__(what, remedy)
        self.log = log


class SubmissionError(LabebpfError):
    """The submission does not compile, load or run.

    `log` is what the tools printed; `file` and `line` are the student's own, 0 if unknown.
    """

    def __init__(
        self,
        what: Message,
        remedy: Message = NO_MESSAGE,
        *,
        log: str = "",
        file: str = "",
        line: int = 0,
    ) -> None:
        super().__init__(what, remedy)
        self.log = log
        self.file = file
        self.line = line


Phase = Literal["compile", "load", "trigger", "wait"]
"""What a check is doing: loading includes attaching, and what is triggered is collected too."""
PHASES: Mapping[Phase, Message] = {
    "compile": say("compile"),
    "load": say("load"),
    "trigger": say("trigger"),
    "wait": say("wait"),
}
"""What a person reads of each phase."""


class PhaseTimeoutError(LabebpfError):
    """A phase did not end within its limit in seconds."""

    def __init__(
        self,
        phase: Phase,
        limit: float,
        what: Message = NO_MESSAGE,
        remedy: Message = NO_MESSAGE,
        *,
        log: str = "",
    ) -> None:
        super().__init__(
            what
            or say(
                "The {phase} phase did not end within {limit:g} s.",
                phase=PHASES[phase],
                limit=limit,
            ),
            remedy or say("On a slow machine, stretch all limits: --time-scale 3"),
        )
        self.phase = phase
        self.limit = limit
        self.log = log


class BehaviourError(LabebpfError):
    """The submission ran and did the wrong thing."""

    def __init__(
        self,
        what: Message,
        remedy: Message = NO_MESSAGE,
        *,
        expected: str = "",
        actual: str = "",
        log: str = "",
        file: str = "",
        line: int = 0,
        timeline: Timeline | None = None,
    ) -> None:
        super().__init__(what, remedy)
        self.expected = expected
        self.actual = actual
        self.log = log
        self.file = file
        self.line = line
        self.timeline = timeline


class CallbackError(BehaviourError):
    """A callback of the script's raised an error, which stands at the end of `log`."""
