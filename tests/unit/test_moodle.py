"""A grading worksheet of Moodle's, filled in."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from grader.base.errors import InfraError, UsageError
from grader.report.moodle import fill
from grader.verdict.record import LabResult, Result
from tests.support.consumers import ADA, HEADER, cells
from tests.support.sample_results import EVERY, JUDGED, PARTIAL, a_result, a_task, hostile

PASSED = a_result(LabResult("lab3", "Lab", (a_task("3.1", "pass", 7), a_task("3.2", "fail", 2))))
"""7 of 9 points."""

BOB = (
    '"Participant 112","Bob É",bob@example.org,"Submitted for grading","Group ""B""",3.50,9.00,'
    'Yes,"Monday, 1 June 2026, 3:00 PM",-,"<p>Good, ""very"" good.<br />\nSee = 3</p>"'
)
ENGLISH = f"{HEADER}\n{ADA}\n{BOB}\n"
FRENCH = (
    "Identifiant;Nom complet;Adresse de courriel;Statut;Note;Note maximale;"
    "La note peut être modifiée;Dernière modification (note);Feedback par commentaires\r\n"
    "Participant 12;Ada Élan;ada@example.org;Remis;;9,00;Oui;-;\r\n"
    'Participant 112;"Bob; fils";bob@example.org;Remis;"3,5";9,00;Oui;-;"Très ""bien"""\r\n'
)


class Words(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert not attributes
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


WORKSHEETS = {
    "as downloaded": (ENGLISH, "utf-8", ",", 5, 10),
    "with a byte order mark": (ENGLISH, "utf-8-sig", ",", 5, 10),
    "CRLF": (ENGLISH.replace("\n", "\r\n"), "utf-8", ",", 5, 10),
    "CR": (ENGLISH.replace("\n", "\r"), "utf-8", ",", 5, 10),
    "no newline at the end": (ENGLISH.rstrip("\n"), "utf-8", ",", 5, 10),
    "empty lines": (ENGLISH.replace("\nBob", "\n\nBob") + "\n\n", "utf-8", ",", 5, 10),
    "French, semicolons": (FRENCH, "utf-8", ";", 4, 8),
    "French, from a spreadsheet": (FRENCH, "cp1252", ";", 4, 8),
    "French, tabs and BOM": (FRENCH.replace(";", "\t"), "utf-8-sig", "\t", 4, 8),
}


@pytest.mark.parametrize("name", WORKSHEETS)
@pytest.mark.parametrize("student, row", [("12", 1), ("Participant 112", 2)])
def test_two_cells_change_and_nothing_else(name: str, student: str, row: int) -> None:
    text, encoding, separator, grade, feedback = WORKSHEETS[name]
    before = text.encode(encoding)
    after = fill(PASSED, before, student)
    old, new = cells(before, separator, encoding), cells(after, separator, encoding)
    old, new = ([cells for cells in rows if cells] for rows in (old, new))
    assert new[row][grade] == "7"
    assert new[row][feedback].startswith("<p>7/9 points.</p><p><b>3.2 Étape 3.2: fail, 0/2</b>")
    new[row][grade], new[row][feedback] = old[row][grade], old[row][feedback]
    assert new == old
    # Byte for byte: what stands before the grade and after the feedback is untouched.
    start = next(i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b)
    assert separator.encode() in before[:start]
    lines = before.split(b"Participant")
    kept = after.split(b"Participant")
    assert [lines[i] for i in range(3) if i != row] == [kept[i] for i in range(3) if i != row]


def test_quotes_stay_where_they_were() -> None:
    after = fill(PASSED, FRENCH.encode(), "112").decode()
    assert '112;"Bob; fils";bob@example.org;Remis;"7";9,00;Oui;-;"<p>' in after
    assert (
        "12;Ada Élan;ada@example.org;Remis;7;9,00" in fill(PASSED, FRENCH.encode(), "12").decode()
    )


def test_all_students_one_after_the_other() -> None:
    worksheet = ENGLISH.encode()
    for student in ("12", "112"):
        worksheet = fill(PASSED, worksheet, student)
    assert [row[5] for row in cells(worksheet)] == ["Grade", "7", "7"]
    assert fill(PASSED, worksheet, "12") == worksheet


@pytest.mark.parametrize("student", ["12", "Participant 12", "ada@example.org", "Ada@Example.org"])
def test_a_student_is_found_by_number_identifier_or_email(student: str) -> None:
    assert [row[5] for row in cells(fill(PASSED, ENGLISH.encode(), student))][1] == "7"


@pytest.mark.parametrize("student", ["", "2", "1", "Participant", "Ada", "113", "-", "example.org"])
def test_who_is_not_there_is_not_taken_for_another(student: str) -> None:
    with pytest.raises(UsageError, match="has 0 rows"):
        fill(PASSED, ENGLISH.encode(), student)


def test_who_is_there_twice_is_nobody() -> None:
    twice = ENGLISH + ADA + "\n"
    with pytest.raises(UsageError, match="2 rows of 12"):
        fill(PASSED, twice.encode(), "12")


@pytest.mark.parametrize("result", [EVERY, a_result(EVERY.labs[1])])
def test_what_could_not_be_judged_leaves_the_grade_and_says_so(result: Result) -> None:
    worksheet = ENGLISH.replace("9.00", f"{result.max_score}.00").encode()
    for student, grade in (("12", ""), ("112", "3.50")):
        row = next(row for row in cells(fill(result, worksheet, student)) if student in row[0][-4:])
        assert row[5] == grade
        assert "6 of them could not be judged on this machine" in row[10]


def test_the_total_is_the_record_s() -> None:
    assert cells(fill(JUDGED, ENGLISH.encode(), "12"))[1][5] == str(JUDGED.score) == "2"


@pytest.mark.parametrize("maximum", ["10.00", "", "Good", "9.50", "nan", "90"])
def test_another_maximum_is_refused(maximum: str) -> None:
    worksheet = ENGLISH.replace("9.00", maximum).encode()
    with pytest.raises(UsageError, match="the result's 9"):
        fill(PASSED, worksheet, "12")


def test_a_scale_is_refused() -> None:
    """Moodle takes no number for one of a scale's words, and says nothing of it."""
    worksheet = ENGLISH.replace("Maximum Grade", "Scale").replace("9.00", "Good")
    with pytest.raises(UsageError, match="to points, with a maximum of 9"):
        fill(PASSED, worksheet.encode(), "12")


def test_a_caret_stands_below_its_place() -> None:
    excerpt = "    7 |     f(a)\n      |        ^"
    task = a_task("3.1", "error", 9, why="It has  no end.", excerpt=excerpt, line=7, file="a.c")
    after = fill(a_result(LabResult("lab3", "Lab", (task,))), ENGLISH.encode(), "12").decode()
    drawing = excerpt.replace("\n", "<br>")
    assert f"<pre>{drawing}</pre>" in after


def test_a_row_that_was_changed_by_hand_is_named() -> None:
    with pytest.raises(UsageError, match="Row 2 of the worksheet has 12 cells, its header 11"):
        fill(
            PASSED, ENGLISH.replace(',Yes,"Monday, 1 June', ',Yes,,"Monday, 1 June').encode(), "12"
        )


@pytest.mark.parametrize(
    "worksheet",
    [
        b"",
        b"\xef\xbb\xbf",
        b"\n\n",
        b"Email address,eBPF lab 3\nada@example.org,\n",
        b'Identifier,Grade,"Feedback comments\n',
        b'Identifier,Grade,"Feedback comments"x\nParticipant 12,,\n',
        b"Identifier,Grade,Feedback comments\nParticipant 12,\n",
        b"Identifier,Grade,Feedback comments\nParticipant 12,,,\n",
        ENGLISH.encode("utf-16"),
        b"PK\x03\x04\x14\x00\xff\xfe",
    ],
)
def test_what_is_no_worksheet_is_refused(worksheet: bytes) -> None:
    with pytest.raises(UsageError, match="worksheet"):
        fill(PASSED, worksheet, "12")


def test_a_part_of_the_lab_is_no_grade() -> None:
    worksheet = ENGLISH.replace("9.00", "3.00").encode()
    row = cells(fill(PARTIAL, worksheet, "12"))[1]
    assert row[5] == cells(worksheet)[1][5]
    assert "2/2 points for the selected tasks. Not selected: 3.2." in row[10]


@pytest.mark.parametrize("status", ["fail", "infra"])
def test_hostile_text_stays_in_its_cell(status: str) -> None:
    result = hostile(status)
    worksheet = ENGLISH.replace("9.00", "2.00").encode()
    after = fill(result, worksheet, "12")
    old, new = cells(worksheet), cells(after)
    assert [len(row) for row in new] == [11, 11, 11]
    assert new[2] == old[2]
    assert new[1][5] == ("1" if status == "fail" else "")
    feedback = new[1][10]
    # PHP takes a quote after a backslash for text, and goes on reading into the next row.
    assert not re.search(r'["\\\r\n]', feedback)
    assert f',"{feedback}"\n'.encode() in after
    words = Words(feedback)
    assert words.tags == {"p", "b", "br"} | ({"pre"} if status == "fail" else set())
    assert "</pre></details></td></failure>]]><script>alert(1)</script>" in words.text


def test_what_an_old_encoding_lacks_is_said_in_html() -> None:
    after = fill(hostile("fail"), FRENCH.replace("9,00", "2,00").encode("cp1252"), "12")
    assert b"&#8364;&#128512;" in after
    assert "Ada Élan".encode("cp1252") in after


def test_a_result_without_a_task_is_none() -> None:
    with pytest.raises(InfraError):
        fill(a_result(), ENGLISH.encode(), "12")
