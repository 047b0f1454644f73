"""What a script printed of calls that were made among others."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.base.messages import Message, say
from grader.checks.expectation import expect, line_count, listed
from grader.evidence.calls import Made, Window

Shows = Callable[[str, Made], bool]
"""Tells whether a line of output shows a call."""


@dataclass(frozen=True)
class Told:
    """The lines that a script printed while `calls` were made, each after some `decoys`.

    `counts` says how many of the lines show each call, and `others` how many calls other processes
    made meanwhile, or had begun before, which the script shows too. `log` is all of its output.
    `hidden` are calls that were made before those, and that the script must not show.
    """

    calls: tuple[Made, ...]
    decoys: tuple[Window, ...]
    lines: tuple[str, ...]
    counts: tuple[int, ...]
    others: int
    log: str
    hidden: tuple[Made, ...] = ()
    shown: tuple[Made, ...] = ()
    """Those of the hidden calls that a line shows."""
    more: bool = False
    """Whether the script printed several lines of a call that was alone."""

    @classmethod
    def of(
        cls,
        calls: Sequence[Made],
        decoys: Sequence[Window],
        lines: Sequence[str],
        shows: Shows,
        others: int,
        log: str,
        hidden: Sequence[Made] = (),
    ) -> Told:
        """Count the `lines` that show each of the `calls`; find those `hidden` that one shows."""
        counts = tuple(sum(shows(line, made) for line in lines) for made in calls)
        shown = tuple(made for made in hidden if any(shows(line, made) for line in lines))
        return cls(
            tuple(calls), tuple(decoys), tuple(lines), counts, others, log, tuple(hidden), shown
        )

    @property
    def missing(self) -> tuple[Made, ...]:
        """The calls that no line shows."""
        return tuple(made for made, n in zip(self.calls, self.counts, strict=True) if not n)

    @property
    def beyond(self) -> bool:
        """Whether there are more lines than calls, whoever made them, and none is a decoy's."""
        too_many = self.more or len(self.lines) > len(self.calls) + self.others
        return too_many and not self.strays

    @property
    def faults(self) -> tuple[int, bool]:
        """How many calls no line shows, and whether there are too many lines.

        Both may be the machine's doing: of several attempts the one with the least counts.
        """
        return len(self.missing), self.beyond

    @property
    def strays(self) -> list[str]:
        """Tell which of the decoys a line names, by the name of what they were done to."""
        text = "\n".join(self.lines)
        named = (each.call for each in self.decoys if os.path.basename(each.name) in text)
        return list(dict.fromkeys(named))

    def require_each(self, remedy: Message, expected: Callable[[Made], str] | None = None) -> None:
        """Raise BehaviourError unless a line shows each call.

        `expected` says what a line must show of a call, for a student to read.
        """
        if not self.missing:
            return
        made = self.missing[0]
        name = os.path.basename(made.name)
        near = next((line for line in self.lines if name in line), "")
        n = len(self.calls)
        expect(
            False,
            say("The script did not print what it should of every {call}.", call=made.call),
            remedy,
            expected=expected(made) if expected else say("a line for each of {n} calls", n=n),
            actual=near or line_count(len(self.lines)),
            log=self.log,
        )

    def require_once(self) -> None:
        """Raise BehaviourError where a call has several lines, or there are lines of nothing."""
        expect(
            max(self.counts) <= 1 and not self.beyond,
            say("The script must print one line for each event."),
            say("Print once in the callback."),
            expected=say("{n} lines after {n} calls", n=len(self.calls)),
            actual=line_count(len(self.lines)),
            log=self.log,
        )

    def require_nothing_else(self) -> None:
        """Raise BehaviourError where a line shows something else than the lab's call."""
        expect(
            not self.strays,
            say("The script also shows calls other than {call}.", call=self.calls[0].call),
            say("Attach its program to that call, and to nothing else."),
            expected=say("lines of {call} alone", call=self.calls[0].call),
            actual=say("also some of {calls}", calls=listed(self.strays)),
            log=self.log,
        )

    def require_hidden(self, remedy: Message, expected: Callable[[Made], str]) -> None:
        """Raise BehaviourError where a line shows one of the hidden calls.

        `expected` says what a line shows of a call, for a student to read.
        """
        if self.shown:
            expect(
                False,
                say("The script shows a {call} that it should leave out.", call=self.calls[0].call),
                remedy,
                expected=say("no line of {line}", line=expected(self.shown[0])),
                actual=line_count(len(self.lines)),
                log=self.log,
            )
