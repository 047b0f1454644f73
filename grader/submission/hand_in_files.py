"""Which bytes of a hand-in are looked at: the lab's own file names, and nothing else."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

from grader.base.errors import SubmissionError, UsageError
from grader.base.messages import Message, say
from grader.base.text import clean

MAX_FILE_BYTES = 256 * 1024
_MOST_ENTRIES = 1000
"""Entries of a folder that are looked at for what a missing file may have become."""
_ARCHIVES = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".7z", ".rar")


@dataclass(frozen=True)
class Refusal:
    """Why a file was not taken, as what follows its name, and what to do about it."""

    why: Message
    remedy: Message


@dataclass(frozen=True)
class Submission:
    """The files that were handed in for one lab."""

    files: Mapping[str, bytes]
    refused: Mapping[str, Refusal]
    """The files that the lab asks for and that were not taken, by name."""

    def require(self, name: str) -> bytes:
        """Return the bytes of `name`. Raises SubmissionError when it was not handed in."""
        if name in self.files:
            return self.files[name]
        refusal = self.refused[name]
        raise SubmissionError(
            say("{name} {why}.", name=name, why=refusal.why), refusal.remedy, file=name
        )

    def line_of_todo(self, name: str, task_id: str) -> int:
        """Return the line of `name` that still says `TODO task_id`, 0 when none does."""
        marker = re.compile(rb"TODO " + re.escape(task_id.encode()) + rb"(?![0-9])")
        for number, line in enumerate(self.files.get(name, b"").splitlines(), start=1):
            if marker.search(line):
                return number
        return 0


def read_submission(folder: Path, lab: str, names: Iterable[str]) -> Submission:
    """Take the files `names` from where `root_of` says that those of `lab` lie in `folder`.

    Links, devices and files over 256 KiB are refused: a hand-in is plain text.
    """
    root = root_of(folder, lab)
    names = tuple(names)
    files: dict[str, bytes] = {}
    refused: dict[str, Refusal] = {}
    for name in names:
        try:
            files[name] = _read(root / name)
        except FileNotFoundError:
            refused[name] = _near_miss(root, name, names) or Refusal(
                say("is missing from {root}", root=root), say("Put {name} there.", name=name)
            )
        except OSError as error:
            refused[name] = _refusal(name, error)
    return Submission(files, refused)


def find_hand_in(folder: Path, lab: str, names: Sequence[str]) -> Path:
    """Return where the files for `lab` lie in the hand-in `folder`.

    Raises UsageError if none is there.
    """
    root = root_of(folder, lab)
    if not any(os.path.lexists(root / name) for name in names):
        misses = (_near_miss(root, name, names) for name in names)
        miss = next((miss for miss in misses if miss), None)
        raise UsageError(
            say(
                "{root} is no hand-in for {lab}: it has none of {names}.",
                root=clean(str(root)),
                lab=lab,
                names=", ".join(names),
            ),
            miss.remedy
            if miss
            else say(
                "Name a folder with these files, or one with a folder {lab} that has them.",
                lab=lab,
            ),
        )
    return root


def root_of(folder: Path, lab: str) -> Path:
    """Return where the files for `lab` lie in a hand-in: a folder of that name, or the hand-in.

    The folder may lie in exercises/, as in a whole copy of the course. Links are not followed.
    """
    whole = folder / "exercises"
    for own, links in ((folder / lab, [folder / lab]), (whole / lab, [whole, whole / lab])):
        if own.is_dir() and not any(map(Path.is_symlink, links)):
            return own
    return folder


def _near_miss(root: Path, name: str, names: Collection[str]) -> Refusal | None:
    """Return what is in `root` in the place of the missing file `name`, where that is plain."""
    others, folders = [], []
    for entry in _entries(root):
        if entry.is_dir(follow_symlinks=False):
            folders.append(entry.name)
        elif entry.name not in names and not _is_of_pytest(entry.name):
            others.append(entry.name)
    for folder in folders:
        if os.path.lexists(root / folder / name):
            place = clean(f"{folder}/{name}")
            return Refusal(
                say(
                    "is missing from {root}, and lies one folder deeper: {place}",
                    root=root,
                    place=place,
                ),
                say("Move {place} one folder up, to {root}.", place=place, root=clean(str(root))),
            )
    found = _misnamed(name, others)
    if found:
        found = clean(found)
        return Refusal(
            say("is missing from {root}, which has {found}", root=root, found=found),
            say("Rename {found} to {name}.", found=found, name=name),
        )
    for other in others:
        if other.lower().endswith(_ARCHIVES):
            archive = clean(other)
            return Refusal(
                say("is missing from {root}, which has {archive}", root=root, archive=archive),
                say("Unpack {archive} there: archives are not opened.", archive=archive),
            )
    return None


def _is_of_pytest(name: str) -> bool:
    """Say whether a file of that name is one of pytest's, which students do not write."""
    return name == "conftest.py" or re.fullmatch(r"test_\w+\.py", name) is not None


def _misnamed(name: str, others: Sequence[str]) -> str | None:
    """Return which of `others` is the file `name` under a slightly different name."""
    wanted = name.lower()
    for other in others:
        if other.lower().startswith(wanted):  # Counter.c, counter.c.txt
            return other
    suffix = Path(name).suffix
    alike = {other.lower(): other for other in others if other.lower().endswith(suffix)}
    found = get_close_matches(wanted, alike, n=1, cutoff=0.65)  # hello.c for hello_world.c
    return alike[found[0]] if found else None


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Return what lies in `folder`, as far as it can be read."""
    try:
        with os.scandir(folder) as entries:
            yield from sorted(islice(entries, _MOST_ENTRIES), key=lambda entry: entry.name)
    except OSError:
        return


def _refusal(name: str, error: OSError) -> Refusal:
    """Return why the file `name`, which is there, was not taken."""
    if error.errno == errno.ELOOP:
        return Refusal(say("is a link"), say("Put the file itself there."))
    why = error.strerror or error.args[0]
    return Refusal(
        say("cannot be taken: {why}", why=why), say("Put a plain file {name} there.", name=name)
    )


def _read(path: Path) -> bytes:
    # O_NONBLOCK: opening a FIFO without a writer would wait for one for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(say("it is not a regular file"))
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(MAX_FILE_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(data) > MAX_FILE_BYTES:
        raise OSError(say("it is larger than {size} KiB", size=MAX_FILE_BYTES // 1024))
    return data
