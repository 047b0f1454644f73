"""A hand-in: whose it is, which files were taken of it, and what is to be said of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.base.messages import Message


@dataclass(frozen=True)
class Owner:
    """Whose hand-in it is, as far as the place where it lies tells; "" for what it does not."""

    id: str
    """What names it among the others: a number, an address, a login, or a folder's name."""
    name: str = ""
    email: str = ""


@dataclass(frozen=True)
class Place:
    """Where a hand-in lies among the others, before its files are read."""

    owner: Owner
    prefixes: tuple[str, ...]
    """The beginnings of the paths of its files."""
    attempt: int = 1
    """Which of its owner's hand-ins: the highest is the last."""
    received: str = ""
    """When, as the format tells; in ISO 8601."""
    late: bool = False


@dataclass(frozen=True)
class HandIn:
    """A hand-in, read."""

    place: Place
    files: Mapping[str, bytes]
    """The lab's files that were taken, by name."""
    problem: Message
    """Why nothing was taken; "" where something was."""
    notes: tuple[Message, ...] = ()
    """What else a person should know of how it was read."""

    @property
    def owner(self) -> Owner:
        return self.place.owner
