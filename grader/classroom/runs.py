"""What is kept of a class: its runs, each under one setting, and the gradings in them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from grader.classroom.roster import Student
from grader.verdict.record import Result

MOST_TRIES = 3
"""So often a hand-in is met that ends the machine, or this process."""


@dataclass(frozen=True)
class Setting:
    """What a run's verdicts depend on, beside the hand-ins themselves."""

    lab: str
    lab_hash: str
    grader: str
    kernel: str
    time_scale: float = 1.0
    lang: str = "en"
    private_hash: str = ""

    def key(self, files_hash: str) -> str:
        """Return what names the verdict on these files, under this setting."""
        told = json.dumps({"files": files_hash, **vars(self)}, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    def changes(self, before: Setting) -> list[str]:
        """Return the names of what was otherwise `before`."""
        return [name for name, value in vars(self).items() if vars(before)[name] != value]


@dataclass(frozen=True)
class Run:
    """The gradings of a class under one setting; times in ISO 8601, "" for not yet."""

    id: int
    setting: Setting
    started: str
    ended: str
    applied: str
    """When its marks came to count."""


@dataclass(frozen=True)
class Grading:
    """One hand-in of a run, and how far it is.

    `state` is waiting, running, done, gave_up, or unreadable.
    """

    student: Student
    attempt: int
    source: str
    received: str
    late: bool
    hash: str
    problem: str
    notes: tuple[str, ...]
    key: str
    state: str
    tries: int
    unstable: bool
    result: Result | None


@dataclass(frozen=True)
class Waiting:
    """A verdict that a run waits for: its key, and the hash of the files that it is about."""

    key: str
    hash: str
    tries: int = 0

    @property
    def last_try(self) -> bool:
        return self.tries >= MOST_TRIES - 1


def files_hash(files: Mapping[str, bytes]) -> str:
    """Return what names these files, by their names and what is in them; "" for none."""
    if not files:
        return ""
    told = json.dumps({name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)})
    return hashlib.sha256(told.encode()).hexdigest()


def minute(time: str) -> str:
    """Return for people, to the minute, a `time` of a run; "" where there is none yet."""
    return f"{time[:10]} {time[11:16]} UTC" if time else ""
