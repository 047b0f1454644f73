"""Moodle: the grading worksheet of an assignment, filled in."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from grader.base.errors import UsageError
from grader.base.messages import say
from grader.report.lines import explanation, headline, name, safe
from grader.report.timeline_text import drawn
from grader.verdict.record import Result, Status

# Moodle writes and reads the columns by their names in the teacher's language.
_COLUMNS = {
    "identifier": ("identifier", "identifiant"),
    "email": ("email address", "adresse de courriel"),
    "grade": ("grade", "note"),
    "maximum": ("maximum grade", "note maximale"),
    "feedback": ("feedback comments", "feedback par commentaires"),
}
_NEEDED = {"identifier", "grade", "feedback"}
_REMEDY = say(
    'Give the file that Moodle\'s "Download grading worksheet" gave, in English or French.'
)


@dataclass(frozen=True)
class _Cell:
    """What a cell says, and where in the worksheet it stands, with the quotes around it."""

    text: str
    start: int
    end: int
    quoted: bool


_Row = Sequence[_Cell]


def fill(result: Result, worksheet: bytes, student: str) -> bytes:
    """Fill in the grade and the feedback of `student`; all other bytes of `worksheet` stay.

    `student` is the Identifier of a row, the number in it, or an email address. When the machine
    could not judge every task, or not every task was selected, the grade stays what it was, and the
    feedback says why: Moodle skips a grade that is empty, and still takes the feedback of its row.

    Feedback is HTML, as Moodle stores it, without a newline, quote or backslash of its own: PHP
    takes a quote after a backslash for text, and the rows below it too.

    Raises UsageError when `worksheet` is no such file, does not have the student just once, or has
    another maximum grade than the result. An assignment with a scale has none at all: there Moodle
    would silently ignore a number.

    Source: mod/assign/feedback/{offline,comments} and lib/csvlib.class.php of Moodle.
    """
    result = safe(result)
    try:
        encoding, text = "utf-8", worksheet.decode()
    except UnicodeDecodeError:
        # From a spreadsheet program. Any byte is a character of Latin-1, and stays what it is.
        encoding, text = "latin-1", worksheet.decode("latin-1")
    columns, rows = _read(text)
    row = _find(rows, columns, student)
    _check_maximum(row[columns["maximum"]].text if "maximum" in columns else "", result)

    feedback = row[columns["feedback"]]
    changes = {feedback.start: (replace(feedback, quoted=True), _feedback(result))}
    if not result.unjudged and not result.unselected:
        grade = row[columns["grade"]]
        changes[grade.start] = (grade, str(result.score))
    for start, (cell, value) in sorted(changes.items(), reverse=True):
        text = text[:start] + (f'"{value}"' if cell.quoted else value) + text[cell.end :]
    # What an old encoding lacks, HTML says all the same.
    return text.encode(encoding, errors="xmlcharrefreplace")


def _read(text: str) -> tuple[Mapping[str, int], Sequence[_Row]]:
    """Return the number of each known column, and the rows below the header. Raises UsageError."""
    for separator in (",", ";", "\t"):
        rows = _rows(text, separator)
        header = [cell.text.strip().casefold() for cell in rows[0]] if rows else []
        columns = {
            column: header.index(known)
            for column, names in _COLUMNS.items()
            for known in names
            if known in header
        }
        if columns.keys() >= _NEEDED:
            for number, row in enumerate(rows, 1):
                if len(row) != len(header):
                    raise UsageError(
                        say(
                            "Row {number} of the worksheet has {cells} cells, its header {wanted}.",
                            number=number,
                            cells=len(row),
                            wanted=len(header),
                        ),
                        say("Download the grading worksheet again, and change no row by hand."),
                    )
            return columns, rows[1:]
    raise UsageError(
        say("The worksheet has no columns Identifier, Grade, Feedback comments."), _REMEDY
    )


def _rows(text: str, separator: str) -> list[_Row]:
    """Split a CSV into rows of cells, without a byte order mark; none where it is no CSV."""
    plain = rf'(?:[^"{separator}\r\n][^{separator}\r\n]*)?'
    pattern = re.compile(
        r'(?:"(?P<quoted>[^"]*(?:""[^"]*)*)"'
        + rf"|(?P<plain>{plain}))(?P<end>{separator}|\r\n|\r|\n|\Z)"
    )
    rows: list[_Row] = []
    row: list[_Cell] = []
    at = 1 if text.startswith("\ufeff") else 0
    while at < len(text) or row:
        found = pattern.match(text, at)
        if not found:
            return []
        quoted = found["quoted"]
        cell = found["plain"] if quoted is None else quoted.replace('""', '"')
        row.append(_Cell(cell, found.start(), found.start("end"), quoted is not None))
        if found["end"] != separator:
            if len(row) > 1 or cell:
                rows.append(row)
            row = []
        at = found.end()
    return rows


def _find(rows: Sequence[_Row], columns: Mapping[str, int], student: str) -> _Row:
    def is_wanted(row: _Row) -> bool:
        identifier = row[columns["identifier"]].text.strip()
        number = re.search(r"\d*\Z", identifier)
        email = row[columns["email"]].text.strip() if "email" in columns else ""
        known = {identifier, number[0] if number else "", email.casefold()} - {""}
        return bool({student, student.casefold()} & known)

    found = [row for row in rows if is_wanted(row)]
    if len(found) != 1:
        raise UsageError(
            say(
                "The worksheet has {value} rows of {student}.",
                value=len(found),
                student=student,
            ),
            say("Give --student the number in a row's Identifier, or an email address."),
        )
    return found[0]


def _check_maximum(told: str, result: Result) -> None:
    try:
        same = float(told.replace(",", ".")) == result.max_score
    except ValueError:
        same = False
    if not same:
        raise UsageError(
            say(
                "The worksheet's maximum grade is {value}, the result's {max_score}.",
                value=told or say("empty"),
                max_score=result.max_score,
            ),
            say(
                "Set the assignment's grade in Moodle to points, with a maximum of {max_score}, "
                "and download the worksheet again.",
                max_score=result.max_score,
            ),
        )


def _feedback(result: Result) -> str:
    parts = [f"<p>{_html(headline(result))}</p>"]
    for lab in result.labs:
        for task in lab.tasks:
            if task.status != Status.PASS and task.selected:
                verdict = task.status.word(result.lang)
                title = f"{name(task)}: {verdict}, {task.points}/{task.max_points}"
                told = explanation(replace(task, log="", excerpt="", timeline=()), result.lang)
                parts.append(f"<p><b>{_html(title)}</b><br>{_html(told)}</p>")
                # In columns: a caret stands below its place, a report beside its event.
                rows = (*task.excerpt.splitlines(), *drawn(task.timeline, result.lang))
                if rows and task.status not in (Status.BLOCKED, Status.INFRA):
                    parts.append(f"<pre>{_html(chr(10).join(rows))}</pre>")
    return "".join(parts)


def _html(text: str) -> str:
    return html.escape(text).replace("\\", "&#92;").replace("\n", "<br>")
