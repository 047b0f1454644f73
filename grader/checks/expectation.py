"""What a check expects, and what its student is told where that is not so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Protocol

from grader.base.errors import BehaviourError, LabebpfError
from grader.base.messages import NO_MESSAGE, Message, say
from grader.base.timeline import Deviation, Timeline


class Evidence(Protocol):
    """What was seen of a submission: it can show, event by event, how that came about."""

    def timeline(self) -> Timeline: ...


def expect(
    condition: bool,
    why: Message,
    remedy: Message = NO_MESSAGE,
    *,
    expected: object = "",
    actual: object = "",
    log: str = "",
    timeline: Evidence | None = None,
) -> None:
    """Raise BehaviourError, with these words for the student, unless `condition` holds.

    The timeline of the evidence `timeline` is then made, and shown if anything in it is wrong. Of a
    list in `expected` or `actual` its elements are shown.
    """
    if condition:
        return
    shown = None
    if timeline:
        with suppress(LabebpfError):  # It is no part of the verdict.
            shown = timeline.timeline()
    if (
        shown
        and not shown.cause
        and all(moment.mark is Deviation.RIGHT for moment in shown.moments)
    ):
        shown = None
    raise BehaviourError(
        why, remedy, expected=_text(expected), actual=_text(actual), log=log, timeline=shown
    )


def listed(values: Iterable[object]) -> str:
    """Join `values` for a person to read; those of a mapping with their keys."""
    if isinstance(values, Mapping):
        values = (f"{key}: {value}" for key, value in values.items())
    return ", ".join(map(str, values)) or say("none")


def line_count(n: int) -> Message:
    """Say that there are `n` lines."""
    return {0: say("no line"), 1: say("1 line")}.get(n) or say("{n} lines", n=n)


def event_count(n: int) -> Message:
    """Say that there are `n` events."""
    return {0: say("no event"), 1: say("1 event")}.get(n) or say("{n} events", n=n)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return listed(value) if isinstance(value, Iterable) else str(value)
