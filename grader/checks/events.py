"""What the labs whose programs fill a buffer `events` look at first."""

from __future__ import annotations

from grader.checks.environment import LabEnvironment
from grader.checks.submitted import Submitted
from grader.evidence.workload import random_count

_BUFFER = "events"


def events_of_calls(environment: LabEnvironment) -> Submitted:
    """Have some of the lab's calls made; return the events meanwhile.

    Raises BehaviourError unless each submits one at least.
    """
    program = environment.program()
    program.listen(_BUFFER)
    got = program.submitted(environment.workload.calls, random_count())
    got.require_each()
    return got


def events_of_decoys(environment: LabEnvironment) -> Submitted:
    """Have other calls made than the lab's; return what the program submits all the same."""
    program, workload = environment.program(), environment.workload
    program.listen(_BUFFER)
    n = random_count()
    workload.mkdir(10 * n)  # For rmdir, at each attempt.
    return program.submitted(workload.decoys, n)
