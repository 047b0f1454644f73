"""Histograms as a script prints them: the bounds of each bucket, and its count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from grader.checks.script_output import numbers
from grader.evidence.calls import Made
from grader.evidence.matching import log2_bucket, match_buckets, possible_buckets


def bucket_on(line: str) -> tuple[int, int] | None:
    """Return the bucket and the count on a line like `16 -> 31 : 4 |****|`, None on another line.

    The buckets are those of log2_bucket(), and the bounds those of BCC's print_log2_hist().
    """
    low, high, count = (*numbers(line), -1, -1, -1)[:3]
    bucket = log2_bucket(high)
    bounds = (1 << bucket >> 1 if bucket > 1 else 0, (1 << bucket) - 1)
    return (bucket, count) if count >= 0 and (low, high) == bounds else None


def counts_on(lines: Iterable[str]) -> Counter[int]:
    """Add up the counts of each bucket on `lines`, which may be those of several histograms."""
    counts: Counter[int] = Counter()
    for line in lines:
        if found := bucket_on(line):
            counts[found[0]] += found[1]
    return +counts


@dataclass(frozen=True)
class Drawn:
    """The lines that a script printed while calls were made, and until all of them were shown.

    `made` is how many calls the whole machine made; those of the workload that were described are
    `calls`.
    """

    calls: tuple[Made, ...]
    made: int
    lines: tuple[str, ...]

    @property
    def counts(self) -> Counter[int]:
        """The counts by bucket, of all the histograms together."""
        return counts_on(self.lines)

    def missing(self, slow: int = 0) -> int:
        """Return how many calls are not shown, in buckets from `slow` on."""
        return self._compare(slow)[0]

    def again(self, slow: int = 0) -> int:
        """Return how many counts no call is for, in buckets from `slow` on.

        Calls of other processes seldom take so long. Where some of theirs do, there are no more
        counts than calls altogether, unless a histogram shows some again.
        """
        more = sum(self.counts.values()) > self.made
        return self._compare(slow)[1] if more else 0

    def _compare(self, slow: int) -> tuple[int, int]:
        counts = {bucket: n for bucket, n in self.counts.items() if bucket >= slow}
        return match_buckets(map(possible_buckets, self.calls), counts)
