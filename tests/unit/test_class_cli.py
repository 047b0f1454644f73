"""The commands for a class, on what was kept of one."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.support.checkout import ROOT, labebpf
from tests.unit.test_class_grading import Noting, a_class, go

SIZE = 6


@pytest.fixture
def state(tmp_path: Path) -> Path:
    go(tmp_path / "state", Noting(tmp_path / "notes"), a_class(SIZE))
    return tmp_path / "state"


def ask(state: Path, *arguments: str, status: int = 0, lang: str = "en") -> str:
    done = labebpf(ROOT, "class", *arguments, "--state", str(state), LABEBPF_LANG=lang)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_status_tells_how_far_each_run_is(state: Path) -> None:
    told = ask(state, "status")
    assert "Run 1: lab3, begun" in told and "its marks count" in told
    assert f"Students: {SIZE}; graded: {SIZE}; waiting: 0" in told
    assert "Étudiants : 6 ; notés : 6" in ask(state, "status", lang="fr")


def table_of(state: Path) -> list[dict[str, str]]:
    told = ask(state, "export", "--for", "csv").lstrip("\ufeff")
    return list(csv.DictReader(io.StringIO(told)))


def test_marks_go_into_a_table(state: Path, tmp_path: Path) -> None:
    assert [row["points"] for row in table_of(state)] == ["0", "2", "2", "2", "0", "0"]
    ask(state, "export", "--for", "csv", "--out", str(tmp_path / "marks.csv"))
    assert len((tmp_path / "marks.csv").read_text().splitlines()) == SIZE + 1


def test_what_is_asked_for_wrongly_is_wrong_usage(state: Path, tmp_path: Path) -> None:
    assert "There is no run 7" in ask(state, "apply", "7", status=2)
    assert "diff takes two runs" in ask(state, "diff", "1", status=2)
    assert "nobody matches 0 students" in ask(state, "forget", "nobody", status=2)
    assert "There are marks of several labs: lab3" in ask(
        state, "export", "--for", "csv", "--lab", "lab4", status=2
    )
    assert "into its worksheet" in ask(state, "export", "--for", "moodle", status=2)
    assert "There is no class in" in ask(tmp_path / "none", "status", status=2)
    assert "There is no" in ask(state, "grade", "/nonexistent", "--lab", "lab3", status=2)
    assert "There is no format tape" in ask(
        state, "grade", str(tmp_path), "--lab", "lab3", "--format", "tape", status=2
    )


def test_a_run_is_its_own_equal(state: Path) -> None:
    assert "Up: 0; down: 0; others that changed: 0; points in all: +0" in ask(state, "diff")
    assert "marks of run 1 count now" in ask(state, "apply", "1")


def test_who_is_forgotten_has_no_row(state: Path) -> None:
    assert "Nothing is known of s003" in ask(state, "forget", "s003")
    assert "s003" not in ask(state, "export", "--for", "csv")


def test_who_is_in_the_class_is_remembered(tmp_path: Path) -> None:
    roster, hand_ins, state = tmp_path / "roster.csv", tmp_path / "in", tmp_path / "state"
    roster.write_text("id,name\nada,Ada\neve,Eve\n")
    (hand_ins / "Ada").mkdir(parents=True)
    (hand_ins / "Ada" / "notes.txt").write_text("I had no time.\n")
    grade = ["grade", str(hand_ins), "--kernel", "native", "--lab"]
    assert "without one: 1" in ask(state, *grade, "lab3", "--roster", str(roster))
    for lab in ("lab3", "lab2"):
        assert "without one: 1" in ask(state, *grade, lab)
        table = ask(state, "export", "--for", "csv", "--lab", lab).lstrip("\ufeff")
        rows = {row["id"]: row for row in csv.DictReader(io.StringIO(table))}
        assert {id: row["state"] for id, row in rows.items()} == {
            "ada": "unreadable",
            "eve": "missing",
        }


def test_the_history_of_a_student(state: Path) -> None:
    (told,) = ask(state, "history", "s001").splitlines()
    assert told.startswith("Run 1, lab3, hand-in 1: graded; 2/2")
    assert "its marks count" in told
    (name,) = {row["name"] for row in table_of(state) if row["id"] == "s001"}
    assert ask(state, "history", f" {name.upper()}") == ask(state, "history", "s001")
    assert "nobody matches 0 students" in ask(state, "history", "nobody", status=2)
