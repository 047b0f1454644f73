"""Timelines of what the workload did and a submission reported, and the cause that they tell."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

from grader.base.messages import say
from grader.base.timeline import Deviation, Moment, Timeline
from grader.evidence.calls import Window
from grader.evidence.matching import place_of
from grader.evidence.trace import Record
from grader.evidence.witness import SYSTEM_CALLS, kernel_calls

Report = tuple[Sequence[int], str]
"""The numbers of a report, of which one may be a time (ns), and its text."""
Step = tuple[Window, int | None, int | None, int]
"""An event, what a counter held before and after it, and how many events others made meanwhile."""
_HEXADECIMAL = re.compile(r"\b(?:0x)?([0-9a-f]{8,16})\b", re.IGNORECASE)
_PLACES = {"fork": r"\w*sys_(?:\w+_)?clone3?|sched_process_fork"}
"""Where a call comes past that is not named after it; fork() makes the system call clone."""
_CALL = r"(?:sys_(?:enter|exit)|__\w+_sys)_(\w+)"
"""A place that tells by its name of which system call it is: a tracepoint, or a kernel function."""
_SLACK = 1_000_000
"""By how many ns two clocks of one machine may drift apart within a grading."""
_LATER = 500_000_000
"""By how many ns after an event a script may come to take the time itself."""


@dataclass(frozen=True)
class Reporter:
    """What reports come from: where a program is attached, in the kernel's words.

    `missing` is the function with which it is to report, where the program never calls it.
    """

    attached: Sequence[str] = ()
    missing: str = ""


_UNKNOWN = Reporter()
_MOST_PIDS = 1 << 22
"""A time (ns) is larger, soon after the machine has booted; a CPU or a process id is not."""
_FRACTION = re.compile(r"(?<![\d.])(\d{1,10})\.(\d{1,9})(?![\d.])")


def by_time(
    windows: Sequence[Window],
    records: Iterable[Record],
    *,
    of: str = "mkdir",
    numbers: Sequence[int] = (),
    words: str = "",
    others: int = 0,
    reporter: Reporter = _UNKNOWN,
) -> Timeline:
    """Return the timeline of trace `records`, by the time that the kernel gave them.

    Each call `of` that kind should have one report, others none. With `numbers`, that of each
    window has its number in it, after `words`, or one that is smaller by `others` at most: calls
    of other processes, which may have come later.
    """
    base = windows[0].start if windows else 0
    inside: list[list[str]] = [[] for _ in windows]
    strays = []
    for record in records:
        at, text = record.time, record.text
        place = place_of(windows, at)
        if place is None:
            strays.append(Moment(at - base, "", -1, (text,), Deviation.FOREIGN))
        else:
            inside[place].append(text)
    moments = []
    for place, (window, texts) in enumerate(zip(windows, inside, strict=True)):
        deviation = _by_count(len(texts), wanted=window.call == of)
        said = _integers(texts, words)
        right = place >= len(numbers) or any(0 <= numbers[place] - n <= others for n in said)
        if deviation is Deviation.RIGHT and not right:
            deviation = Deviation.WRONG
        moments.append(_moment(window, base, texts, deviation))
    moments = sorted([*moments, *strays], key=lambda moment: moment.at)
    cause = _of_numbers(inside, numbers) if numbers else ""
    counts = [len(texts) for texts in inside]
    return _told(moments, windows, counts, of, reporter, cause)


def by_value(
    windows: Sequence[Window],
    reports: Sequence[Report],
    *,
    of: str = "mkdir",
    others: int = 0,
    reporter: Reporter = _UNKNOWN,
) -> Timeline:
    """Return the timeline of `reports` that name a time (ns) themselves: numbers, and text.

    One of the numbers should lie in the window of its event. Where other processes made `others`
    events, what belongs to none of the workload's may be theirs: it is counted, and not shown.
    """
    base = windows[0].start if windows else 0
    # Events of several CPUs do not come in the order in which they happened; times know it.
    reports = sorted(reports, key=lambda report: max(report[0], default=0))
    in_order = reports if not others and len(windows) == len(reports) else []
    told: list[list[str]] = [[] for _ in windows]
    wrong = []
    for place, report in enumerate(reports):
        homes = [i for i, w in enumerate(windows) for number in report[0] if w.holds(number)]
        if homes and (not in_order or place in homes):
            told[place if in_order else homes[0]].append(report[1])
        else:
            wrong.append(report)
    # Where each event has a report with its time, the others are too many, and not wrong times.
    surplus = len(wrong) > others
    turn = _turn_of(windows, wrong, in_order, others) if surplus and not all(told) else None
    left, moments = list(wrong), []
    for place, (window, texts) in enumerate(zip(windows, told, strict=True)):
        deviation = _by_count(len(texts), wanted=window.call == of)
        found = in_order[place : place + 1] or (turn.nearest(window, left) if turn else [])
        if found and not texts:
            texts, deviation = [found[0][1]], Deviation.WRONG
            left.remove(found[0])
        moments.append(_moment(window, base, texts, deviation))
    moments.sort(key=lambda moment: moment.at)
    moments += _of_no_event([text for _, text in left], others)
    counts = [len(texts) for texts in told]
    cause = turn.cause if turn else ""
    return _told(moments, windows, counts, of, reporter, cause, surplus=surplus)


def _of_no_event(texts: Sequence[str], others: int) -> list[Moment]:
    """Show reports that belong to no event of the workload; of others' events, how many."""
    if not others:
        return [Moment(-1, "", -1, (text,), Deviation.FOREIGN) for text in texts]
    told = say(
        "{n} of other times, while other processes made {others} events",
        n=len(texts),
        others=others,
    )
    return [Moment(-1, "", -1, (told,), Deviation.WRONG)] if len(texts) > others else []


def by_growth(
    steps: Sequence[Step],
    *,
    of: str = "mkdir",
    attached: Sequence[str] = (),
) -> Timeline:
    """Return the timeline of a counter: for each event what it held before and after it.

    None is no entry yet.
    """
    moments, growth = [], []
    base = steps[0][0].start if steps else 0
    for window, before, after, others in steps:
        grown = (after or 0) - (before or 0)
        wanted = int(window.call == of)
        deviation = Deviation.RIGHT
        if grown < wanted:
            deviation = Deviation.MISSING if grown == 0 else Deviation.WRONG
        elif grown > wanted + others:
            deviation = Deviation.DOUBLED if wanted and grown == 2 else Deviation.WRONG
            deviation = deviation if wanted else Deviation.FOREIGN
        text = say("counter: {before} → {after}", before=_entry(before), after=_entry(after))
        if others:
            text = say("{change}, with {n} by other processes", change=text, n=others)
        moments.append(_moment(window, base, [text], deviation))
        # What others may have added tells nothing: a step that may be right counts as that.
        growth.append(wanted if deviation is Deviation.RIGHT else max(0, grown - others))
    wanted_growth = [grown for grown, step in zip(growth, steps, strict=True) if step[0].call == of]
    _, before, after, others = steps[0]
    cause = ""
    if before is None and after == 0 and wanted_growth[1:] and all(wanted_growth[1:]):
        cause = "starts_at_zero"
    elif before is None and after == 2 and not others and set(wanted_growth[1:]) == {1}:
        cause = "first_twice"
    elif before is None and (after or 0) > 1 << 32:
        cause = "unset"
    elif after and set(wanted_growth[1:]) == {0}:
        cause = "copy_grows"
    elif before is None and after == 1 and wanted_growth[1] == 1 and set(wanted_growth[2:]) == {0}:
        cause = "not_followed"
    elif not any(growth) and _comes_past(of, attached):
        cause = "uncounted"
    return _told(moments, [step[0] for step in steps], growth, of, Reporter(attached), cause)


def _entry(value: int | None) -> str:
    return say("no entry") if value is None else str(value)


def _moment(window: Window, base: int, texts: Sequence[str], deviation: Deviation) -> Moment:
    return Moment(window.start - base, window.event, window.cpu, tuple(texts), deviation)


def _by_count(count: int, *, wanted: bool) -> Deviation:
    if not wanted:
        return Deviation.FOREIGN if count else Deviation.RIGHT
    return {0: Deviation.MISSING, 1: Deviation.RIGHT}.get(count, Deviation.DOUBLED)


def _told(
    moments: Sequence[Moment],
    windows: Sequence[Window],
    counts: Sequence[int],
    of: str,
    reporter: Reporter,
    cause: str,
    *,
    surplus: bool = False,
) -> Timeline:
    """Return the timeline with `cause`, or with the one that the `counts` of reports tell.

    `surplus`: there are reports that belong to none of the events. Another process's rmdir, say,
    which lies in no window; then where the program is attached tells of what they may be.
    """
    attached = reporter.attached
    pairs = list(zip(windows, counts, strict=True))
    broad = dict.fromkeys(window.call for window, count in pairs if count and window.call != of)
    wanted = [(window.cpu, count) for window, count in pairs if window.call == of]
    if broad:
        cause = "too_broad"
    elif not cause and wanted and not any(counts) and not surplus:
        cause = _of_silence(of, reporter)
    cause = cause or _of_counts([count for _, count in wanted], [cpu for cpu, _ in wanted])
    if not cause and wanted and all(counts) and (surplus or max(counts) > 1):
        broad = dict.fromkeys(_others_attached_to(of, attached))
        cause = "too_broad" if broad else ""
    details = {"calls": ", ".join(broad), "places": ", ".join(dict.fromkeys(attached))}
    if cause == "mute":
        details["missing"] = reporter.missing
    return Timeline(tuple(moments), cause, details)


def _of_silence(of: str, reporter: Reporter) -> str:
    """Return why nothing was reported, as far as it can be told."""
    if reporter.missing:
        return "mute"
    if not reporter.attached:
        return ""
    return "quiet" if _comes_past(of, reporter.attached) else "silent"


def _others_attached_to(of: str, attached: Sequence[str]) -> list[str]:
    """Return the system calls but `of` whose places are among those `attached`."""
    found = [(place, re.fullmatch(_CALL, place)) for place in attached]
    return [call[1] for place, call in found if call and not _comes_past(of, [place])]


def _comes_past(of: str, attached: Sequence[str]) -> bool:
    """Tell whether a call `of` that kind comes past one of the places `attached`."""
    call = kernel_calls(of)[0] if of in SYSTEM_CALLS else of
    place = _PLACES.get(of, rf"\w*sys_(?:\w+_)?{call}")
    return any(re.fullmatch(place, each) for each in attached)


def _of_counts(counts: Sequence[int], cpus: Sequence[int]) -> str:
    """Return the cause that the number of reports of each event tells, if any."""
    if len(counts) < 2:
        return ""
    if set(counts) == {2}:
        return "twice"
    there = {cpu for cpu, count in zip(cpus, counts, strict=False) if count}
    gone = {cpu for cpu, count in zip(cpus, counts, strict=False) if not count}
    if there and not there & gone and counts.count(0) > 1:
        return "some_cpus"
    if counts[0] and not any(counts[1:]):
        return "first_only"
    if not counts[0] and all(counts[1:]):
        return "not_first"
    return ""


def _integers(texts: Iterable[str], words: str = "") -> list[int]:
    """Find the numbers in `texts` that stand after `words`."""
    number = re.compile(re.escape(words) + r"(\d{1,20})")
    return [int(found) for text in texts for found in number.findall(text)]


def _of_numbers(inside: Sequence[Sequence[str]], numbers: Sequence[int]) -> str:
    """Return the cause that wrong numbers in the text tell, if any."""

    def all_say(relation: Callable[[int], int]) -> bool:
        pairs = list(zip(inside, numbers, strict=False))
        return bool(pairs) and all(relation(n) in _integers(texts) for texts, n in pairs)

    if all_say(lambda number: number):
        return ""
    if all_say(lambda number: number - 1):
        return "one_less"
    return "double_number" if all_say(lambda number: 2 * number) else ""


@dataclass(frozen=True)
class _Turn:
    """What turns wrong times into right ones: `guesses` are the times that a report may mean.

    A guess may be `before` an event's time, or `after` it, by so many ns.
    """

    cause: str
    guesses: Callable[[Report], Iterable[int]]
    before: int = 0
    after: int = 0

    def distance(self, window: Window, report: Report) -> float:
        """Return how far from `window` the best guess for `report` is (ns); inf if none can be."""
        fitting = (
            abs(guess - window.start)
            for guess in self.guesses(report)
            if window.start - self.before <= guess <= window.end + self.after
        )
        return min(fitting, default=inf)

    def nearest(self, window: Window, reports: Sequence[Report]) -> list[Report]:
        """Find the report that is most likely of `window`; none if no report can be."""
        found = min(reports, key=lambda report: self.distance(window, report), default=None)
        return [found] if found and self.distance(window, found) < inf else []


def _turns(windows: Sequence[Window]) -> Iterator[_Turn]:
    offset = time.clock_gettime_ns(time.CLOCK_REALTIME) - time.monotonic_ns()
    yield _Turn("wall_clock", lambda report: [n - offset for n in report[0]], _SLACK, _LATER)
    yield _Turn("microseconds", lambda report: [n * 1_000 for n in report[0]], 1_000)
    yield _Turn("milliseconds", lambda report: [n * 1_000_000 for n in report[0]], 1_000_000)
    # Of the upper half there may be two: the lower one starts anew every 4.3 s.
    high = {edge >> 32 << 32 for window in windows for edge in (window.start, window.end)}
    yield _Turn("low_half", lambda report: [half + n for n in report[0] for half in high])
    yield _Turn("hexadecimal", lambda report: [int(n, 16) for n in _HEXADECIMAL.findall(report[1])])


def _turn_of(
    windows: Sequence[Window], wrong: Sequence[Report], in_order: Sequence[Report], others: int
) -> _Turn | None:
    """Return what wrong times tell, if anything: what turns all but others' into right ones.

    A few of an earlier event's may be among them too, which came late.
    """
    enough = min(len(wrong) - others, len(windows))

    def turns(turn: _Turn) -> bool:
        fitting = (any(turn.distance(w, report) < inf for w in windows) for report in wrong)
        return sum(fitting) >= enough

    if found := next(filter(turns, _turns(windows)), None):
        return found
    if _in_seconds(windows, [text for _, text in in_order]):
        return _Turn("seconds", lambda _: ())
    # One of many is no time that was never set: a program may begin with it.
    many = len(in_order) > 0 or len(wrong) - others >= len(windows)
    if many and sum(_is_zero(times, text) for times, text in wrong) >= enough:
        return _Turn("never_set", lambda _: ())
    later = [
        any(before.holds(number) for number in times)
        for before, (times, _) in zip(windows, in_order[1:], strict=False)
    ]
    if later and all(later):
        return _Turn("previous", lambda _: ())
    taken_later = _Turn("taken_later", lambda report: report[0], after=_LATER)
    return taken_later if windows and turns(taken_later) else None


def _is_zero(times: Sequence[int], text: str) -> bool:
    """Tell whether a time is 0, and not a CPU beside it, or what stands before a decimal point."""
    return 0 in times and max(times) < _MOST_PIDS and not re.search(r"\d\.\d", text)


def _in_seconds(windows: Sequence[Window], texts: Sequence[str]) -> bool:
    """Tell whether each text has its event's time in seconds, since the same moment as others."""
    if len(texts) < 2:
        return False
    found = [_FRACTION.findall(text) for text in texts]
    digits = min((len(part) for each in found for _, part in each), default=0)
    slack = max(10 ** (9 - digits), *(window.end - window.start for window in windows))
    if windows[-1].start - windows[0].start <= 4 * slack:
        return False  # Any number that stays the same would fit.
    times = [[int(whole + part.ljust(9, "0")) for whole, part in each] for each in found]
    ages = [
        [time - window.start for time in each] for window, each in zip(windows, times, strict=True)
    ]
    return any(
        all(any(abs(age - first) <= slack for age in each) for each in ages) for first in ages[0]
    )
