"""Which of the things that a program reported belong to which of the workload's events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from grader.base.messages import Message, say
from grader.evidence.calls import Made, Window


@dataclass(frozen=True)
class Matching:
    """How reported times fall on windows.

    `counts` has, for each window, how many reports lie in it; `stray` are the times of reports
    that lie in none.
    """

    windows: tuple[Window, ...]
    counts: tuple[int, ...]
    stray: tuple[int, ...]

    @property
    def missing(self) -> int:
        """Windows without any report."""
        return sum(1 for count in self.counts if count == 0)

    def describe(self) -> Message:
        """Return in words how many reports the windows have, for a person."""
        tally = sorted(Counter(self.counts).items())
        if len(tally) == 1:
            words = say("{count} for each of them", count=tally[0][0])
        else:
            parts = [say("{count} for {n} of them", count=count, n=n) for count, n in tally]
            words = reduce(_and, parts) if parts else say("none")
        if not self.stray:
            return words
        return say("{counts}; {stray} at other times", counts=words, stray=len(self.stray))


def _and(one: Message, other: Message) -> Message:
    return say("{one}, {other}", one=one, other=other)


def place_of(windows: Sequence[Window], time: int) -> int | None:
    """Return which of the windows holds `time` (ns), None if none does."""
    return next((place for place, window in enumerate(windows) if window.holds(time)), None)


def match(windows: Sequence[Window], times: Iterable[int]) -> Matching:
    """Put each time (ns) into the window that holds it. Windows do not overlap."""
    counts = [0] * len(windows)
    stray: list[int] = []
    for time in times:
        place = place_of(windows, time)
        if place is None:
            stray.append(time)
        else:
            counts[place] += 1
    return Matching(tuple(windows), tuple(counts), tuple(stray))


def log2_bucket(value: int) -> int:
    """Return the bucket of `value` as bpf_log2l() does: 1 for 0 and 1, 2 for 2 and 3, 3 up to 7."""
    return max(value, 1).bit_length()


def possible_buckets(made: Made, unit: int = 1_000) -> range:
    """Return the buckets that the duration of a call may be in, in units of so many ns."""
    least = int(made.asked.lasts * 1e9) // unit
    return range(log2_bucket(least), log2_bucket(made.lasted // unit) + 1)


def match_buckets(ranges: Iterable[range], counts: Mapping[int, int]) -> tuple[int, int]:
    """Put each call, whose buckets are one of `ranges`, into one of the buckets that were counted.

    Returns how many calls there is no count for, and how many counts no call is for.
    """
    waiting = list(ranges)
    stray = 0
    for bucket, count in sorted(counts.items()):
        fitting = sorted((each for each in waiting if bucket in each), key=lambda each: each.stop)
        for each in fitting[:count]:
            waiting.remove(each)
        stray += max(0, count - len(fitting))
    return len(waiting), stray


def told_again(windows: Sequence[Window], lines: Iterable[Sequence[int]]) -> bool:
    """Tell whether a line of output, given as its times (ns), repeats the event of a window.

    Such a line has a time in a window, and none that was not on an earlier line.
    """
    start = min((window.start for window in windows), default=0)
    seen: set[int] = set()
    for line in lines:
        times = {time for time in line if time >= start}
        if times <= seen and any(window.holds(time) for time in times for window in windows):
            return True
        seen |= times
    return False
