"""What a program submitted to a buffer while the workload acted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from grader.base.errors import BehaviourError
from grader.base.layout import UNSET_RUN, Fields, Layout
from grader.base.messages import NO_MESSAGE, Message, say
from grader.base.timeline import Timeline
from grader.checks.expectation import event_count, expect, listed
from grader.evidence.calls import Made, Window
from grader.evidence.event_timeline import Reporter, by_value
from grader.evidence.matching import Matching, match


@dataclass(frozen=True)
class Submitted:
    """Samples of a buffer, as raw bytes, and the calls that they are to be about.

    `made` counts the calls of the whole machine. On a quiet machine they are the workload's, in
    `windows`; otherwise there are at most so many samples, since calls that had begun before are
    counted too. `of` is the call that is to be reported, and `reporter` tells what was to submit.
    """

    samples: tuple[bytes, ...]
    windows: tuple[Window, ...]
    made: int
    of: str
    reporter: Callable[[], Reporter]
    layout: Layout | None = None
    """What a sample is made of, where BCC knows it."""

    @property
    def calls(self) -> list[Made]:
        """The workload's calls that were described, as they were made."""
        return [window for window in self.windows if isinstance(window, Made)]

    @property
    def events(self) -> list[Fields]:
        """The samples by field: `event.pid`. Raises BehaviourError if BCC knows no fields."""
        if self.layout is None:
            raise BehaviourError(
                say("What the program submits is no structure whose fields BCC can name."),
                say(
                    "Declare a structure of numbers and arrays, without any pointer; fill a "
                    "variable of it, and submit that variable."
                ),
                expected=say("a structure"),
                actual=say("{n} bytes", n=self.size),
            )
        return [self.layout.value(sample) for sample in self.samples]

    def having(self, **values: object) -> list[Fields]:
        """Find the events whose fields have these values: `having(path=made.path)`."""
        return [event for event in self.events if event.has(**values)]

    @property
    def missing(self) -> int:
        """How many fewer samples than calls there are."""
        return max(0, self.made - len(self.samples))

    @property
    def share(self) -> float:
        """Of how many of the calls there can be a sample: all is 1."""
        return 1 - self.missing / self.made if self.made else 1.0

    @property
    def alone(self) -> bool:
        """Whether the workload made all of the calls."""
        return self.made == sum(window.call == self.of for window in self.windows)

    @property
    def times(self) -> list[int]:
        """The u64 at the start of each sample: a time in ns, if it is one."""
        return [int.from_bytes(sample[:8], "little") for sample in self.samples]

    @property
    def size(self) -> int:
        """How many bytes the shortest sample has, 0 if there is none."""
        return min(map(len, self.samples), default=0)

    @property
    def unset(self) -> Message:
        """What of a sample of the second build was never set; nothing if all was."""
        for sample in self.samples:
            if self.layout and self.layout.size <= len(sample):
                if never := self.layout.unset(sample):
                    return never
                continue
            if found := UNSET_RUN.search(sample):
                return say(
                    "bytes {first} to {last} of {size} never set",
                    first=found.start() + 1,
                    last=found.end(),
                    size=len(sample),
                )
        return NO_MESSAGE

    @property
    def matching(self) -> Matching:
        """Which samples begin with a time of which window."""
        return match(self.windows, self.times)

    @property
    def misplaced(self) -> bool:
        """Whether the time of a call stands in a sample somewhere after its start."""
        later = (
            int.from_bytes(sample[at : at + 8], "little")
            for sample in self.samples
            for at in range(4, len(sample) - 7, 4)
        )
        return any(window.holds(time) for time in later for window in self.windows)

    def require_each(self) -> None:
        """Raise BehaviourError unless there is an event at least for each of the calls."""
        self._require_one_each(len(self.samples) >= len(self.windows))

    def require_once(self) -> None:
        """Raise BehaviourError where there are more events than anybody made calls."""
        self._require_one_each(len(self.samples) <= self.made)

    def _require_one_each(self, right: bool) -> None:
        n = len(self.windows)
        expect(
            right,
            say("Each {call} must submit one event.", call=self.of),
            say("Submit once in each call of the function."),
            expected=say("{n} events after {n} calls", n=n),
            actual=event_count(len(self.samples)),
            timeline=self._by_time,
        )

    def require_none(self) -> None:
        """Raise BehaviourError where there are events, though the workload made decoys alone."""
        expect(
            len(self.samples) <= self.made,
            say(
                "Something other than a {call} submits events: one of {others}.",
                call=self.of,
                others=listed(list(dict.fromkeys(window.call for window in self.windows))),
            ),
            say("Report each {call}, and nothing else.", call=self.of),
            expected=say("no event"),
            actual=event_count(len(self.samples)),
            timeline=self._by_time,
        )

    @property
    def _by_time(self) -> Submitted | None:
        """Itself as evidence, unless its events begin with something other than a time."""
        times = self.times
        timed = any(window.holds(time) for window in self.windows for time in times)
        return self if timed or not times else None

    def timeline(self) -> Timeline:
        """Show each call, and the sample with its time."""
        others = max(0, self.made - len(self.windows))
        reports = [((time,), str(time)) for time in self.times]
        return by_value(self.windows, reports, of=self.of, others=others, reporter=self.reporter())
