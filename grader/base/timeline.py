"""What a failed check shows: each event of the workload, and what was reported of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Deviation(str, Enum):
    """What is wrong with a moment. `FOREIGN`: it was reported, and should not have been."""

    RIGHT = ""
    MISSING = "missing"
    DOUBLED = "doubled"
    FOREIGN = "foreign"
    WRONG = "wrong"


@dataclass(frozen=True)
class Moment:
    """One event, such as "mkdir 5f3a9c", and its reports; or reports that belong to none ("").

    `at` is in ns since the first event, less than 0 for a report before it, -1 where only the order
    is known; `cpu` -1 is unknown. A report is a submission's own words, or a message.
    """

    at: int
    event: str
    cpu: int
    reports: tuple[str, ...]
    mark: Deviation
    """Of this name in result.json."""


@dataclass(frozen=True)
class Timeline:
    """The moments in order, and the likely cause of what is wrong with them, "" if they tell none.

    `cause` is a name of grader.verdict.causes, whose sentence has `details` filled in.
    """

    moments: tuple[Moment, ...]
    cause: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
