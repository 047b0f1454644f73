"""What a script printed of the workload's events."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.base.messages import say
from grader.base.timeline import Timeline
from grader.checks.expectation import expect, line_count
from grader.checks.trace_output import Printed
from grader.evidence.calls import Window
from grader.evidence.event_timeline import by_value
from grader.evidence.matching import Matching

_MAX_NUMBERS = 10


def numbers(line: str) -> list[int]:
    """Find the decimal numbers on a line of output; none if it has more than ten.

    A line of hundreds of guesses would have the right one among them.
    """
    found = re.findall(r"(?<!\d)\d{1,20}(?!\d)", line)
    return [int(digits) for digits in found] if len(found) <= _MAX_NUMBERS else []


@dataclass(frozen=True)
class ScriptOutput:
    """The lines that a script printed while the workload acted, and how they match its events.

    `others` is how many mkdirs other processes made meanwhile, or had begun before, which it prints
    too, and `again` whether a line told of one of the events a second time. There was `more` if it
    printed several lines of an mkdir that was alone.
    """

    matching: Matching
    others: int
    again: bool
    lines: tuple[str, ...]
    times: tuple[tuple[int, ...], ...]
    """The numbers on each line: times in ns, if they are some."""
    more: bool = False

    @property
    def windows(self) -> tuple[Window, ...]:
        """The events."""
        return self.matching.windows

    @property
    def events(self) -> int:
        """For how many of the events a time was printed."""
        return len(self.windows) - self.matching.missing

    @property
    def once(self) -> bool:
        """Whether each event has one line. Where others make directories too: none has a second."""
        if self.others:
            return not (self.again or self.more)
        return len(self.lines) == len(self.windows)

    def timeline(self) -> Timeline:
        """Show each event, and the line that tells of it."""
        lines = list(zip(self.times, self.lines, strict=True))
        return by_value(self.windows, lines, others=self.others)


@dataclass(frozen=True)
class Relayed:
    """What a script's programs left in the trace, and the lines that it printed meanwhile.

    Since it began it was `given` so many lines of the trace, and printed fewer, by those `behind`.
    `log` is all of its output so far.
    """

    left: Printed
    lines: tuple[str, ...]
    given: int
    behind: int
    log: str

    def require_one_line_each(self, expected: str) -> None:
        """Raise BehaviourError unless each trace line has one of the script's, and there are some.

        `expected` is what the student reads of it.
        """
        what = say("The script must print one line for each line of the trace.")
        remedy = say("Print each one once, as it comes.")
        expect(
            0 < len(self.left.records) == len(self.lines),
            what,
            remedy,
            expected=expected,
            actual=line_count(len(self.lines)),
            log=self.log,
        )
        # One that prints each line when the next one comes has as many, but for the first.
        expect(
            not self.behind,
            what,
            remedy,
            expected=say("{n} lines since it began", n=self.given),
            actual=line_count(self.given - self.behind),
            log=self.log,
        )

    def require_messages(self, message: str = "") -> None:
        """Raise BehaviourError unless each line shows its trace line's text, or else `message`."""
        texts = [record.text.strip() for record in self.left.records]
        for text, line in zip(texts, self.lines, strict=True):
            expect(
                text in line or bool(message and message in line),
                say("A line does not show the message."),
                say("Print what the program wrote into the trace."),
                expected=text,
                actual=line,
                log=self.log,
            )
