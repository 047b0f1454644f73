"""A lab's stubs, put back as the course handed them out.

A students' copy keeps its stubs. Elsewhere a stub is made from its solution, where the course
leaves solutions/ in the checkout. Where it does not, git has it: the oldest version of the file
with a TODO for each of its tasks. A newer one may be the student's own work, and one without these
TODOs is the stub of an earlier lab.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.base.atomic_write import back_up, make_folder, put
from grader.base.copy_manifest import CopyManifest, copy_at, digest_of
from grader.base.errors import InfraError, UsageError
from grader.base.git import git
from grader.base.messages import say
from grader.labs import Course, Lab, stubs
from grader.submission.hand_in_files import Submission


@dataclass(frozen=True)
class Stub:
    """What `path` should hold; `origin` says where that is from, to follow "the stub"."""

    path: Path
    data: bytes
    origin: str


def stubs_to_put_back(course: Course, lab: Lab, only: str | None) -> list[Stub]:
    """Return the stubs of `lab`, or that of the file `only`, where the course has something else.

    Raises UsageError for a file that the lab does not have, or whose stub cannot be found.
    """
    if only is not None and only not in lab.edits:
        raise UsageError(
            say("{name} has no file {only} to put back.", name=lab.name, only=only),
            say("There are {names}.", names=", ".join(lab.edits)),
        )
    found = [_stub(course, lab, name) for name in lab.edits if only in (None, name)]
    return [
        stub for stub in found if not stub.path.is_file() or stub.path.read_bytes() != stub.data
    ]


def put_back(stub: Stub) -> Path | None:
    """Write `stub`; the path of the copy that was made of what was there. Raises InfraError."""
    try:
        make_folder(stub.path.parent)
        backup = back_up(stub.path) if stub.path.exists() else None
        put(stub.path, stub.data)
    except OSError as error:
        raise InfraError(
            say(
                "{name} cannot be put back ({strerror}).",
                name=stub.path.name,
                strerror=error.strerror,
            ),
            say(
                "Make yourself the owner of {value}, and try again.",
                value=error.filename or stub.path,
            ),
        ) from error
    return backup


def _stub(course: Course, lab: Lab, name: str) -> Stub:
    place = course.place(lab) / name
    if copy := copy_at(course.folder):
        return _kept_stub(course.folder, place, copy)
    solution = lab.solutions / lab.name / name
    if solution.is_file():
        text = stubs.read(lab, name, lab.solutions).stub
        if not course.owns(lab):
            return Stub(place, text.encode(), say("of labebpf"))
        origin = say("of {path}", path=solution.relative_to(course.folder))
        return Stub(place, text.encode(), origin)
    path = f"exercises/{lab.name}/{name}"
    history = git(course.folder, "log", "--reverse", "--format=%h %as", "--", path).decode()
    for version in history.splitlines():
        commit, date = version.split()
        data = git(course.folder, "show", f"{commit}:./{path}")
        if _is_stub(lab, name, data):
            origin = say("of commit {commit}, {date}", commit=commit, date=date)
            return Stub(place, data, origin)
    raise UsageError(
        say(
            "The stub of {name} cannot be found: there is no solution here to make "
            "it from, and git has no version with all its TODOs.",
            name=name,
        ),
        say("Get {path} again from where you got the course.", path=path),
    )


def _kept_stub(root: Path, place: Path, copy: CopyManifest) -> Stub:
    """Return the stub that the copy `root` keeps. Raises UsageError if that is not as published."""
    kept = copy.stub_of(str(place.relative_to(root)))
    if not (root / kept).is_file() or digest_of(root / kept) != copy.files.get(kept):
        raise UsageError(
            say("{path} is missing, or is not what was published.", path=kept),
            say("./labebpf update brings it back."),
        )
    return Stub(place, (root / kept).read_bytes(), say("of {path}", path=kept))


def _is_stub(lab: Lab, name: str, data: bytes) -> bool:
    version = Submission({name: data}, {})
    return all(version.line_of_todo(name, task.id) for task in lab.tasks if task.file == name)
