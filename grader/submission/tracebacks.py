"""What a traceback of the student's Python tells, as the script printed it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.base.text import cut
from grader.submission.script import Script

_BEGIN = re.compile(
    r"Traceback \(most recent call last\):?|^ +File \".*\", line \d+$", re.MULTILINE
)
_ERROR = re.compile(r"^[A-Za-z_][\w.]*(?:: .*)?$", re.MULTILINE)
_FRAME = re.compile(r"^ +File \"([^\"\n]*)\", line (\d+)(?:, in (\S+))?$", re.MULTILINE)
_UNDECODED = re.compile(r"^SyntaxError: Non-UTF-8 code .*$", re.MULTILINE)
_IGNORED = re.compile(r"^Exception ignored on calling ctypes callback function.*\n\Z", re.MULTILINE)
_CLEANUP = re.compile(r"Exception ignored (?:in\b|while calling deallocator)")
"""How a line begins below which Python tells of an error at an object's end, which ends nothing."""
_LIMIT = 1 << 16
"""Characters of the output that are looked at."""


@dataclass(frozen=True)
class Error:
    """The last error of a script: `message` is its type and its text, on one line.

    `place` is "script", or the file and the function of the library that raised it. ctypes prints
    the error of a `callback`, and goes on.
    """

    message: str
    place: str
    callback: bool = False


def find_error(output: str, name: str) -> Error | None:
    """Return the error that the last traceback in `output` of the script `name` ends with.

    One of an object's end, as when BCC cleans up after another error, counts if there is no other.
    """
    output = cut(output, _LIMIT).replace("\r\n", "\n")  # From a terminal.
    begins = list(_BEGIN.finditer(output))
    if not begins:
        found = _UNDECODED.search(output)
        return Error(found[0][:500], "script") if found else None
    starts = (begin for begin in reversed(begins) if not _of_cleanup(output, begin.start()))
    begin = next(starts, begins[-1])
    # What stands below the error was printed after it.
    ends = _ERROR.search(output, begin.end())
    if ends is None:
        return None
    frames = _FRAME.findall(output, begin.start(), ends.start())
    before = output[: begin.start()]
    return Error(ends[0].strip()[:500], _place(frames, name), bool(_IGNORED.search(before)))


def _of_cleanup(output: str, start: int) -> bool:
    """Tell whether a traceback that begins at `start` is of an error at an object's end."""
    return bool(_CLEANUP.match(output, output.rfind("\n", 0, max(start - 1, 0)) + 1, start))


def _place(frames: list[tuple[str, str, str]], name: str) -> str:
    """Tell where an error was raised: the script, or two parts of a path, and the function."""
    library = [frame for frame in frames if not frame[0].startswith("<")]
    if not library or library[-1][0].rpartition("/")[2] == name:
        return "script"
    path, _, function = library[-1]
    return f"{'/'.join(path.split('/')[-2:])} {function}"


def last_error(output: str) -> str:
    """Return the exception that a traceback in `output` ends with, and its message, or ""."""
    found = find_error(output, "")
    return found.message[:200] if found else ""


def traceback_line(output: str, name: str) -> int:
    """Return the line of the student's script where its last traceback passed, or 0."""
    found = re.findall(rf'File "(?:/lab/)?{re.escape(name)}", line (\d{{1,9}})', output)
    return int(found[-1]) if found else 0


def ended_cleanly(script: Script) -> bool:
    """Tell whether an interrupted script ended as it should: quietly, by itself or by SIGINT.

    Python's "Exception ignored" is no fault of a script that then ends with status 0: BCC's own
    clean-up raises at exit, and an interrupt can fall into a callback of ctypes.
    """
    for number, piece in enumerate(script.pieces()):
        # After the cut, which is in the middle of a line, nobody knows what stood there before.
        before = "Exception ignored" if number else ""
        for line in piece.splitlines()[number:]:
            # Not at its start: the terminal's echo, ^C, may stand before it.
            excused = "Exception ignored" in before and script.status == 0
            if "Traceback (most recent call last)" in line and not excused:
                return False
            before = line or before
    return script.status in (0, 130)
