"""The files that a command reads and writes: what is wrong with one is a sentence."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EACCES
from pathlib import Path

from grader.base.errors import UsageError
from grader.base.messages import say


@contextmanager
def writing(out: Path, option: str) -> Iterator[None]:
    """Raise UsageError, which names `option`, for an OSError while `out` is written."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            say("{out} cannot be written: {strerror}.", out=out, strerror=error.strerror),
            say("Give another {option}.", option=option),
        ) from error


def check_file(out: Path, option: str) -> None:
    """Raise UsageError where the file `out` of `option` cannot be written."""
    if out.is_dir():
        what = say("{out} is a folder.", out=out)
    elif not out.parent.is_dir():
        what = say("There is no folder {given}.", given=out.parent)
    elif not os.access(out.parent, os.W_OK | os.X_OK):
        what = say("{out} cannot be written: {strerror}.", out=out, strerror=os.strerror(EACCES))
    else:
        return
    raise UsageError(what, say("Give another {option}.", option=option))


def write(out: Path, data: bytes, option: str) -> None:
    from grader.base.atomic_write import put

    check_file(out, option)
    with writing(out, option):
        put(out, data)


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            say("{path} cannot be read: {strerror}.", path=path, strerror=error.strerror),
            say("Name another file."),
        ) from error
