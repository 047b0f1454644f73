"""What a script printed of the workload's events."""

from __future__ import annotations

from dataclasses import dataclass

from grader.base.timeline import Timeline
from grader.evidence.event_timeline import by_value
from grader.evidence.matching import Matching


@dataclass(frozen=True)
class ScriptOutput:
    """The lines that a script printed while the workload acted, and how they match its events.

    `others` is how many mkdirs other processes made meanwhile, or had begun before, which it prints
    too, and `again` whether a line told of one of the events a second time.
    """

    matching: Matching
    others: int
    again: bool
    lines: tuple[str, ...]
    times: tuple[tuple[int, ...], ...]
    """The times on each line."""

    @property
    def events(self) -> int:
        """For how many of the events a time was printed."""
        return len(self.matching.windows) - self.matching.missing

    @property
    def once(self) -> bool:
        """Whether each event has one line. Where others make directories too: none has a second."""
        if self.others:
            return not self.again
        return len(self.lines) == len(self.matching.windows)

    def timeline(self) -> Timeline:
        """Each event, and the line that tells of it."""
        lines = list(zip(self.times, self.lines, strict=True))
        return by_value(self.matching.windows, lines, others=self.others)
