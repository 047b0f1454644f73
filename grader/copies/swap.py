"""Change many files of a folder so that, whenever the process ends, all are old or all are new.

What is new is written whole below .labebpf/swap first. Then a journal of all steps is put there,
and from then on the steps are executed: each is a rename, and can be repeated. Where that was
interrupted, `recover` executes the rest of them at the next start. The journal goes last.

The folder with the code that runs is exchanged as one, so that what starts in between is whole.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from grader.base.atomic_write import give_back, make_folder
from grader.base.c_library import CLibrary
from grader.base.copy_manifest import digest_of
from grader.base.errors import InfraError, UsageError
from grader.base.lock import locked
from grader.base.messages import say

SWAP = Path(".labebpf/swap")
_JOURNAL = SWAP / "journal.json"
_NEW = SWAP / "new"
_OLD = SWAP / "old"
_MARK = ".labebpf-new"
"""A file in the new folder: of two that are exchanged, whichever has it is the new one."""
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # linux/fcntl.h, linux/fs.h


@dataclass(frozen=True)
class Step:
    """What is to become of one path, `place`, in the folder."""

    place: str
    expected: Mapping[str, str]
    """The digests of what may be replaced without a backup: of a folder, by path in it."""
    fresh: bool = True
    """Whether something new goes there; else what is there goes."""
    theirs: bool = False
    """It is a student's: anything else that is there stays, and what is new lies beside it."""
    folder: bool = False


@dataclass
class Outcome:
    """What became of files that somebody had changed by hand."""

    beside: dict[str, str] = field(default_factory=dict)
    """Files that stayed as they were: path, and the path of the new version beside each."""
    kept: list[str] = field(default_factory=list)
    """Where other files lie now that were changed by hand."""


@contextmanager
def staging(root: Path) -> Iterator[Staging]:
    """Hold the folder `root`, finish what was interrupted there, and take what shall change.

    What was staged and not committed is gone afterwards. Raises InfraError for what cannot be
    written; then nothing has changed.
    """
    try:
        with locked(root):
            _finish(root)
            shutil.rmtree(root / SWAP, ignore_errors=True)
            make_folder(root / _NEW)
            try:
                yield Staging(root)
            finally:
                if not (root / _JOURNAL).exists():
                    shutil.rmtree(root / SWAP, ignore_errors=True)
    except OSError as error:
        if (root / _JOURNAL).exists():
            raise _unfinished(root, error) from error
        raise unwritten(root, error) from error


class Staging:
    """What shall change in the folder `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._steps: list[Step] = []

    def add(self, step: Step, data: bytes = b"", mode: int = 0o644) -> None:
        """Add `step`, with the `data` of the file that is to come. Raises OSError."""
        if step.fresh:
            write(self._root / _NEW / step.place, data, mode)
        self._steps.append(step)

    def add_folder(self, step: Step, files: Mapping[str, bytes]) -> None:
        """Add `step`, with all `files` of the folder that is to come. Raises OSError."""
        for name, data in files.items():
            write(self._root / _NEW / step.place / name, data)
        write(self._root / _NEW / step.place / _MARK, b"")
        self._steps.append(step)

    def commit(self) -> Outcome:
        """Take all steps. Raises UsageError for a link that leads out; OSError."""
        refuse_links(self._root, (step.place for step in self._steps))
        kept = f".labebpf/replaced-{datetime.now():%Y%m%d-%H%M%S}"
        journal = {"kept": kept, "steps": [asdict(step) for step in self._steps]}
        write(self._root / SWAP / "journal", json.dumps(journal).encode())
        give_back(self._root / SWAP)
        os.rename(self._root / SWAP / "journal", self._root / _JOURNAL)
        return _finish(self._root)


def write(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write `data` to `path`, down to the disk. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def recover(root: Path) -> Outcome | None:
    """Finish what was interrupted in `root`; None where nothing was.

    Raises InfraError for who may not.
    """
    if not (root / _JOURNAL).exists():
        return None
    try:
        with locked(root):  # It may be under way.
            return _finish(root)
    except OSError as error:
        raise _unfinished(root, error) from error


def _unfinished(root: Path, error: OSError) -> InfraError:
    return InfraError(
        say(
            "A change of {root} was interrupted, and cannot be finished: {error}.",
            root=root,
            error=os.strerror(error.errno or 0),
        ),
        say(
            "Mend that, and let the owner of that folder run ./labebpf list there: it finishes "
            "the change. Nothing is lost."
        ),
    )


def refuse_links(root: Path, places: Iterable[str]) -> None:
    """Raise UsageError where the way to one of `places` is no folder of `root` itself."""
    ways = {way for place in places for way in Path(place).parents if way != Path()}
    for way in sorted(ways | {SWAP.parent}):
        path = root / way
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise UsageError(
                say("{path} is a link, or no folder.", path=path),
                say("Put a folder there: nothing is written to other places. Nothing was changed."),
            )


def unwritten(root: Path, error: OSError) -> InfraError:
    """Make the error that says why `root` could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        remedy = say("Free some space and run the same command again. Nothing was changed.")
    else:
        remedy = say("Make yourself the owner of that folder. Nothing was changed.")
    return InfraError(
        say(
            "{path} cannot be written: {error}.",
            path=error.filename or root,
            error=os.strerror(error.errno or 0),
        ),
        remedy,
    )


def _finish(root: Path) -> Outcome:
    """Take the steps of the journal that are still to be taken. Raises OSError."""
    outcome = Outcome()
    try:
        journal = json.loads((root / _JOURNAL).read_bytes())
    except FileNotFoundError:
        return outcome
    steps = [Step(**step) for step in journal["steps"]]
    refuse_links(root, (step.place for step in steps))
    for step in steps:
        change = _exchange if step.folder else _replace if step.fresh else _remove
        change(root, step, root / journal["kept"], outcome)
    (root / _JOURNAL).unlink()
    shutil.rmtree(root / SWAP, ignore_errors=True)
    return outcome


def _replace(root: Path, step: Step, kept: Path, outcome: Outcome) -> None:
    new, place = root / _NEW / step.place, root / step.place
    if not new.exists():
        return  # It was taken before.
    make_folder(place.parent)
    if not _is_expected(place, step):
        if step.theirs:
            place = _beside(place, new, step)
            outcome.beside[step.place] = str(place.relative_to(root))
        else:
            _keep(root, place, kept / step.place, outcome)
    os.rename(new, place)


def _remove(root: Path, step: Step, kept: Path, outcome: Outcome) -> None:
    place = root / step.place
    if not _is_expected(place, step):
        _keep(root, place, kept / step.place, outcome)
    place.unlink(missing_ok=True)
    for folder in place.parents:
        if folder == root or not folder.is_dir() or any(folder.iterdir()):
            break
        folder.rmdir()


def _is_expected(place: Path, step: Step) -> bool:
    return not os.path.lexists(place) or digest_of(place) in step.expected.values()


def _beside(place: Path, new: Path, step: Step) -> Path:
    """Choose where `new` goes beside `place`, so that nothing that somebody wrote is overwritten.

    What an earlier change put there, and nobody touched, is expected.
    """
    number = 1
    while True:
        path = place.with_name(f"{place.name}.new" if number == 1 else f"{place.name}.new-{number}")
        if _is_expected(path, step) or digest_of(path) == digest_of(new):
            return path
        number += 1


def _keep(root: Path, path: Path, kept: Path, outcome: Outcome) -> None:
    make_folder(kept.parent)
    os.rename(path, kept)
    outcome.kept.append(str(kept.relative_to(root)))


def _exchange(root: Path, step: Step, kept: Path, outcome: Outcome) -> None:
    """Put the new folder in the place of the old one; files of that which nobody expects stay."""
    new, place, old = root / _NEW / step.place, root / step.place, root / _OLD / step.place
    if (new / _MARK).exists() and not (place / _MARK).exists():
        _rename_folder(new, place, old)
    if not (place / _MARK).exists():
        return  # It was taken before.
    for left in (new, old):
        for path in sorted(left.rglob("*")):
            name = str(path.relative_to(left))
            if path.is_dir() or "__pycache__" in path.parts or name == _MARK:
                continue
            if digest_of(path) != step.expected.get(name):
                _keep(root, path, kept / step.place / name, outcome)
    (place / _MARK).unlink()


def _rename_folder(new: Path, place: Path, old: Path) -> None:
    try:
        paths = (os.fsencode(new), _AT_FDCWD, os.fsencode(place))
        CLibrary().call("renameat2", _AT_FDCWD, *paths, _RENAME_EXCHANGE)
    except (OSError, AttributeError):
        # There is no old folder, or the file system cannot exchange two. `labebpf` in the copy
        # brings the new one where this ends in between.
        make_folder(old.parent)
        if place.exists():
            os.rename(place, old)
        os.rename(new, place)
