"""The profile of a grading: spans, the trace that a viewer opens, and the table."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator

import pytest
from rich.console import Console

from grader.base.profile import (
    Recorder,
    Span,
    chrome_trace,
    note_span,
    process_start,
    read_chrome_trace,
    span,
)
from grader.report.profile_table import profile_table
from tests.support.grading import run_pytest

SPANS = [
    Span("grader", "judges 3.1", 5_000_000, 9_000_000),
    Span("loader 17", "compile", 6_000_000, 8_000_000),
    Span("loader 18", "compile", 6_500_000, 7_500_000),
    Span("loader 18", "attach", 7_500_000, 7_600_000),
]


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    yield recorder
    recorder.close()


def test_what_goes_on_is_noted_in_the_lane_of_its_thread_or_process(recorder: Recorder) -> None:
    @span("called")
    def act() -> None:
        note_span("asked", time.monotonic_ns(), "loader 3")

    thread = threading.Thread(target=act, name="beside")
    thread.start()
    thread.join()
    act()
    assert [(each.lane, each.name) for each in recorder.spans] == [
        ("loader 3", "asked"),
        ("grader, beside", "called"),
        ("loader 3", "asked"),
        ("grader", "called"),
    ]
    assert all(each.start <= each.end for each in recorder.spans)


def test_an_error_ends_a_span(recorder: Recorder) -> None:
    with pytest.raises(ValueError), span("fails"):
        raise ValueError
    assert [each.name for each in recorder.spans] == ["fails"]


def test_nothing_is_noted_after_the_end(recorder: Recorder) -> None:
    recorder.close()
    with span("later"):
        pass
    assert recorder.spans == []


def test_this_process_began_before_now() -> None:
    assert 0 < process_start() < time.monotonic_ns()


def test_the_trace_is_chromes_and_read_again_it_is_the_same() -> None:
    text = chrome_trace(reversed(SPANS))
    events = json.loads(text)["traceEvents"]
    assert {event["ph"] for event in events} == {"M", "X"}
    assert [event["args"]["name"] for event in events if event["ph"] == "M"] == [
        "grader",
        "loader 17",
        "loader 18",
    ]
    first = next(event for event in events if event["ph"] == "X")
    assert (first["ts"], first["dur"]) == (0, 4000)
    start = SPANS[0].start
    moved = [Span(s.lane, s.name, s.start - start, s.end - start) for s in SPANS]
    assert read_chrome_trace(text) == moved


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        ["a", "b", 1],
        ["a", "b", "c", 4],
        ["a", "b", 1, None],
        ["a", "b", 1, float("inf")],
        ["a", "b", 10**400, 1],
    ],
)
def test_what_a_machine_sends_and_is_no_span_is_refused(told: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        Span.read(told)


def test_processes_of_one_kind_are_one_in_the_table() -> None:
    console = Console(width=100)
    with console.capture() as captured:
        console.print(profile_table(SPANS))
    rows = [line.split() for line in captured.get().splitlines()[1:]]
    assert rows == [
        ["grader", "judges", "3.1", "1", "5", "4", "4"],
        ["loader", "compile", "2", "6", "3", "2"],
    ]


def test_a_profile_in_a_folder_that_is_not_there_is_refused_before_anything_is_graded() -> None:
    status, said = run_pytest("exercises/lab3", "--profile", "/nowhere/profile.json")
    assert status == pytest.ExitCode.USAGE_ERROR
    assert "There is no folder /nowhere." in said
    assert "Traceback" not in said
