"""Whether a script prints an event as it comes, or only when the next one does."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from typing import TypeVar

from grader.base.errors import BehaviourError, InfraError
from grader.base.messages import say
from grader.checks.context import Context
from grader.evidence.workload import Window
from grader.submission.script import Script

_TRIALS, _TRIAL_SECONDS = 200, 10
"""Beside processes that make directories all the time on each CPU, one in two to ten settles it. Of
others the storm may be over in some seconds: until then, more of them."""
Event = TypeVar("Event", bound=Window)


def require_prompt(
    script: Script,
    context: Context,
    act: Callable[[], Event],
    caller: int,
    shows: Callable[[str, Event], bool],
) -> None:
    """Raise BehaviourError for a script that prints an event only when another one comes.

    Beside processes that make directories, the next event comes by itself. So what settles it is
    a call that `act` has the process `caller` make, and that no other one came after: either a line
    `shows` it, or none does before the next one. A script that does not even show it then is no
    such script. Raises InfraError where there is no call that was alone.
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
    """Let `act` make a call, and the script read it; tell whether it was shown in time.

    The call is None where another one came meanwhile.

    The script rests before: it has nothing more to read. What it reads then is of this call. Once
    it waits for ever, it has read that; one that goes on by itself has its time.
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
