"""mutants.toml of a solution: the mutants that do nothing wrong, each with the reason."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from pathlib import Path

from grader.authoring.mutants import Mutant
from grader.errors import CourseError
from grader.words import say

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True)
class Equivalent:
    """A change that no check can notice, since it changes nothing that is asked for."""

    file: str
    before: str
    after: str
    reason: str

    def covers(self, mutant: Mutant) -> bool:
        return (self.file, self.before, self.after) == (mutant.file, *mutant.change)


def equivalents(path: Path) -> tuple[Equivalent, ...]:
    """The changes that `path`, a mutants.toml, lists; none if there is no such file.

    Lines are compared without indentation. Raises CourseError for a file that is not right.
    """
    if not path.exists():
        return ()
    keys = [entry.name for entry in fields(Equivalent)]
    form = say("Write [[equivalent]] tables with {names}; all are strings.", names=", ".join(keys))
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["equivalent"]
        listed = [Equivalent(**{key: _bare(entry[key]) for key in entry}) for entry in entries]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CourseError(
            say("{path} cannot be read: {error}.", path=path, error=error), form
        ) from error
    for entry in listed:
        if not entry.reason:
            raise CourseError(
                say("{path}: {before!r} has no reason.", path=path, before=entry.before),
                "Say why nothing changes.",
            )
    return tuple(listed)


def _bare(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())
