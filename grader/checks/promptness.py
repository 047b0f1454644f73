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
    `shows` it, or none does. Raises InfraError where there is none that was alone.
    """
    end = time.monotonic() + _TRIAL_SECONDS * context.scale
    with context.witness.brake(spared=caller), script.preferred(caller):
        for trial in count():
            if trial >= _TRIALS and time.monotonic() > end:
                break
            prompt = _is_prompt(script, context, act, shows)
            if prompt:
                return
            if prompt is not None:
                raise _late(script)
    raise InfraError(
        say(
            "Other processes make directories without a pause: whether the script prints each "
            "event as it comes cannot be told."
        ),
        say("End them, or give --kernel vm."),
    )


def _is_prompt(
    script: Script,
    context: Context,
    act: Callable[[], Event],
    shows: Callable[[str, Event], bool],
) -> bool | None:
    """Tell whether a line shows the call of `act`; None where another call came meanwhile.

    The script rests before: it has nothing more to read. What it reads then is of this call.
    """
    witness = context.witness

    def quiet() -> bool:
        left = witness.left
        return left == witness.entered

    script.wait_for_rest(0.1 * context.scale, asleep=True)
    if not script.wait_for(quiet, context.scale, every=0.001):
        return None
    script.forget_lines()
    before = witness.left
    if witness.entered != before:
        return None
    event = act()

    def alone() -> bool:
        return witness.entered == before + 1

    def shown() -> bool:
        return any(shows(line, event) for line in script.lines)

    script.wait_for(lambda: shown() or not alone(), context.scale, every=0.001)
    in_time = shown()
    return in_time if alone() else None


def _late(script: Script) -> BehaviourError:
    return BehaviourError(
        say("{name} prints an event only when the next one comes.", name=script.name),
        say("Print each event in the callback that receives it."),
        expected=say("a line for each event, as it comes"),
        actual=say("a line for the event before"),
        log=script.output(),
        file=script.name,
    )
