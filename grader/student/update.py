"""`labebpf update`: the newest labs and engine in a students' copy, and no work lost."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from grader.base.copy_manifest import CopyManifest, copy_at
from grader.base.errors import CourseError, UsageError
from grader.base.messages import say
from grader.base.text import clean
from grader.copies.changes import Changes, changes, install
from grader.copies.copy_source import Copy, read_copy
from grader.copies.swap import Outcome


@dataclass(frozen=True)
class Update:
    """What an update brought."""

    old: CopyManifest
    new: Copy
    changes: Changes
    outcome: Outcome
    old_stubs: dict[str, str]
    """The stubs before, by the path of the file that students edit, as text."""

    def diff(self, edit: str) -> str:
        """Return how the stub of the file `edit` changed, as a unified diff."""
        before = self.old_stubs.get(edit, "").splitlines()
        after = self.new.stub(edit).decode(errors="replace").splitlines()
        return "\n".join(
            difflib.unified_diff(before, after, f"{edit} (old stub)", edit, lineterm="")
        )


def update(root: Path, source: str | None) -> Update:
    """Bring the copy in `root` to what is at `source`, or where it was published.

    Raises UsageError where `root` is no copy, or none is at `source`; CourseError for one that is
    older, or not whole; InfraError for what cannot be fetched or written.
    """
    old = copy_at(root)
    if old is None:
        raise UsageError(
            say("{root} is not a students' copy, so it cannot be updated.", root=root),
            say("A checkout of labebpf is updated with git pull."),
        )
    place = source or old.source
    if Path(place).exists() and Path(place).resolve() == root:
        raise UsageError(
            say("{place} is this copy itself.", place=clean(place)),
            say("Name where the course is published: ./labebpf update SOURCE"),
        )
    new = read_copy(place)
    if new.manifest.published < old.published:
        raise CourseError(
            say(
                "{source} is older than this copy: it was published {then}, and this one {now}.",
                source=clean(place),
                then=new.manifest.published,
                now=old.published,
            ),
            say("Name a newer one. Nothing was changed."),
        )
    stubs = {edit: _text(root / old.stub_of(edit)) for edit in old.edits}
    found = changes(root, old, new)
    outcome = install(root, old, new, found) if found else Outcome()
    return Update(old, new, found, outcome, stubs)


def _text(path: Path) -> str:
    return path.read_text(errors="replace") if path.is_file() else ""
