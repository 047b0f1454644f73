"""`labebpf publish`: the copy of a course that students get, with nothing in it that solves it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from grader.authoring.leaks import Leak, Search, secrets
from grader.authoring.student_files import edits, student_files
from grader.base.atomic_write import give_back, make_folder
from grader.base.copy_manifest import NAME, CopyManifest, copy_at, digest
from grader.base.errors import CourseError, UsageError
from grader.base.git import git
from grader.base.lock import locked
from grader.base.messages import say
from grader.base.paths import ENGINE
from grader.base.version import grader_version
from grader.copies.changes import Changes, changed_by_hand, changes, install, mode_of
from grader.copies.copy_source import Copy
from grader.copies.swap import Outcome, recover, refuse_links, unwritten, write
from grader.labs import Lab
from grader.labs.course import Course

_NOBODYS = {".git", ".labebpf"}
"""What may lie in a folder that counts as empty."""


class LeakError(CourseError):
    """Something in the copy solves a lab; `leaks` is all that was found."""

    exit_status = 1

    def __init__(self, leaks: Sequence[Leak]) -> None:
        self.leaks = leaks
        super().__init__(
            say("Solutions would be published. Nothing was written."),
            say("Take them out of the files that are named, or out of the history of git."),
        )


@dataclass(frozen=True)
class Target:
    """The folder that a copy goes to, and the manifest of the copy that is there."""

    folder: Path
    old: CopyManifest | None


@dataclass(frozen=True)
class Publication:
    """What was published, and what that changed."""

    copy: Copy
    old: CopyManifest | None
    changes: Changes
    outcome: Outcome


def target_of(folder: Path, course: Course) -> Target:
    """See that `folder` can take a copy: it is missing or empty, or has an earlier copy.

    Raises UsageError where it cannot, CourseError for a copy whose manifest is broken.
    """
    folder = folder.resolve()
    for other in (course.folder.resolve(), ENGINE):
        if folder.is_relative_to(other) or other.is_relative_to(folder):
            raise UsageError(
                say("{folder} and the course lie in each other.", folder=folder),
                say("Name a folder outside of {course}.", course=other),
            )
    if folder.exists() and not folder.is_dir():
        raise UsageError(say("{folder} is a file.", folder=folder), say("Name a folder."))
    recover(folder)
    try:
        there = set(os.listdir(folder)) if folder.exists() else set()
    except OSError as error:
        raise unwritten(folder, error) from error
    old = copy_at(folder)
    if there - _NOBODYS and not old:
        raise UsageError(
            say("{folder} is neither empty nor a copy of a course.", folder=folder),
            say("Name a new folder, or one that ./labebpf publish made."),
        )
    return Target(folder, old)


def publish(
    course: Course,
    labs: Sequence[Lab],
    target: Target,
    source: str | None,
    searching: Callable[[], None] = lambda: None,
) -> Publication:
    """Write the copy with `labs` to `target`; its updates come from `source`.

    Without `source` they come from where the git repository of `target` was cloned from, else from
    the source of the earlier copy, else from the folder itself. Calls `searching` before the search
    for solutions. Raises LeakError for what that finds, UsageError for what was changed by hand in
    the copy, InfraError for what cannot be written.
    """
    copy = _copy(course, labs, target, source or _source(target))
    if target.old and _only_later(target.old, copy.manifest):
        copy = replace(copy, manifest=target.old)
    refuse_links(target.folder, (*copy.files, *copy.manifest.edits, NAME))
    found = changes(target.folder, target.old, copy)
    _refuse_changed(target, found)
    searching()
    _search(course, target, copy)
    outcome = Outcome()
    if found:
        if _is_beside(target.folder):
            _write_new(target.folder, copy)
        else:
            outcome = install(target.folder, target.old, copy, found)
    return Publication(copy, target.old, found, outcome)


def _copy(course: Course, labs: Sequence[Lab], target: Target, source: str) -> Copy:
    files = student_files(course, labs, source)
    grader = grader_version()
    now = f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
    manifest = CopyManifest(
        source=source,
        # Of two publications within a second, or beside a wrong clock, the later is the newer.
        published=max(now, _after(target.old.published)) if target.old else now,
        version=grader["version"],
        commit=grader["commit"],
        labs=tuple(lab.name for lab in labs),
        files={path: digest(data) for path, data in files.items()},
        edits=edits(labs),
    )
    return Copy(manifest, files)


def _after(stamp: str) -> str:
    moment = datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp() + 1
    return f"{datetime.fromtimestamp(moment, timezone.utc):%Y-%m-%dT%H:%M:%SZ}"


def _only_later(old: CopyManifest, new: CopyManifest) -> bool:
    """Tell whether `old` and `new` differ only in the time and the commit of their publication."""
    return replace(new, published=old.published, commit=old.commit) == old


def _source(target: Target) -> str:
    """Return what was named before; else where the folder is pushed to, or the folder itself."""
    here = str(target.folder)
    if target.old and target.old.source != here:
        return target.old.source
    origin = git(target.folder, "remote", "get-url", "origin").decode(errors="replace").strip()
    if origin and (target.folder / ".git").exists():
        return os.path.normpath(origin) if os.path.isabs(origin) else origin
    return here


def _refuse_changed(target: Target, found: Changes) -> None:
    """Raise UsageError where files of the copy are not what was published there."""
    by_hand = changed_by_hand(target.folder, target.old) if target.old else []
    known = target.old.files if target.old else {}
    lost = sorted({*by_hand, *(path for path in found.changed if path not in known)})
    if lost:
        raise UsageError(
            say(
                "In {folder} these were changed since they were published: {files}.",
                folder=target.folder,
                files=", ".join(lost),
            ),
            say(
                "Make the change in the course instead, and put these back (git checkout) or "
                "delete them. Nothing was changed."
            ),
        )


def _search(course: Course, target: Target, copy: Copy) -> None:
    """Raise LeakError if the copy, or what lies beside it in its folder, solves any lab."""
    search = Search(secrets(course, ENGINE))
    leaks = [leak for path, data in copy.files.items() if (leak := search.look(path, data))]
    if target.folder.exists():
        leaks += search.look_in_folder(target.folder, (*copy.files, NAME))
    if leaks:
        raise LeakError(leaks)


def _is_beside(folder: Path) -> bool:
    """Tell whether the copy can be made beside `folder`, and then be put there whole."""
    if not folder.exists():
        return True
    parent = folder.parent
    return (
        not os.listdir(folder)
        and folder.stat().st_dev == parent.stat().st_dev
        and os.access(parent, os.W_OK)
    )


def _write_new(folder: Path, copy: Copy) -> None:
    """Make `folder`, in one step. Raises InfraError."""
    fresh = folder.with_name(f".{folder.name}.labebpf-new")
    try:
        make_folder(folder.parent)
        with locked(folder.parent):
            shutil.rmtree(fresh, ignore_errors=True)  # Of one that was interrupted.
            try:
                for path, data in copy.files.items():
                    write(fresh / path, data, mode_of(path))
                for edit in copy.manifest.edits:
                    write(fresh / edit, copy.stub(edit))
                write(fresh / NAME, copy.manifest.to_bytes())
                give_back(fresh)
                os.rename(fresh, folder)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise unwritten(folder, error) from error
