"""What a timeline shows, and which cause it names."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from grader.base.messages import translate
from grader.base.timeline import Deviation, Timeline
from grader.checks.counter import least_disturbed
from grader.checks.script_output import numbers
from grader.evidence.calls import Window
from grader.evidence.event_timeline import Reporter, Step, by_growth, by_time, by_value
from grader.evidence.trace import Record
from grader.verdict.causes import CAUSES, sentence_of

BASE = 5_000_000_000_123


def windows(calls: str = "mkdir " * 6) -> list[Window]:
    """Make events of 0.1 ms each, on two CPUs in turn."""
    return [
        Window(
            call, f"/tmp/{number:x}", start := BASE + number * 300_000, start + 100_000, number % 2
        )
        for number, call in enumerate(calls.split())
    ]


def lines(events: Sequence[Window], counts: Sequence[int], text: str = "hello") -> list[Record]:
    """Make trace lines in the time of each event, as many as `counts` says."""
    return [
        Record(event.start + 50, event.cpu, 1, "bpf_trace_printk", {"buf": text})
        for event, count in zip(events, counts, strict=True)
        for _ in range(count)
    ]


def marks(timeline: Timeline) -> list[str]:
    return [moment.mark.value for moment in timeline.moments]


@pytest.mark.parametrize(
    ("counts", "cause", "marked"),
    [
        ([1, 1, 1, 1], "", ["", "", "", ""]),
        ([2, 2, 2, 2], "twice", ["doubled"] * 4),
        ([1, 0, 1, 0], "some_cpus", ["", "missing", "", "missing"]),
        ([1, 0, 0, 0], "first_only", ["", "missing", "missing", "missing"]),
        ([0, 1, 1, 1], "not_first", ["missing", "", "", ""]),
        ([0, 0, 0, 0], "silent", ["missing"] * 4),
        ([1, 3, 0, 1], "", ["", "doubled", "missing", ""]),
    ],
)
def test_the_number_of_lines_tells(counts: list[int], cause: str, marked: list[str]) -> None:
    events = windows("mkdir " * 4)
    shown = by_time(events, lines(events, counts), reporter=Reporter(["sys_enter_rmdir"]))
    assert bool(sentence_of(shown.cause, shown.details)) == bool(cause)
    assert (shown.cause, marks(shown)) == (cause, marked)
    assert "sys_enter_rmdir" in translate(sentence_of("silent", shown.details), "fr")


@pytest.mark.parametrize(
    ("of", "place", "cause"),
    [
        ("mkdir", "sys_enter_mkdir", "quiet"),
        ("mkdir", "sys_exit_mkdir", "quiet"),
        ("mkdir", "__x64_sys_mkdir", "quiet"),
        ("mkdir", "sys_enter_mkdirat", "silent"),
        ("mkdir", "sys_enter", "silent"),
        ("fork", "__x64_sys_clone", "quiet"),
        ("fork", "sched_process_fork", "quiet"),
        ("fork", "sys_enter_fork", "silent"),
        ("fork", "sched_process_exit", "silent"),
    ],
)
def test_who_is_attached_rightly_and_says_nothing_is_told_so(
    of: str, place: str, cause: str
) -> None:
    events = windows(f"{of} " * 3)
    assert by_time(events, [], of=of, reporter=Reporter([place])).cause == cause


def test_a_program_that_cannot_report_is_told_so() -> None:
    events, reporter = windows("mkdir " * 3), Reporter(["sys_enter_mkdir"], "perf_submit()")
    shown = by_time(events, [], reporter=reporter)
    assert (shown.cause, shown.details["missing"]) == ("mute", "perf_submit()")
    assert by_time(events, lines(events, [1, 1, 1]), reporter=reporter).cause == ""


def test_lines_of_other_calls_are_named_once_each() -> None:
    events = windows("mkdir rmdir open unlink rmdir")
    shown = by_time(events, lines(events, [1, 1, 0, 1, 1]))
    assert marks(shown) == ["", "foreign", "", "foreign", "foreign"]
    assert "rmdir, unlink." in sentence_of(shown.cause, shown.details)


def test_a_line_outside_of_all_events_is_one_of_its_own() -> None:
    events = windows("mkdir mkdir")
    stray = Record(events[0].end + 10, 0, 1, "bpf_trace_printk", {"buf": "who?"})
    shown = by_time(events, [*lines(events, [1, 1]), stray])
    assert marks(shown) == ["", "foreign", ""]
    assert shown.moments[1].event == "" and shown.moments[1].reports == ("who?",)


@pytest.mark.parametrize(
    ("said", "cause"),
    [(lambda n: n, ""), (lambda n: n - 1, "one_less"), (lambda n: 2 * n, "double_number")],
)
def test_the_number_in_a_line_tells(said: Callable[[int], int], cause: str) -> None:
    events = windows("mkdir " * 3)
    records = [
        lines([e], [1], f"count {said(n)}")[0] for e, n in zip(events, (7, 8, 9), strict=True)
    ]
    shown = by_time(events, records, numbers=[7, 8, 9])
    assert shown.cause == cause
    assert marks(shown) == ["wrong" if cause else ""] * 3


@pytest.mark.parametrize(
    ("text", "others", "right"),
    [
        ("count: {n}", 0, True),
        ("count = {n}", 0, False),
        ("count: {n}1", 0, False),
        ("{n} count: 3", 0, False),
        ("count: {less}", 0, False),
        ("count: {less}", 1, True),
    ],
)
def test_a_line_with_its_number_in_other_words_is_wrong(
    text: str, others: int, right: bool
) -> None:
    """As the check has it: smaller by what other processes have counted later, at most."""
    (event,) = windows("mkdir")
    records = lines([event], [1], text.format(n=70, less=69))
    shown = by_time([event], records, numbers=[70], words="count: ", others=others)
    assert marks(shown) == ["" if right else "wrong"]


OFFSET = time.clock_gettime_ns(time.CLOCK_REALTIME) - time.monotonic_ns()


@pytest.mark.parametrize(
    ("told", "cause"),
    [
        (lambda t: t, ""),
        (lambda t: t + OFFSET, "wall_clock"),
        (lambda t: t + OFFSET + 40_000_000, "wall_clock"),
        (lambda t: t // 1000, "microseconds"),
        (lambda t: t // 1_000_000, "milliseconds"),
        (lambda t: t & 0xFFFFFFFF, "low_half"),
        (lambda t: 0, "never_set"),
        (lambda t: t + 5_000_000, "taken_later"),
        (lambda t: 4_321, ""),
    ],
)
def test_wrong_times_tell_what_they_are(told: Callable[[int], int], cause: str) -> None:
    events = windows()
    reports = [((told(event.start + 70),), "text") for event in events]
    random.Random(7).shuffle(reports)  # Each CPU has a buffer of its own.
    shown = by_value(events, reports)
    assert bool(sentence_of(shown.cause, shown.details)) == bool(cause)
    assert shown.cause == cause
    assert (set(marks(shown)) == {"wrong"}) == (told(events[0].start) != events[0].start)


def test_a_line_of_an_earlier_event_that_came_late_hides_no_cause() -> None:
    events = windows()
    times = [BASE - 2_000_000_000, *(event.start + 70 for event in events)]
    told = [((value // 1_000_000,), "text") for value in times]
    assert by_value(events, told).cause == "milliseconds"


def test_half_a_time_is_known_where_it_starts_anew_among_the_events() -> None:
    events = windows()
    by = (7 << 32) - events[1].end
    events = [replace(event, start=event.start + by, end=event.end + by) for event in events]
    halves = [(event.start + 70) & 0xFFFFFFFF for event in events]
    assert max(halves) > 1 << 31 and min(halves) < 1 << 31
    assert by_value(events, [((half,), str(half)) for half in halves]).cause == "low_half"


def test_the_time_of_the_event_before_is_known_as_that() -> None:
    events = windows()
    before = [1, *(event.start + 20 for event in events[:-1])]
    shown = by_value(events, [((value,), str(value)) for value in before])
    assert shown.cause == "previous"


def test_hexadecimal_is_read() -> None:
    events = windows()
    texts = [f"mkdir at {event.start + 9:#x}" for event in events]
    assert by_value(events, [((0,), text) for text in texts]).cause == "hexadecimal"


def test_where_others_make_directories_their_times_are_not_held_against_anybody() -> None:
    events = windows("mkdir mkdir")
    times = [events[0].start + 1, events[0].end + 90, events[1].start + 1]
    reports = [((value,), str(value)) for value in times]
    assert marks(by_value(events, reports, others=1)) == ["", ""]
    assert marks(by_value(events, reports)) == ["", "", "foreign"]


def test_where_others_make_directories_too_a_wrong_time_stands_beside_its_event() -> None:
    events = windows("mkdir mkdir mkdir")
    between = [event.end + 90_000 for event in events]
    times = sorted([*(event.start + 70 for event in events), *between])
    shown = by_value(events, [((value // 1000,), str(value)) for value in times], others=3)
    assert shown.cause == "microseconds"
    assert [(moment.mark, moment.reports) for moment in shown.moments] == [
        (Deviation.WRONG, (str(event.start + 70),)) for event in events
    ]


def test_where_others_make_directories_wrong_times_are_told_beside_theirs() -> None:
    events = windows("mkdir mkdir")
    reports = [((value,), str(value)) for value in (1, 2, 3, 4)]
    shown = by_value(events, reports, others=2).moments
    assert [moment.mark for moment in shown] == [
        Deviation.MISSING,
        Deviation.MISSING,
        Deviation.WRONG,
    ]
    assert shown[2].reports == ("4 of other times, while other processes made 2 events",)


def test_where_one_is_missing_another_processs_time_does_not_stand_for_it() -> None:
    events = windows("mkdir mkdir")
    reports = [((value,), str(value)) for value in (events[0].end + 90, events[1].start + 1)]
    shown = by_value(events, reports, others=1)
    assert [(moment.mark, moment.reports) for moment in shown.moments] == [
        (Deviation.MISSING, ()),
        (Deviation.RIGHT, (str(events[1].start + 1),)),
    ]


@pytest.mark.parametrize(
    ("attached", "calls"),
    [
        (["sys_enter_mkdir", "sys_enter_rmdir"], "rmdir"),
        (["__x64_sys_mkdir", "__x64_sys_rmdir", "sys_exit_rmdir"], "rmdir"),
        (["sys_enter_mkdir", "sys_exit_mkdir", "vfs_mkdir", "sys_enter"], ""),
        ([], ""),
    ],
)
def test_others_calls_among_the_reports_are_told_by_where_the_program_is(
    attached: list[str], calls: str
) -> None:
    """Another process removes a tree meanwhile: this happens on every machine now and then."""
    events = windows("mkdir mkdir mkdir")
    theirs = [events[0].start - 400_000, events[1].end + 7, events[1].end + 9, events[2].start + 5]
    times = [*(event.start + 3 for event in events), *theirs]
    shown = by_value(
        events, [((value,), str(value)) for value in times], reporter=Reporter(attached)
    )
    assert (shown.cause, shown.details["calls"]) == ("too_broad" if calls else "", calls)


def test_a_counter_that_others_calls_reach_tells_by_where_the_program_is() -> None:
    steps = [(event, i, i + 1 + 3 * (i == 1), 0) for i, event in enumerate(windows("mkdir " * 3))]
    shown = by_growth(steps, attached=["sys_enter_mkdir", "sys_enter_rmdir"])
    assert (shown.cause, shown.details["calls"]) == ("too_broad", "rmdir")


def grown(values: Sequence[int | None], calls: str) -> Timeline:
    """Make the timeline of a counter that held `values` before the first and after each call."""
    events = windows(calls)
    pairs = zip(events, values, values[1:], strict=False)
    steps = [(event, before, after, 0) for event, before, after in pairs]
    return by_growth(steps, attached=["sys_enter_mkdirat"])


@pytest.mark.parametrize(
    ("values", "cause", "last"),
    [
        ([None, 1, 2, 3], "", Deviation.RIGHT),
        ([None, 0, 1, 2], "starts_at_zero", Deviation.RIGHT),
        ([None, 0, 1, 3], "starts_at_zero", Deviation.DOUBLED),
        ([None, 1, 1, 1], "copy_grows", Deviation.MISSING),
        ([None, 2, 3, 4], "first_twice", Deviation.RIGHT),
        ([None, 0xAAAA_AAAA_AAAA, 0xAAAA_AAAA_AAAB], "unset", Deviation.RIGHT),
        ([5, 5, 5, 5], "copy_grows", Deviation.MISSING),
        ([None, 1, 2, 2, 2], "not_followed", Deviation.MISSING),
        ([None, 1, 2, 2, 3], "", Deviation.RIGHT),
        ([5, 7, 9, 11], "twice", Deviation.DOUBLED),
        ([5, 6, 6, 7, 7], "some_cpus", Deviation.MISSING),
        ([None, None, None, None], "silent", Deviation.MISSING),
        ([5, 6, 7, 3], "", Deviation.WRONG),
    ],
)
def test_a_counter_tells(values: list[int | None], cause: str, last: Deviation) -> None:
    shown = grown(values, "mkdir " * (len(values) - 1))
    assert bool(sentence_of(shown.cause, shown.details)) == bool(cause)
    assert (shown.cause, shown.moments[-1].mark) == (cause, last)


def test_a_counter_that_nothing_is_put_into_is_told_so() -> None:
    steps = [(event, None, None, 0) for event in windows("mkdir mkdir")]
    assert by_growth(steps, attached=["sys_enter_mkdir"]).cause == "uncounted"
    assert by_growth(steps, attached=["sys_enter_rmdir"]).cause == "silent"


def test_a_counter_that_grows_with_other_calls_names_them() -> None:
    shown = grown([1, 2, 3, 3], "mkdir rmdir open")
    assert (shown.cause, shown.details["calls"]) == ("too_broad", "rmdir")
    assert marks(shown) == ["", "foreign", ""]


def test_what_others_count_meanwhile_is_theirs() -> None:
    events = windows("mkdir rmdir")
    shown = by_growth([(events[0], 1, 4, 2), (events[1], 4, 5, 1)])
    assert (shown.cause, marks(shown)) == ("", ["", ""])
    assert [moment.reports for moment in shown.moments] == [
        ("counter: 1 → 4, with 2 by other processes",),
        ("counter: 4 → 5, with 1 by other processes",),
    ]


def test_what_others_may_have_added_is_no_cause() -> None:
    """Whether the first one stored 0 or 1 cannot be told where another came between."""
    events = windows("mkdir " * 4)
    values = [None, 1, 2, 3, 4]
    steps = [(e, values[i], values[i + 1], int(i == 0)) for i, e in enumerate(events)]
    assert by_growth(steps, attached=["sys_enter_mkdir"]).cause == ""


def test_a_counter_without_an_entry_is_told_in_words() -> None:
    (first, _) = grown([None, 1, 2], "mkdir mkdir").moments
    assert first.reports == ("counter: no entry → 1",)


def test_every_cause_has_a_sentence_in_both_languages() -> None:
    for name in CAUSES:
        details = {"calls": "rmdir", "places": "sys_enter_rmdir", "missing": "f()"}
        english = sentence_of(name, details)
        french = translate(english, "fr")
        assert english and french and english != french and "{" not in english + french
    assert sentence_of("", {}) == ""


@pytest.mark.parametrize(
    "text, cause",
    [
        (lambda t: f"{(t - 4_300_000_000) / 1e9:.9f}", "seconds"),
        (lambda t: f"{t / 1e9:.9f} s", "seconds"),
        (lambda t: "0.438639513", ""),
        (lambda t: f"0.{t * 7 % 1_000_000_000:09}", ""),
        (lambda t: "mkdir at 0 ns", "never_set"),
        (lambda t: "CPU 0: 438639513", ""),
    ],
)
def test_a_zero_beside_a_time_is_no_time_that_is_zero(
    text: Callable[[int], str], cause: str
) -> None:
    events = windows()
    texts = [text(event.start + 70) for event in events]
    assert by_value(events, [(tuple(numbers(each)), each) for each in texts]).cause == cause


def test_of_disturbed_timelines_the_one_whose_first_event_was_alone_is_shown() -> None:
    """What a counter begins with is told by its first event, if no other process has one then."""
    window = Window("mkdir", "/tmp/a", 10, 20, 0)

    def made(*others: int) -> list[Step]:
        return [(window, None, 0, n) for n in others]

    assert least_disturbed([made(1, 0, 0), made(0, 1, 1), made(2, 0, 0)]) == made(0, 1, 1)
    assert least_disturbed([made(0, 1, 1), made(0, 2, 0)]) == made(0, 2, 0)
    left = iter([made(0, 0, 0), made(0, 0, 1)])
    assert least_disturbed(left) == made(0, 0, 0)
    assert len(list(left)) == 1, "a quiet one is enough"
