"""A class's marks and pages in Moodle: whom they come to, and when they are skipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from grader.classroom.roster import Student
from tests.support.kept_class import (
    CLASS,
    MISSING,
    MOST,
    NAMES,
    Member,
    export,
    keep,
    member,
    opened,
    regrade,
    scored,
)
from tests.support.moodle_importer import Assignment, ImportRefusedError, Participant

NOW = 1_780_000_000


def an_assignment(members: Sequence[Member] = (*CLASS, MISSING)) -> Assignment:
    return Assignment(
        [
            Participant(
                int(each.student.number),
                each.student.name,
                NOW - 9999 if each.source else 0,
                {"/counter.c": b"int x;"} if each.source else {},
            )
            for each in members
        ],
        MOST,
        NOW,
    )


@dataclass
class Moodle:
    """An assignment in Moodle, the class that is kept of it, and what goes between them."""

    assignment: Assignment
    state: Path
    folder: Path

    def download(self) -> None:
        (self.folder / "grades.csv").write_bytes(self.assignment.worksheet())

    def export(self, lang: str = "en") -> str:
        sheet, marks, pages = (self.folder / name for name in ("grades.csv", "marks.csv", "f.zip"))
        given = ("--worksheet", sheet, "--out", marks, "--feedback", pages)
        return export(self.state, "moodle", *given, lang=lang)

    def upload_marks(self, *, ignore_modified: bool = False) -> list[int]:
        data = (self.folder / "marks.csv").read_bytes()
        return self.assignment.upload_worksheet(data, ignore_modified=ignore_modified)

    def upload_pages(self) -> list[int]:
        opened(self.folder / "f.zip")
        return sorted(self.assignment.upload_zip((self.folder / "f.zip").read_bytes()))

    def points(self) -> dict[int, float | None]:
        people = self.assignment.participants.items()
        return {number: each.grade.points if each.grade else None for number, each in people}


@pytest.fixture
def moodle(tmp_path: Path) -> Moodle:
    moodle = Moodle(an_assignment(), keep(tmp_path / "state", [*CLASS, MISSING]), tmp_path)
    moodle.download()
    moodle.export()
    return moodle


def test_marks_and_pages_come_to_whom_they_belong(moodle: Moodle) -> None:
    assert moodle.upload_marks() == [11, 12, 13, 14, 16, 17]
    assert moodle.points() == {11: 1, 12: 2, 13: 3, 14: 4, 15: None, 16: 6, 17: 7, 18: None}
    assert moodle.upload_pages() == sorted(NAMES)
    for number, each in moodle.assignment.participants.items():
        if number == 18:
            assert each.grade is None
            continue
        assert each.grade and each.grade.files.keys() == {"labebpf-lab3.html"}
        page = each.grade.files["labebpf-lab3.html"].decode()
        if number == 15:
            assert "could not be read: &lt;b&gt; is damaged" in page
        else:
            assert f"{number - 10}/10" in page and f"int of_s{number};" in page


def test_a_second_upload_needs_a_new_worksheet(moodle: Moodle) -> None:
    moodle.upload_marks()
    moodle.assignment.now += 3600
    regrade(moodle.state, "s11", scored(9))
    assert "download the worksheet again" in moodle.export()
    assert moodle.upload_marks() == []
    moodle.download()
    moodle.export()
    assert moodle.upload_marks() == [11] and moodle.points()[11] == 9


def test_or_leave_to_change_what_is_newer(moodle: Moodle) -> None:
    moodle.upload_marks()
    moodle.assignment.now += 3600
    regrade(moodle.state, "s11", scored(9))
    moodle.export()
    assert moodle.upload_marks(ignore_modified=True) == [11] and moodle.points()[11] == 9


def test_pages_that_come_first_make_a_worksheet_old(moodle: Moodle) -> None:
    moodle.upload_pages()
    assert moodle.upload_marks() == []
    moodle.download()
    moodle.export()
    assert len(moodle.upload_marks()) == len(NAMES) - 1


def test_a_page_once_more_is_one_page_and_tells_its_student_again(moodle: Moodle) -> None:
    """Moodle compares it with what was handed in, not with the feedback."""
    assert moodle.upload_pages() == moodle.upload_pages() == sorted(NAMES)
    ada = moodle.assignment.participants[11]
    assert ada.grade and len(ada.grade.files) == 1
    ada.handed_in |= {f"/{name}": data for name, data in ada.grade.files.items()}
    assert 11 not in moodle.upload_pages()


def test_the_same_class_gives_the_same_bytes(moodle: Moodle) -> None:
    before = (moodle.folder / "f.zip").read_bytes()
    moodle.export()
    assert (moodle.folder / "f.zip").read_bytes() == before


@pytest.mark.parametrize(
    "path, number",
    [
        ("a_11_assignsubmission_file/p.html", 11),
        ("a_11_assignsubmission_file_/p.html", 11),
        ("a_11_assignsubmission_file_p.html", 11),
        ("top/a_11_assignfeedback_file/p.html", 11),
        ("a_b_11_assignsubmission_file/p.html", None),
        ("a_99_assignsubmission_file/p.html", None),
        ("a_11_assignsubmission/p.html", None),
        ("a_11_assignsubmission_other/p.html", None),
        ("a_11_assignsubmission_file/.p.html", None),
        ("a_11_assignsubmission_file/~p.html", None),
        ("p.html", None),
    ],
)
def test_whose_a_file_is_stands_in_its_path(path: str, number: int | None) -> None:
    found = an_assignment().addressee(path)
    assert (found[0].number if found else None) == number


def test_moodle_skips_what_it_does_not_take(moodle: Moodle) -> None:
    people = moodle.assignment.participants
    people[11].locked = True
    moodle.assignment.maximum = 5
    assert moodle.upload_marks() == [12, 13, 14]
    assert moodle.upload_marks() == []
    for data in (b"Identifier,Grade\n", moodle.assignment.worksheet() + b"Participant 11,\n"):
        with pytest.raises(ImportRefusedError):
            moodle.assignment.upload_worksheet(data)


def test_whose_number_is_unknown_is_named(tmp_path: Path) -> None:
    nobody = replace(member(11), student=Student("s11", "Ada Lovelace", "", "a11"))
    state = keep(tmp_path / "state", [nobody, member(12)])
    told = export(state, "moodle", "--feedback", tmp_path / "f.zip")
    assert "number is not known: 1 (Ada Lovelace)" in told
    assert [*opened(tmp_path / "f.zip")] == [
        "Борис Годунов_12_assignsubmission_file/labebpf-lab3.html"
    ]


def test_pages_are_in_the_language_of_the_run(tmp_path: Path) -> None:
    state = keep(tmp_path / "state", [member(15, None)], lang="fr")
    export(state, "moodle", "--feedback", tmp_path / "f.zip")
    (page,) = opened(tmp_path / "f.zip").values()
    assert 'lang="fr"' in page.decode() and "n&#x27;a pas pu être lu" in page.decode()
