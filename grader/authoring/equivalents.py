"""mutants.toml of a solution: the mutants that do nothing wrong, each with the reason."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from grader.authoring.mutants import Mutant
from grader.base.errors import CourseError
from grader.base.messages import say
from grader.base.toml import tomllib
from grader.labs.read_text import text_of


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
    """Read the changes that `path`, a mutants.toml, lists; none if there is no such file.

    Lines are compared without indentation. Raises CourseError for a file that is not right.
    """
    if not path.exists():
        return ()
    keys = [entry.name for entry in fields(Equivalent)]
    form = say("Write [[equivalent]] tables with {names}; all are strings.", names=", ".join(keys))
    try:
        top = tomllib.loads(text_of(path))
    except ValueError as error:
        raise CourseError(
            say("{path} cannot be read: {error}.", path=path, error=error), form
        ) from error
    entries = top.pop("equivalent", [])
    if top or not isinstance(entries, list):
        raise CourseError(say("{path} has more in it than [[equivalent]] tables.", path=path), form)
    listed = []
    for number, entry in enumerate(entries, 1):
        given = list(entry) if isinstance(entry, dict) else []
        where = f"{path}: [[equivalent]] {number}"
        if lacking := [key for key in keys if key not in given]:
            raise CourseError(
                say("{where} lacks {keys}.", where=where, keys=", ".join(lacking)), form
            )
        if unknown := [key for key in given if key not in keys]:
            raise CourseError(
                say("{where} has unknown keys: {keys}.", where=where, keys=", ".join(unknown)),
                form,
            )
        if not all(isinstance(text, str) for text in entry.values()):
            raise CourseError(say("{where} has values that are not strings.", where=where), form)
        listed.append(Equivalent(**{key: _bare(entry[key]) for key in keys}))
        if not listed[-1].reason:
            raise CourseError(
                say("{where} has no reason.", where=where), say("Say why nothing changes.")
            )
    return tuple(listed)


def _bare(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())
