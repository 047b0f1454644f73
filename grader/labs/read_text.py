"""Files of a course as text; for those that cannot be read, what to do about them."""

from __future__ import annotations

from pathlib import Path

from grader.base.errors import CourseError
from grader.base.messages import say


def text_of(path: Path, *, errors: str = "strict") -> str:
    """Read the text of `path`, without the byte order mark that some editors put first.

    Raises CourseError for a file that cannot be read, and for one that is not UTF-8 unless `errors`
    is "replace".
    """
    try:
        return path.read_text(encoding="utf-8-sig", errors=errors)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise CourseError(
            say("{path}:{line}: This is not UTF-8.", path=path, line=line),
            say("Save the file as UTF-8."),
        ) from error
    except FileNotFoundError as error:
        raise CourseError(say("There is no {name}.", name=path), say("Write it.")) from error
    except OSError as error:
        raise CourseError(
            say("{path} cannot be read: {error}.", path=path, error=error.strerror),
            say("Make it a file that you may read."),
        ) from error
