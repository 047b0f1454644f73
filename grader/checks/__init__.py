"""What a lab's checks import. They are ordinary pytest tests; fixtures come from the plugin.

@task("3.1")
def test_the_verifier_accepts_it(program):
    \"\"\"counter.c loads, and counts in a BPF_HASH named compteur.\"\"\"
    program.table("compteur", "hash")
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest

from grader.base.errors import BehaviourError, LabebpfError
from grader.base.messages import NO_MESSAGE, Message, say
from grader.base.text import blank
from grader.base.timeline import Timeline
from grader.checks.pace import Pace
from grader.evidence.event_timeline import by_time, by_value
from grader.evidence.matching import Matching, match
from grader.evidence.trace import Record
from grader.evidence.workload import Window, random_count

task = pytest.mark.task
"""`@task("3.2")` says which task of lab.toml a check belongs to."""


def expect(
    condition: bool,
    why: Message,
    remedy: Message = NO_MESSAGE,
    *,
    expected: object = "",
    actual: object = "",
    log: str = "",
    timeline: Callable[[], Timeline] | None = None,
) -> None:
    """Raise BehaviourError, with these words for the student, unless `condition` holds.

    `timeline` then makes what shows, event by event, how that came about.
    """
    if condition:
        return
    shown = None
    if timeline:
        with suppress(LabebpfError):  # It is no part of the verdict.
            shown = timeline()
    raise BehaviourError(
        why, remedy, expected=_text(expected), actual=_text(actual), log=log, timeline=shown
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value)


def printed(records: Sequence[Record]) -> list[Record]:
    """Those of `records` that bpf_trace_printk made; a blank text is no event."""
    made = (record for record in records if record.event == "bpf_trace_printk")
    return [record for record in made if not blank(record.text)]


MAX_NUMBERS = 10


def numbers(line: str) -> list[int]:
    """The decimal numbers on a line of output; none if it has more than ten.

    A line of hundreds of guesses would have the right one among them.
    """
    found = re.findall(r"(?<!\d)\d{1,20}(?!\d)", line)
    return [int(digits) for digits in found] if len(found) <= MAX_NUMBERS else []


__all__ = [
    "BehaviourError",
    "Matching",
    "Pace",
    "Record",
    "Window",
    "by_time",
    "by_value",
    "expect",
    "match",
    "numbers",
    "printed",
    "random_count",
    "say",
    "task",
]
