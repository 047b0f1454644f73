"""What Moodle takes of a grading worksheet and of a zip of feedback files, and what it skips.

A model of one assignment with points, in English, by the code of Moodle 4.1 to 5.0: under
mod/assign, feedback/offline/{locallib,importgradeslib}.php, feedback/file/importziplib.php,
gradingtable.php (col_timemarked) and locallib.php (get_user_grade), and lib/csvlib.class.php.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone

HEADER = (
    *("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade"),
    *("Grade can be changed", "Last modified (submission)", "Last modified (grade)"),
    "Feedback comments",
)
PLUGINS = {
    "assignsubmission": ("onlinetext", "file", "comments"),
    "assignfeedback": ("comments", "editpdf", "offline", "file"),
}
_STAMP = "%A, %d %B %Y, %I:%M %p"
_IDENTIFIER = "Participant "


@dataclass
class Grade:
    """A grade as it is stored; -1 for none yet. Times in s, as all here."""

    modified: int
    points: float = -1
    comments: str = ""
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Participant:
    """Someone in the course, by the number that they have in this assignment."""

    number: int
    name: str
    submitted: int = 0
    handed_in: dict[str, bytes] = field(default_factory=dict)
    locked: bool = False
    grade: Grade | None = None


class ImportRefusedError(Exception):
    """Moodle takes nothing of the file."""


class Assignment:
    """An assignment, whose clock stands at `now` until somebody sets it."""

    def __init__(self, participants: Sequence[Participant], maximum: float, now: int) -> None:
        self.participants = {each.number: each for each in participants}
        self.maximum = maximum
        self.now = now

    def worksheet(self) -> bytes:
        """Return what "Download grading worksheet" gives."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(HEADER)
        for each in self.participants.values():
            grade = each.grade
            points = f"{grade.points:.2f}" if grade and grade.points >= 0 else ""
            told = (f"{_IDENTIFIER}{each.number}", each.name, "", "Submitted for grading", points)
            times = (_stamp(each.submitted), _stamp(grade.modified) if grade else "-")
            comments = grade.comments if grade else ""
            writer.writerow((*told, f"{self.maximum:.2f}", "Yes", *times, comments))
        return text.getvalue().encode()

    def upload_worksheet(self, data: bytes, *, ignore_modified: bool = False) -> list[int]:
        """Take a worksheet; return the numbers of those whose grade it changed.

        With `ignore_modified`, what is newer in Moodle than in the worksheet is changed too.
        """
        changed = []
        for row in _rows(data):
            identifier = row["Identifier"][len(_IDENTIFIER) :]
            owner = self.participants.get(int(identifier)) if identifier.isdigit() else None
            if owner is None:
                continue
            stale = (
                owner.grade and owner.grade.modified > _seconds(row["Last modified (grade)"]) + 60
            )
            if stale and not ignore_modified:
                continue
            points = _points(row["Grade"])
            if points is not None and self._takes(owner, points):
                self._graded(owner).points = points
                self._graded(owner).modified = self.now
                changed.append(owner.number)
            if row["Feedback comments"] != (owner.grade.comments if owner.grade else ""):
                self._graded(owner).comments = row["Feedback comments"]
        return changed

    def _takes(self, owner: Participant, points: float) -> bool:
        same = owner.grade is not None and owner.grade.points == points
        return not same and not owner.locked and 0 <= points <= self.maximum

    def _graded(self, owner: Participant) -> Grade:
        """Return the grade of `owner`; a new one is as old as what they handed in."""
        owner.grade = owner.grade or Grade(owner.submitted or self.now)
        return owner.grade

    def upload_zip(self, data: bytes) -> list[int]:
        """Take a zip of feedback files; return the numbers of those who are told of a new one."""
        told = []
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                found = None if entry.is_dir() else self.addressee(entry.filename)
                if found is None:
                    continue
                owner, subtype, path = found
                content = archive.read(entry)
                # What feedback there is, assignfeedback_file does not tell: get_files is inherited.
                known = owner.handed_in if subtype == "assignsubmission" else {}
                if known.get(path) != content:
                    self._graded(owner).files[path.lstrip("/")] = content
                    told.append(owner.number)
        return told

    def addressee(self, path: str) -> tuple[Participant, str, str] | None:
        """Return whose file that is, for which kind of plugin, and its path there."""
        parts = path.split("/")
        if parts[-1].startswith((".", "~")):
            return None
        while parts:
            _, number, subtype, plugin, rest = (*parts.pop(0).split("_", 4), *[""] * 5)[:5]
            if not number.isdecimal() or int(number) not in self.participants:
                continue
            if plugin in PLUGINS.get(subtype, ()):
                return self.participants[int(number)], subtype, "/".join((rest, *parts))
        return None


def _rows(data: bytes) -> Iterator[dict[str, str]]:
    text = re.sub(r"\r\n?", "\n", data.decode("utf-8-sig"))
    if '\\"' in text:
        raise ImportRefusedError("PHP takes a quote after a backslash for text")
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    if not {"Identifier", "Grade", "Last modified (grade)"} <= {*header}:
        raise ImportRefusedError("invalidgradeimport")
    if any(len(row) != len(header) for row in rows):
        raise ImportRefusedError("csvweirdcolumns")
    return (dict(zip(header, row, strict=True)) for row in rows)


def _points(text: str) -> float | None:
    return float(text) if text.strip() else None


def _stamp(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime(_STAMP) if seconds else "-"


def _seconds(stamp: str) -> int:
    """Convert a time to s as strtotime does, which knows English only; 0 for what is no time."""
    try:
        return int(datetime.strptime(stamp, _STAMP).replace(tzinfo=timezone.utc).timestamp())
    except ValueError:
        return 0
