"""What a script prints of a call that no other one follows: when, and how many lines."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Generic, TypeVar

from grader.base.errors import BehaviourError, InfraError
from grader.base.messages import say
from grader.checks.context import Context
from grader.evidence.calls import Window
from grader.submission.script import Script

_TRIALS, _TRIAL_SECONDS = 200, 10
"""Beside processes that make directories all the time on each CPU, one trial in two to ten is
alone, and decides. Other storms may end after some seconds: there are trials for that long."""
_SURE, _MOST = 2, 20
"""So many trials count more lines than one, of so many at most in which the script was prompt."""
Event = TypeVar("Event", bound=Window)


@dataclass(frozen=True)
class _Trial(Generic[Event]):
    """A call that no other one followed, and what the script printed of it.

    `lines` is how many, where it was seen to have nothing left to print before and after; else 0.
    """

    event: Event
    in_time: bool
    lines: int


def lines_when_alone(
    script: Script,
    context: Context,
    act: Callable[[], Event],
    caller: int,
    shows: Callable[[str, Event], bool],
) -> int:
    """Return how many lines a script prints of a call that no other one is near.

    Beside processes that make directories, the next event comes by itself, and lines may be of
    others' calls or be lost. So what decides is a call that `act` has the process `caller` make,
    and that no other call follows: a prompt script shows it (`shows`) at once, a late one after the
    next call only, and that raises BehaviourError. A script that never shows it is not late, and
    other checks refuse it. Where the lines cannot be counted, 1 is returned. Raises InfraError
    where no call was alone.
    """
    end = time.monotonic() + _TRIAL_SECONDS * context.scale
    prompt, counted = 0, list[int]()
    with context.witness.brake(spared=caller), script.preferred(caller):
        for trial in count():
            if trial >= _TRIALS and time.monotonic() > end:
                break
            seen = _alone(script, context, act, shows)
            if seen is None:
                continue
            if not seen.in_time:
                if _comes_later(script, context, act, seen.event, shows):
                    raise _late(script)
                return 1
            prompt += 1
            counted += [seen.lines] if seen.lines else []
            if 1 in counted or len(counted) == _SURE or prompt == _MOST:
                break
    if prompt:
        return min(counted, default=1)
    raise InfraError(
        say(
            "Other processes make directories without a pause: whether the script prints each "
            "event as it comes cannot be told."
        ),
        say("End them, or give --kernel vm."),
    )


def _alone(
    script: Script,
    context: Context,
    act: Callable[[], Event],
    shows: Callable[[str, Event], bool],
) -> _Trial[Event] | None:
    """Let `act` make one call; None where another process called meanwhile.

    The script is waited for first, until it has nothing left to read: what it reads next is this
    call's. It has read that when it waits without a timeout; a script that sleeps between its looks
    is given time.
    """
    witness = context.witness

    def quiet() -> bool:
        left = witness.left
        return left == witness.entered

    script.wait_for_rest(0.1 * context.scale, asleep=True)
    if not script.wait_for(quiet, context.scale, every=0.001):
        return None
    rested = script.wait_for_rest(0)
    script.forget_lines()
    before = witness.left
    if witness.entered != before:
        return None
    event = act()

    def alone() -> bool:
        return witness.entered == before + 1

    def settled() -> bool:
        return _shown(script, event, shows) or not alone() or script.waits_for_ever()

    script.wait_for(settled, context.scale, every=0.001)
    in_time = _shown(script, event, shows)
    if not alone():
        return None
    rested = rested and in_time and script.wait_for_rest(0.02 * context.scale)
    lines = len(script.lines)
    return _Trial(event, in_time, lines if rested and alone() else 0)


def _comes_later(
    script: Script,
    context: Context,
    act: Callable[[], Event],
    event: Event,
    shows: Callable[[str, Event], bool],
) -> bool:
    """Tell whether a line shows `event` once the next one has come."""
    act()
    return script.wait_for(lambda: _shown(script, event, shows), context.scale)


def _shown(script: Script, event: Event, shows: Callable[[str, Event], bool]) -> bool:
    return any(shows(line, event) for line in script.lines)


def _late(script: Script) -> BehaviourError:
    return BehaviourError(
        say("{name} prints an event only when the next one comes.", name=script.name),
        say("Print each event in the callback that receives it."),
        expected=say("a line for each event, as it comes"),
        actual=say("a line for the event before"),
        log=script.output(),
        file=script.name,
    )
