"""Reports are matched with the events that caused them, by time alone."""

from __future__ import annotations

import pytest

from grader.evidence.calls import Call, Made, Window
from grader.evidence.matching import (
    log2_bucket,
    match,
    match_buckets,
    possible_buckets,
    told_again,
)
from grader.evidence.workload import random_count

WINDOWS = [
    Window("mkdir", "a", 10, 20, 0),
    Window("mkdir", "b", 30, 40, 1),
    Window("mkdir", "c", 50, 60, 0),
]


@pytest.mark.parametrize(
    "time, held", [(9, False), (10, True), (15, True), (20, True), (21, False)]
)
def test_a_window_holds_its_ends(time: int, held: bool) -> None:
    assert WINDOWS[0].holds(time) is held


@pytest.mark.parametrize(
    "times, counts, stray, missing",
    [
        ([10, 35, 60], (1, 1, 1), (), 0),
        ([60, 10, 35], (1, 1, 1), (), 0),
        ([], (0, 0, 0), (), 3),
        ([15, 15, 16], (3, 0, 0), (), 2),
        ([9, 25, 61], (0, 0, 0), (9, 25, 61), 3),
        ([10, 20, 30, 40, 45, 55], (2, 2, 1), (45,), 0),
    ],
)
def test_each_time_falls_into_its_window(
    times: list[int], counts: tuple[int, ...], stray: tuple[int, ...], missing: int
) -> None:
    matching = match(WINDOWS, times)
    assert (matching.counts, matching.stray) == (counts, stray)
    assert matching.missing == missing


@pytest.mark.parametrize(
    ("times", "told"),
    [
        ([15, 15, 35], "0 for 1 of them, 1 for 1 of them, 2 for 1 of them"),
        ([15, 99, 98], "0 for 2 of them, 1 for 1 of them; 2 at other times"),
        ([12, 15, 35, 36, 55, 56], "2 for each of them"),
        ([], "0 for each of them"),
    ],
)
def test_the_counts_are_told_in_words(times: list[int], told: str) -> None:
    assert match(WINDOWS, times).describe() == told


def test_without_events_there_is_nothing_to_count() -> None:
    assert match([], []).describe() == "none"
    assert match([], [1]).describe() == "none; 1 at other times"


def test_a_random_count_is_within_its_range_and_not_always_the_same() -> None:
    counts = {random_count(3, 12) for _ in range(500)}
    assert len(counts) > 1
    assert counts <= set(range(3, 13))


@pytest.mark.parametrize(
    "lines, again",
    [
        ([], False),
        ([[15], [35], [55]], False),
        ([[15], [16], [35]], False),
        ([[15], [15]], True),
        ([[15], [35], [15]], True),
        ([[25], [25]], False),  # Another process's event.
        ([[12], [12, 15], [15, 35]], False),  # The one before stands on each line too.
        ([[1, 15], [2, 15]], True),  # Numbered.
        ([[], [15], []], False),
    ],
)
def test_a_line_that_tells_nothing_new_tells_again(lines: list[list[int]], again: bool) -> None:
    assert told_again(WINDOWS, lines) is again


@pytest.mark.parametrize("value, bucket", [(0, 1), (1, 1), (2, 2), (3, 2), (4, 3), (1000, 10)])
def test_a_bucket_is_that_of_bpf_log2l(value: int, bucket: int) -> None:
    assert log2_bucket(value) == bucket


def test_a_call_may_be_in_the_buckets_between_what_it_waited_and_what_was_seen_of_it() -> None:
    asked = Call("mkdir", path=b"/tmp/a", lasts=0.001)
    made = Made.of(asked, Window("mkdir", "", 0, 5_000_000, 0), 1, 1)
    assert possible_buckets(made) == range(10, 14)


@pytest.mark.parametrize(
    "counts, result",
    [
        ({10: 1, 12: 1}, (0, 0)),
        ({11: 2}, (0, 0)),
        ({10: 2}, (1, 1)),
        ({12: 1, 3: 4}, (1, 4)),
        ({}, (2, 0)),
    ],
)
def test_each_call_is_counted_once_in_a_bucket_that_may_be_its(
    counts: dict[int, int], result: tuple[int, int]
) -> None:
    assert match_buckets([range(11, 13), range(10, 12)], counts) == result
