"""Which course a pytest runs in, and where the labs are collected that it follows."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from grader.base.errors import UsageError
from grader.base.paths import ENGINE
from grader.labs import Course, Lab, find_course, load_course


def course_of(given: str | None, root: Path, base: Path) -> Course:
    """Load the course `given`, as seen from `base`, else the one around pytest's `root`.

    Where neither is there, return the engine's own. Raises UsageError where `given` is no course,
    and CourseError.
    """
    if given:
        return load_course(base / given)
    try:
        return find_course(root)
    except UsageError:
        return Course(ENGINE)


def collect_followed(config: pytest.Config, course: Course, labs: Iterable[Lab]) -> None:
    """Let pytest collect followed labs where they lie, if they are asked for in exercises/.

    Paths are written as seen from here: pytest takes none with a bracket in it.
    """
    base = config.invocation_params.dir
    for lab in labs:
        if course.owns(lab):
            continue
        place, lies = course.place(lab), os.path.relpath(lab.folder, base)
        for at, argument in enumerate(list(config.args)):
            path, *names = argument.split("::")
            asked = (base / path).resolve()
            if asked.is_relative_to(place):
                found = os.path.join(lies, asked.relative_to(place))
                config.args[at] = "::".join((found, *names))
            elif place.is_relative_to(asked):
                config.args.append(lies)
