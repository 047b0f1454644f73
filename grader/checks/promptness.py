"""Whether a script prints an event as it comes, or only when the next one does."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from typing import TypeVar

from grader.base.errors import BehaviourError, InfraError
from grader.base.messages import say
from grader.checks.context import Context
from grader.evidence.calls import Window
from grader.submission.script import Script

_TRIALS, _TRIAL_SECONDS = 200, 10
"""Beside processes that make directories all the time on each CPU, one trial in two to ten is
alone, and decides. Other storms may end after some seconds: there are trials for that long."""
Event = TypeVar("Event", bound=Window)


def require_prompt(
    script: Script,
    context: Context,
    act: Callable[[], Event],
    caller: int,
    shows: Callable[[str, Event], bool],
) -> None:
    """Raise BehaviourError for a script that prints an event only when another one comes.

    Beside processes that make directories, the next event comes by itself. So what decides is a
    call that `act` has the process `caller` make, and that no other call follows: a prompt script
    shows it (`shows`) at once, a late one after the next call only. A script that never shows it is
    not late, and other checks refuse it. Raises InfraError where no call was alone.
    """
    end = time.monotonic() + _TRIAL_SECONDS * context.scale
    with context.witness.brake(spared=caller), script.preferred(caller):
        for trial in count():
            if trial >= _TRIALS and time.monotonic() > end:
                break
            event, in_time = _alone(script, context, act, shows)
            if event is not None:
                if not in_time and _comes_later(script, context, act, event, shows):
                    raise _late(script)
                return
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
) -> tuple[Event | None, bool]:
    """Let `act` make one call; return it, and whether the script showed it before any other.

    None is returned in its place where another process called meanwhile. The script is waited for
    first, until it has nothing left to read: what it reads next is this call's. It has read that
    when it waits without a timeout; a script that sleeps between its looks is given time.
    """
    witness = context.witness

    def quiet() -> bool:
        left = witness.left
        return left == witness.entered

    script.wait_for_rest(0.1 * context.scale, asleep=True)
    if not script.wait_for(quiet, context.scale, every=0.001):
        return None, False
    script.forget_lines()
    before = witness.left
    if witness.entered != before:
        return None, False
    event = act()

    def alone() -> bool:
        return witness.entered == before + 1

    def settled() -> bool:
        return _shown(script, event, shows) or not alone() or script.waits_for_ever()

    script.wait_for(settled, context.scale, every=0.001)
    in_time = _shown(script, event, shows)
    return (event if alone() else None), in_time


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
