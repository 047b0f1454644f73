"""A class's marks and files in the form that another system takes: bytes, for each of them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

from grader.classroom.archive import folders, packed
from grader.classroom.feedback import Files
from grader.classroom.marks import Mark
from grader.report import moodle
from grader.report.csv_table import harmless
from grader.report.gradescope import gradescope as results_json
from grader.report.lines import one_line

_SUBMISSION = re.compile(r"(?:^|/)(submission_[0-9]+)/$")
_NUMBER = re.compile("[0-9]+")
_CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_CLASSROOM50 = (
    *("username", "first_name", "last_name", "email", "section", "score", "max_score"),
    *("datetime", "submission_tag", "submitted_by", "review_url", "late", "override"),
)
_DOLOS = ("filename", "full_name", "label", "created_at", "ignored")


def moodle_worksheet(rows: Sequence[Mark], worksheet: bytes) -> bytes:
    """Return `worksheet` with the marks of those who have a verdict. Raises UsageError."""
    for mark in rows:
        if mark.result and mark.student.number:
            worksheet = moodle.fill(mark.result, worksheet, mark.student.number)
    return worksheet


def gradescope(rows: Sequence[Mark]) -> bytes:
    """Return a zip with Gradescope's results.json for each submission that has a verdict.

    The folders are those of "Export submissions", where the hand-ins came from there.
    """
    names = folders(f"submission_{mark.student.id}" for mark in rows)
    found = {}
    for mark, name in zip(rows, names, strict=True):
        if mark.grading and mark.result:
            place = _SUBMISSION.search(mark.grading.source)
            folder = place[1] if place else name
            found[f"{folder}/results.json"] = results_json(mark.result).encode()
    return packed(found)


def canvas(rows: Sequence[Mark], lab: str) -> bytes:
    """Return a table that Canvas's gradebook imports, with one column, named `lab`.

    Canvas finds a student by ID, then by the two of the SIS, then by name, and an assignment by its
    title, also with its number behind: "Title (12)". It makes what it does not find. Whoever has
    no verdict has an empty cell.

    Source: lib/gradebook_importer.rb of canvas-lms.
    """
    most = next((mark.result.max_score for mark in rows if mark.result), "")
    cells: list[Sequence[object]] = [
        (*_CANVAS, lab),
        ("Points Possible", *[""] * (len(_CANVAS) - 1), most),
    ]
    for mark in rows:
        student, score = mark.student, mark.cell
        number = student.number if _NUMBER.fullmatch(student.number) else ""
        sis = student.id if student.id not in (number, student.email) else ""
        name = student.name or student.id
        cells.append((name, number, sis, student.email, student.section, score))
    return _table(cells)


def classroom50(rows: Sequence[Mark]) -> bytes:
    """Return scores.csv as Classroom 50's `gh teacher download` writes it.

    What only GitHub knows, such as the tag of a submission, is empty, and so are all but the first
    five cells of those without a verdict. What follows the first space of a name is the last name.

    Source: cli/gh-teacher/internal/download/download.go of foundation50/classroom50.
    """
    cells: list[Sequence[object]] = [_CLASSROOM50]
    for mark in rows:
        student, grading = mark.student, mark.grading
        first, _, last = one_line(student.name).partition(" ")
        known = (student.id, first, last, student.email, student.section)
        told: Sequence[object] = [""] * (len(_CLASSROOM50) - len(known))
        if grading and grading.result and mark.state == "graded":
            score = grading.result.score, grading.result.max_score
            told = (*score, grading.received, "", "", "", "true" if grading.late else "", "")
        cells.append((*known, *told))
    return _table(cells)


def dolos(rows: Sequence[Mark], files: Files, stubs: Mapping[str, bytes]) -> bytes:
    """Return a zip that Dolos opens: a folder for each student, and info.csv, which lists them.

    The stubs lie in a folder of their own. The first of them is marked as ignored, of which Dolos
    takes one; `dolos run -i` takes another.

    Source: docs/docs/adding-metadata.md and lib/src/dolos.ts of dodona-edu/dolos.
    """
    found = {f"stub/{name}": data for name, data in stubs.items()}
    listed: list[Sequence[object]] = [_DOLOS]
    listed += [(path, "", "", "", "true") for path in list(found)[:1]]
    handed_in = _handed_in(rows, files)
    names = folders((mark.student.id for mark, _ in handed_in), ("stub", "info.csv"))
    for name, (mark, taken) in zip(names, handed_in, strict=True):
        student = mark.student
        received = mark.grading.received if mark.grading else ""
        for file in sorted(taken):
            found[f"{name}/{file}"] = taken[file]
            told = (student.name or student.id, student.section, received, "")
            listed.append((f"{name}/{file}", *told))
    return packed({**found, "info.csv": _table(listed)})


def jplag(rows: Sequence[Mark], files: Files, stubs: Mapping[str, bytes]) -> bytes:
    """Return a zip for JPlag: submissions/ with a folder for each student, and base/ for `-bc`.

    Source: README.md of jplag/JPlag.
    """
    found = {f"base/{name}": data for name, data in stubs.items()}
    handed_in = _handed_in(rows, files)
    names = folders(mark.student.id for mark, _ in handed_in)
    for name, (_, taken) in zip(names, handed_in, strict=True):
        found |= {f"submissions/{name}/{file}": data for file, data in taken.items()}
    return packed(found)


def _handed_in(rows: Sequence[Mark], files: Files) -> list[tuple[Mark, Mapping[str, bytes]]]:
    """Return those with files, in the order of their ids: that of names would tell who they are."""
    taken = [(mark, files.get(mark.grading.hash, {})) for mark in rows if mark.grading]
    return sorted((each for each in taken if each[1]), key=lambda each: each[0].student.id)


def _table(rows: Iterable[Sequence[object]]) -> bytes:
    """Return CSV without a byte order mark, in which no cell is a formula or has two lines."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow(
            [harmless(one_line(cell)) if isinstance(cell, str) else cell for cell in row]
        )
    return text.getvalue().encode()
