"""Which bytes of a hand-in are looked at: the lab's own file names, and nothing else."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import SubmissionError, UsageError
from grader.text import clean
from grader.words import say

MAX_FILE_BYTES = 256 * 1024


@dataclass(frozen=True)
class Submission:
    """The files that were handed in for one lab."""

    files: Mapping[str, bytes]
    refused: Mapping[str, str]
    """Why a file that the lab asks for was not taken, by name."""

    def require(self, name: str) -> bytes:
        """The bytes of `name`. Raises SubmissionError when it was not handed in."""
        if name in self.files:
            return self.files[name]
        raise SubmissionError(
            say("{name} {why}.", name=name, why=self.refused[name]),
            say("Put {name} there.", name=name),
            file=name,
        )

    def line_of_todo(self, name: str, task_id: str) -> int:
        """The line of `name` that still says `TODO task_id`, 0 when none does."""
        marker = re.compile(rb"TODO " + re.escape(task_id.encode()) + rb"(?![0-9])")
        for number, line in enumerate(self.files.get(name, b"").splitlines(), start=1):
            if marker.search(line):
                return number
        return 0


def take(folder: Path, lab: str, names: Iterable[str]) -> Submission:
    """Take the files `names` from `folder`/`lab`, or from `folder` itself if that is not there.

    Links, devices and files over 256 KiB are refused: a hand-in is plain text.
    """
    root = root_of(folder, lab)
    files: dict[str, bytes] = {}
    refused: dict[str, str] = {}
    for name in names:
        try:
            files[name] = _read(root / name)
        except FileNotFoundError:
            refused[name] = say("is missing from {root}", root=root)
        except OSError as error:
            why = error.strerror or str(error)
            refused[name] = say("cannot be taken: {why}", why=why)
    return Submission(files, refused)


def find_hand_in(folder: Path, lab: str, names: Sequence[str]) -> Path:
    """Where the files for `lab` lie in the hand-in `folder`. Raises UsageError if none is there."""
    root = root_of(folder, lab)
    if not any(os.path.lexists(root / name) for name in names):
        raise UsageError(
            say(
                "{root} is no hand-in for {lab}: it has none of {names}.",
                root=clean(str(root)),
                lab=lab,
                names=", ".join(names),
            ),
            say(
                "Name a folder with these files, or one with a folder {lab} that has them.",
                lab=lab,
            ),
        )
    return root


def root_of(folder: Path, lab: str) -> Path:
    """Where the files for `lab` lie in a hand-in: in a folder of that name, or beside nothing."""
    own = folder / lab
    return own if own.is_dir() and not own.is_symlink() else folder


def _read(path: Path) -> bytes:
    # O_NONBLOCK: opening a FIFO without a writer would wait for one for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("it is not a regular file")
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(MAX_FILE_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(data) > MAX_FILE_BYTES:
        raise OSError(f"it is larger than {MAX_FILE_BYTES // 1024} KiB")
    return data
