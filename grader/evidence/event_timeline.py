"""Timelines of what the workload did and a submission reported, and the cause that they tell."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence

from grader.base.messages import say
from grader.base.timeline import Mark, Moment, Timeline
from grader.evidence.matching import place_of
from grader.evidence.trace import Record
from grader.evidence.workload import Window

_PLACES = {"fork": r"\w*sys_(?:\w+_)?clone3?|sched_process_fork"}
"""Where a call comes past that is not named after it; fork() makes the system call clone."""
_CALL = r"(?:sys_(?:enter|exit)|__\w+_sys)_(\w+)"
"""A place that tells by its name of which system call it is: a tracepoint, or a kernel function."""
_SLACK = 1_000_000
"""By how many ns two clocks of one machine may drift apart within a grading."""
_LATER = 500_000_000
"""By how many ns after an event a script may come to take the time itself."""


def by_time(
    windows: Sequence[Window],
    records: Iterable[Record],
    *,
    of: str = "mkdir",
    numbers: Sequence[int] = (),
    words: str = "",
    others: int = 0,
    attached: Sequence[str] = (),
) -> Timeline:
    """Return the timeline of trace `records`, by the time that the kernel gave them.

    Each call `of` that kind should have one report, others none. With `numbers`, that of each
    window has its number in it, after `words`, or one that is smaller by `others` at most: calls
    of other processes, which may have come later. `attached` is where the program is attached.
    """
    base = windows[0].start if windows else 0
    inside: list[list[str]] = [[] for _ in windows]
    strays = []
    for record in records:
        at, text = record.time, record.text
        place = place_of(windows, at)
        if place is None:
            strays.append(Moment(at - base, "", -1, (text,), Mark.FOREIGN))
        else:
            inside[place].append(text)
    moments = []
    for place, (window, texts) in enumerate(zip(windows, inside, strict=True)):
        mark = _by_count(len(texts), wanted=window.call == of)
        said = _integers(texts, words)
        right = place >= len(numbers) or any(0 <= numbers[place] - n <= others for n in said)
        if mark is Mark.RIGHT and not right:
            mark = Mark.WRONG
        moments.append(_moment(window, base, texts, mark))
    moments = sorted([*moments, *strays], key=lambda moment: moment.at)
    cause = _of_numbers(inside, numbers) if numbers else ""
    counts = [len(texts) for texts in inside]
    return _told(moments, windows, counts, of, attached, cause)


def by_value(
    windows: Sequence[Window],
    reports: Sequence[tuple[Sequence[int], str]],
    *,
    of: str = "mkdir",
    others: int = 0,
    attached: Sequence[str] = (),
) -> Timeline:
    """Return the timeline of `reports` that name a time (ns) themselves: numbers, and text.

    One of the numbers should lie in the window of its event. Where other processes made `others`
    events, what belongs to none of the workload's may be theirs: it is counted, and not shown.
    """
    base = windows[0].start if windows else 0
    # Events of several CPUs do not come in the order in which they happened; times know it.
    reports = sorted(reports, key=lambda report: max(report[0], default=0))
    paired = not others and len(windows) == len(reports)
    pairs = list(zip(windows, reports, strict=True)) if paired else []
    told: list[list[str]] = [[] for _ in windows]
    moments: list[Moment] = []
    wrong = []
    for place, (times, text) in enumerate(reports):
        homes = [i for i, w in enumerate(windows) for number in times if w.holds(number)]
        if homes and (not pairs or place in homes):
            told[place if pairs else homes[0]].append(text)
        else:
            wrong.append((times, text))
    for place, window in enumerate(windows):
        texts = told[place]
        mark = _by_count(len(texts), wanted=window.call == of)
        if pairs and not texts:
            texts, mark = [pairs[place][1][1]], Mark.WRONG
        moments.append(_moment(window, base, texts, mark))
    moments.sort(key=lambda moment: moment.at)
    moments += [] if pairs else _of_no_event([text for _, text in wrong], others)
    in_order = [report for _, report in pairs]
    counts = [len(texts) for texts in told]
    # Where each event has a report with its time, the others are too many, and not wrong times.
    cause = _of_times(windows, wrong, in_order, others) if wrong and not all(counts) else ""
    surplus = len(wrong) > others
    return _told(moments, windows, counts, of, attached, cause, surplus=surplus)


def _of_no_event(texts: Sequence[str], others: int) -> list[Moment]:
    """Show reports that belong to no event of the workload; of others' events, how many."""
    if not others:
        return [Moment(-1, "", -1, (text,), Mark.FOREIGN) for text in texts]
    told = say(
        "{n} of other times, while other processes made {others} events",
        n=len(texts),
        others=others,
    )
    return [Moment(-1, "", -1, (told,), Mark.WRONG)] if len(texts) > others else []


def by_growth(
    steps: Sequence[tuple[Window, int | None, int | None, int]],
    *,
    of: str = "mkdir",
    attached: Sequence[str] = (),
) -> Timeline:
    """Return the timeline of a counter: for each event what it held before and after it.

    None is no entry yet. The last of a step is how many events others made at the same time.
    """
    moments, growth = [], []
    base = steps[0][0].start if steps else 0
    for window, before, after, others in steps:
        grown = (after or 0) - (before or 0)
        wanted = int(window.call == of)
        mark = Mark.RIGHT
        if grown < wanted:
            mark = Mark.MISSING if grown == 0 else Mark.WRONG
        elif grown > wanted + others:
            mark = Mark.DOUBLED if wanted and grown == 2 else Mark.WRONG
            mark = mark if wanted else Mark.FOREIGN
        text = say("counter: {before} → {after}", before=_entry(before), after=_entry(after))
        if others:
            text = say("{change}, with {n} by other processes", change=text, n=others)
        moments.append(_moment(window, base, [text], mark))
        growth.append(max(0, grown - others))
    wanted_growth = [grown for grown, step in zip(growth, steps, strict=True) if step[0].call == of]
    _, before, after, _ = steps[0]
    cause = ""
    if before is None and after == 0 and wanted_growth[1:] and all(wanted_growth[1:]):
        cause = "starts_at_zero"
    elif before is None and after == 2 and set(wanted_growth[1:]) == {1}:
        cause = "first_twice"
    elif before is None and (after or 0) > 1 << 32:
        cause = "unset"
    elif after and set(wanted_growth[1:]) == {0}:
        cause = "copy_grows"
    elif not any(growth) and _comes_past(of, attached):
        cause = "uncounted"
    return _told(moments, [step[0] for step in steps], growth, of, attached, cause)


def _entry(value: int | None) -> str:
    return say("no entry") if value is None else str(value)


def _moment(window: Window, base: int, texts: Sequence[str], mark: Mark) -> Moment:
    return Moment(window.start - base, window.event, window.cpu, tuple(texts), mark)


def _by_count(count: int, *, wanted: bool) -> Mark:
    if not wanted:
        return Mark.FOREIGN if count else Mark.RIGHT
    return {0: Mark.MISSING, 1: Mark.RIGHT}.get(count, Mark.DOUBLED)


def _told(
    moments: Sequence[Moment],
    windows: Sequence[Window],
    counts: Sequence[int],
    of: str,
    attached: Sequence[str],
    cause: str,
    *,
    surplus: bool = False,
) -> Timeline:
    """Return the timeline with `cause`, or with the one that the `counts` of reports tell.

    `surplus`: there are reports that belong to none of the events. Another process's rmdir, say,
    which lies in no window; then where the program is attached tells of what they may be.
    """
    pairs = list(zip(windows, counts, strict=True))
    broad = dict.fromkeys(window.call for window, count in pairs if count and window.call != of)
    wanted = [(window.cpu, count) for window, count in pairs if window.call == of]
    if broad:
        cause = "too_broad"
    elif not cause and attached and wanted and not any(counts) and not surplus:
        cause = "quiet" if _comes_past(of, attached) else "silent"
    cause = cause or _of_counts([count for _, count in wanted], [cpu for cpu, _ in wanted])
    if not cause and wanted and all(counts) and (surplus or max(counts) > 1):
        broad = dict.fromkeys(_others_attached_to(of, attached))
        cause = "too_broad" if broad else ""
    details = {"calls": ", ".join(broad), "places": ", ".join(dict.fromkeys(attached))}
    return Timeline(tuple(moments), cause, details)


def _others_attached_to(of: str, attached: Sequence[str]) -> list[str]:
    """Return the system calls but `of` whose places are among those `attached`."""
    found = [(place, re.fullmatch(_CALL, place)) for place in attached]
    return [call[1] for place, call in found if call and not _comes_past(of, [place])]


def _comes_past(of: str, attached: Sequence[str]) -> bool:
    """Tell whether a call `of` that kind comes past one of the places `attached`."""
    place = _PLACES.get(of, rf"\w*sys_(?:\w+_)?{of}")
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


def _of_times(
    windows: Sequence[Window],
    wrong: Sequence[tuple[Sequence[int], str]],
    in_order: Sequence[tuple[Sequence[int], str]],
    others: int,
) -> str:
    """Return the cause that wrong times tell, if any: what turns all but others' into right ones.

    A few of an earlier event's may be among them too, which came late.
    """

    def enough(fits: Iterable[bool]) -> bool:
        return sum(fits) >= max(1, min(len(wrong) - others, len(windows)))

    def right(guesses: Iterable[Iterable[int]], before: int = 0, after: int = 0) -> bool:
        def fits(value: int) -> bool:
            return any(window.start - before <= value <= window.end + after for window in windows)

        return enough(any(map(fits, each)) for each in guesses)

    def turned(turn: Callable[[int], int], before: int = 0, after: int = 0) -> bool:
        return right((map(turn, times) for times, _ in wrong), before, after)

    offset = time.clock_gettime_ns(time.CLOCK_REALTIME) - time.monotonic_ns()
    if turned(lambda number: number - offset, _SLACK, _LATER):
        return "wall_clock"
    for unit, name in ((1_000, "microseconds"), (1_000_000, "milliseconds")):
        if turned(unit.__mul__, before=unit):
            return name
    # Of the upper half there may be two: the lower one starts anew every 4.3 s.
    high = {edge >> 32 << 32 for window in windows for edge in (window.start, window.end)}
    if right([half + number for number in times for half in high] for times, _ in wrong):
        return "low_half"
    hexadecimal = re.compile(r"\b(?:0x)?([0-9a-f]{8,16})\b", re.IGNORECASE)
    if right([int(found, 16) for found in hexadecimal.findall(text)] for _, text in wrong):
        return "hexadecimal"
    # One of many is no time that was never set: a program may begin with it.
    many = len(in_order) > 0 or len(wrong) - others >= len(windows)
    if many and enough(any(number == 0 for number in times) for times, _ in wrong):
        return "never_set"
    later = [
        any(before.holds(number) for number in times)
        for before, (times, _) in zip(windows, in_order[1:], strict=False)
    ]
    if later and all(later):
        return "previous"
    return "taken_later" if windows and turned(lambda number: number, after=_LATER) else ""
