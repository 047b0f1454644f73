"""Read who is in a class: from any table with a header, such as Moodle's worksheet."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.base.errors import UsageError
from grader.base.messages import say
from grader.base.text import clean
from grader.classroom.handin import Owner

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "number": ("identifier", "identifiant", "participant", "lms_id", "canvas user id"),
    "id": ("id", "student id", "id number", "sid", "username", "login", "github_username"),
    "identifier": ("roster_identifier", "student number", "numéro d'identification", "matricule"),
    "email": ("email", "email address", "e-mail", "adresse de courriel", "mail", "courriel"),
    "name": ("name", "full name", "nom complet", "student", "étudiant"),
    "first": ("first name", "first_name", "prénom", "prenom"),
    "last": ("last name", "last_name", "surname", "nom", "nom de famille"),
    "section": ("section", "group", "groupe", "class", "classe"),
}
"""The columns, by what other systems call them; in lower case."""


@dataclass(frozen=True)
class Student:
    """Someone in the class; "" for what the roster does not say."""

    id: str
    name: str = ""
    email: str = ""
    number: str = ""
    """The number by which the learning platform names a student in this assignment."""
    section: str = ""
    on_roster: bool = True


def read_roster(data: bytes, name: str) -> list[Student]:
    """Return the students in the table `data`, whose file is called `name`.

    It is in UTF-8, with a byte order mark or without, or in Windows' code page, and its columns are
    apart by commas, semicolons or tabs. Raises UsageError where no column names a student.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    rows = _rows(text)
    header = [cell.strip().casefold() for cell in rows[0]] if rows else []
    columns = {
        column: header.index(known)
        for column, names in _COLUMNS.items()
        for known in reversed(names)
        if known in header
    }
    if not columns.keys() & {"number", "id", "identifier", "email", "name"}:
        raise UsageError(
            say("{name} has no column that names a student.", name=clean(name)),
            say("Give its first line names such as id, name, email."),
        )
    students = [_student(row, columns) for row in rows[1:] if any(cell.strip() for cell in row)]
    return _distinct(students, name)


def _rows(text: str) -> list[list[str]]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]


def _student(row: Sequence[str], columns: Mapping[str, int]) -> Student:
    def cell(column: str) -> str:
        at = columns.get(column, len(row))
        return row[at].strip().lstrip("'") if at < len(row) else ""

    found = re.search(r"\d+\Z", cell("number"))
    number = found[0] if found else cell("number")
    name = cell("name") or " ".join(filter(None, (cell("first"), cell("last"))))
    email = cell("email")
    id = cell("id") or cell("identifier") or email or number or name
    return Student(id, name, email, number, cell("section"))


def _distinct(students: Sequence[Student], name: str) -> list[Student]:
    seen: dict[str, Student] = {}
    for student in students:
        if student.id in seen:
            raise UsageError(
                say("{name} has {id} twice.", name=clean(name), id=clean(student.id)),
                say("Give each student a line of their own, with an id of their own."),
            )
        seen[student.id] = student
    return list(seen.values())


class Register:
    """Finds the student whose a hand-in is: on the roster, or, if nobody there, somebody new."""

    def __init__(self, roster: Iterable[Student]) -> None:
        self.students = list(roster)
        self._by: dict[str, list[Student]] = {}
        for student in self.students:
            for known in (student.number, student.email, student.id, student.name):
                if known:
                    self._by.setdefault(_folded(known), []).append(student)

    def student(self, owner: Owner) -> Student:
        """Return whose it is, told by number, address, login or, where there is one such, name."""
        for known in (owner.id, owner.email, owner.name):
            found = self.known_as(known)
            if len(found) == 1:
                return found[0]
        student = Student(owner.id, owner.name, owner.email, _number(owner), on_roster=False)
        self.students.append(student)
        self._by.setdefault(_folded(owner.id), []).append(student)
        return student

    def known_as(self, text: str) -> list[Student]:
        """Return those whose number, address, id or name is `text`, in whatever case."""
        found = self._by.get(_folded(text), []) if text else []
        return list({student.id: student for student in found}.values())


def _number(owner: Owner) -> str:
    return owner.id if owner.id.isdigit() else ""


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
