"""What a newer copy changes in an older one, and the steps to get there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeVar

from grader.base.copy_manifest import NAME, CopyManifest, digest, digest_of
from grader.copies.copy_source import EXECUTABLE, Copy
from grader.copies.swap import Outcome, Step, staging

Value = TypeVar("Value")

CODE_FOLDER = "grader"
"""The folder that is exchanged as a whole."""
_FIRST = ("labebpf", "pyproject.toml", "conftest.py")
"""What the launcher makes .venv from. It is exchanged first, so it must fit the old engine too."""


@dataclass(frozen=True)
class Changes:
    """The paths of a copy that a newer one adds, changes and removes."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    stubs: tuple[str, ...] = ()
    """Files that students edit, whose stub is another."""
    manifest: bool = False
    """Whether the manifest is another, which lists all of them."""

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.stubs or self.manifest)


def changes(root: Path, old: CopyManifest | None, new: Copy) -> Changes:
    """Compare the copy in the folder `root`, as it lies there, with `new`."""
    files, before = new.manifest.files, old.files if old else {}
    there = {path: digest_of(root / path) for path in {**files, **before}}
    return Changes(
        added=tuple(path for path in files if not there[path]),
        changed=tuple(path for path in files if there[path] not in ("", files[path])),
        removed=tuple(path for path in before if path not in files and there[path]),
        stubs=tuple(edit for edit in new.manifest.edits if _is_due(root, old, new, edit)),
        manifest=digest_of(root / NAME) != digest(new.manifest.to_bytes()),
    )


def changed_by_hand(root: Path, old: CopyManifest) -> list[str]:
    """Return the published files in `root` that are not what was published there any more."""
    there = {path: digest_of(root / path) for path in old.files}
    return [path for path, found in there.items() if found not in ("", old.files[path])]


def install(root: Path, old: CopyManifest | None, new: Copy, found: Changes) -> Outcome:
    """Make the copy in the folder `root` the `new` one.

    Files that students edit stay; of those whose stub is another, the new one lies beside them,
    unless they are still the old stub. Raises InfraError, and UsageError for a link.
    """
    before = old.files if old else {}
    with staging(root) as swap:
        due = sorted((*found.added, *found.changed), key=lambda path: path not in _FIRST)
        for path in due:
            if not _is_engine(path):
                swap.add(_step(path, before), new.files[path], mode_of(path))
        for path in found.removed:
            if not _is_engine(path):
                swap.add(_step(path, before, fresh=False))
        for edit in found.stubs:
            stub = before.get(new.manifest.stub_of(edit), "")
            swap.add(Step(edit, {edit: stub}, theirs=True), new.stub(edit))
        if any(map(_is_engine, (*due, *found.removed))):
            swap.add_folder(
                Step(CODE_FOLDER, _below(CODE_FOLDER, before), folder=True),
                _below(CODE_FOLDER, new.files),
            )
        swap.add(_manifest_step(root), new.manifest.to_bytes())
        return swap.commit()


def mode_of(path: str) -> int:
    """Return the mode of the file `path` of a copy."""
    return 0o755 if path in EXECUTABLE else 0o644


def _is_due(root: Path, old: CopyManifest | None, new: Copy, edit: str) -> bool:
    """Tell whether the new stub of `edit` differs from the old stub and from the file in `root`."""
    stub = new.manifest.stub_of(edit)
    before = old.files.get(stub, "") if old else ""
    return new.manifest.files[stub] not in (before, digest_of(root / edit))


def _step(path: str, before: Mapping[str, str], *, fresh: bool = True) -> Step:
    return Step(path, {path: before.get(path, "")}, fresh=fresh)


def _manifest_step(root: Path) -> Step:
    return Step(NAME, {NAME: digest_of(root / NAME)})


def _is_engine(path: str) -> bool:
    return PurePosixPath(path).parts[0] == CODE_FOLDER


def _below(folder: str, files: Mapping[str, Value]) -> dict[str, Value]:
    """Return those of `files` that lie in `folder`, by their paths there."""
    start = f"{folder}/"
    return {path[len(start) :]: value for path, value in files.items() if path.startswith(start)}
