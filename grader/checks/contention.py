"""A load under which a counter that is not atomic loses counts."""

from __future__ import annotations

import os
import time
from contextlib import nullcontext

from grader.base.errors import InfraError
from grader.base.messages import say
from grader.checks.context import Context

_ROUND = 1_000
_SECONDS = 15
_ENOUGH_LOST, _STILL_ENOUGH, _HARDLY_ANY = 200, 60, 30
"""The witness's counter loses about twice as many counts as a submission's `++` that also prints,
and up to 17 times as many (measured on two CPUs, natively and emulated), or more where others print
at the same event. So that a count is complete under this load is no proof: see `require_atomic` of
a program."""


def contend(context: Context) -> None:
    """Make directories on all CPUs at once, until the witness's plain counter has lost some.

    How long that takes depends on the machine. Raises InfraError where it loses hardly any.
    """
    before = context.witness.lost_by_racy
    cpus = len(os.sched_getaffinity(0))
    unseen = context.trace.paused() if context.trace else nullcontext()
    with context.kernel.others_waiting(), unseen, context.witness.meetings(cpus):
        start = time.monotonic()
        spent, lost = 0.0, 0
        while spent < _SECONDS * context.scale:
            context.workload.stress(_ROUND)
            lost = context.witness.lost_by_racy - before
            spent = time.monotonic() - start
            # Where something else wants the CPUs, rather that than minutes.
            late = spent > _SECONDS * context.scale / 3
            if lost >= (_STILL_ENOUGH if late else _ENOUGH_LOST):
                return
    if lost < _HARDLY_ANY:
        raise InfraError(
            say(
                "A plain counter lost {lost} counts only: the CPUs of this machine hardly ever "
                "race.",
                lost=lost,
            ),
            say("Grade again when the machine is less busy."),
        )
