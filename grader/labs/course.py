"""course.toml: which labs a course teaches, in which order, and which engine grades them.

A course is a folder of data. Its own labs lie in exercises/ and solutions/ there. Any other lab
that course.toml names is followed: it is the engine's, as it is there now.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from grader.base.errors import CourseError, UsageError
from grader.base.messages import say
from grader.base.paths import ENGINE
from grader.labs.lab import Lab, Labs, find_labs, load_lab
from grader.labs.manifest import LANGUAGES, ManifestReader, Text, read

MANIFEST = "course.toml"
HANDOUTS = {"en": "README.md", "fr": "README.fr.md"}
"""The files of a lab that its students read, by language."""
_UNTITLED = Text("", "")
_GO = say("Go into the folder of a course, name it with --course, or: labebpf course new DIR")


@dataclass(frozen=True)
class Part:
    """Some labs of a course, under a title."""

    title: Text
    labs: tuple[str, ...]


@dataclass(frozen=True)
class Course:
    """A folder with course.toml in it; without `parts`, all labs that lie there."""

    folder: Path
    title: Text = _UNTITLED
    parts: tuple[Part, ...] = ()
    languages: tuple[str, ...] = LANGUAGES
    """Those that its own labs have to be written in."""
    engine: str = "."
    """What the launcher installs: a folder or a wheel, seen from `folder`, or a requirement."""

    @property
    def exercises(self) -> Path:
        """Where its own labs lie, and the student's files of all labs."""
        return self.folder / "exercises"

    @property
    def solutions(self) -> Path:
        return self.folder / "solutions"

    @property
    def named(self) -> tuple[str, ...]:
        """The names of the labs that course.toml names, in its order."""
        return tuple(chain.from_iterable(part.labs for part in self.parts))

    def labs(self) -> Labs:
        """Read the labs that course.toml names, in its order, then the course's other labs."""
        own = find_labs(self.exercises, self.languages)
        labs: dict[str, Lab] = {}
        broken = dict(own.broken)
        for name in self.named:
            try:
                if name not in own.broken:
                    labs[name] = own.get(name) or self._followed(name)
            except CourseError as error:
                broken[name] = error
        return Labs({**labs, **own}, broken)

    def owns(self, lab: Lab) -> bool:
        """Tell whether `lab` lies in the course, and is not followed."""
        return lab.folder.parent == self.exercises

    def place(self, lab: Lab) -> Path:
        """Return the folder in exercises/ with the student's files of `lab`, followed or not."""
        return self.exercises / lab.name

    def hand_in(self, folder: Path, lab: Lab) -> Path:
        """Return the folder that holds a hand-in of `lab`: `folder`, with one exception.

        Where `folder` is the course's solutions/ and lacks `lab`, a followed one, the hand-in is in
        the solutions/ that lies with that lab.
        """
        beside = folder == self.solutions and not (folder / lab.name).is_dir()
        return lab.solutions if beside else folder

    def _followed(self, name: str) -> Lab:
        folder = ENGINE / "exercises" / name
        if not (folder / "lab.toml").is_file():
            raise CourseError(
                say(
                    "{path} names {lab}, which is neither in exercises nor a lab of labebpf.",
                    path=self.folder / MANIFEST,
                    lab=name,
                ),
                say("Correct the name, or make the lab: ./labebpf new {lab}", lab=name),
            )
        return load_lab(folder)


def load_course(folder: Path) -> Course:
    """Read `folder`/course.toml. Raises CourseError, naming the key, when it is not right.

    Raises UsageError where there is none.
    """
    folder = folder.resolve()
    path = folder / MANIFEST
    if not os.path.lexists(path):
        raise UsageError(say("{folder} is no course: it has no course.toml.", folder=folder), _GO)
    top = read(path)
    top.format()
    table, entries = top.table("course"), top.tables("part")
    top.nothing_else()
    languages = _languages(path, table.pop("languages", list(LANGUAGES)))
    manifest = ManifestReader(path, "[course]", table, languages)
    course = Course(
        folder,
        manifest.text("title"),
        tuple(_part(path, entry, languages) for entry in entries),
        languages,
        manifest.string("engine"),
    )
    manifest.nothing_else()
    _check(path, course)
    return course


def find_course(start: Path) -> Course:
    """Find the course around `start`. Raises UsageError where there is none, and CourseError."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if os.path.isfile(folder / MANIFEST):  # Not in one that may not be looked into.
            return load_course(folder)
    raise UsageError(
        say("{folder} is in no course: there is no course.toml.", folder=start),
        _GO,
    )


def _languages(path: Path, value: Any) -> tuple[str, ...]:
    languages = ManifestReader(path, "[course]", {"languages": value}).strings("languages")
    if not languages or len(set(languages)) < len(languages) or set(languages) - set(LANGUAGES):
        raise CourseError(
            say("{path}: [course]: languages must be of {names}.", path=path, names="en, fr"),
            say("Name one of them, or both."),
        )
    return languages


def _part(path: Path, entry: dict[str, Any], languages: tuple[str, ...]) -> Part:
    reader = ManifestReader(path, "[[part]]", entry, languages)
    part = Part(reader.text("title"), reader.strings("labs"))
    reader.nothing_else()
    return part


def _check(path: Path, course: Course) -> None:
    # The launcher takes it from its line as it stands there.
    if not re.fullmatch(r"""[^"'\\\s][^"'\\\n\t]*""", course.engine):
        raise CourseError(
            say("{path}: [course]: engine is {engine!r}.", path=path, engine=course.engine),
            say("Name a folder, a wheel, or a requirement such as labebpf==0.1.0."),
        )
    for why in _misnamed(course.named):
        raise CourseError(
            say("{path}: [[part]]: {why}", path=path, why=why), say("Correct the manifest.")
        )


def _misnamed(names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        if not re.fullmatch(r"\w[\w-]*", name, re.ASCII):
            yield say("{name!r} is not the name of a lab.", name=name)
        if names.count(name) > 1:
            yield say("{name} is named twice.", name=name)
