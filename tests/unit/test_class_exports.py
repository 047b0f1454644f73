"""What each system takes of a class: whole, about the right ones, and harmless."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from grader.classroom.archive import folders, harmless_name, packed
from grader.classroom.compare import moves
from grader.classroom.marks import marks
from grader.classroom.roster import Student
from grader.classroom.store import Store
from tests.support.checkout import ROOT
from tests.support.kept_class import (
    CLASS,
    MISSING,
    MOST,
    SETTING,
    Member,
    export,
    keep,
    member,
    opened,
    scored,
)

HOSTILE = Member(
    Student("=cmd|'x'!A0/../..", '=HYPERLINK("http://x")\nPoints Possible', "+a@b", "", "-s"),
    scored(4),
    "x/",
    late=True,
)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return keep(tmp_path / "state", [*CLASS, MISSING, HOSTILE])


def table(data: bytes | str) -> list[list[str]]:
    text = data.decode() if isinstance(data, bytes) else data
    return list(csv.reader(io.StringIO(text, newline="")))


def test_gradescope_gets_a_result_for_each_submission(tmp_path: Path) -> None:
    both = [
        replace(member(n), source="top/submission_77/", files={"counter.c": b"1"}) for n in (11, 12)
    ]
    plain = [replace(member(13, 3), source="13/"), member(15, None), HOSTILE]
    state = keep(tmp_path / "state", [*both, *plain])
    export(state, "gradescope", "--out", tmp_path / "g.zip")
    found = opened(tmp_path / "g.zip")
    scores = {name: json.loads(data)["score"] for name, data in found.items()}
    strange = f"{harmless_name('submission_' + HOSTILE.student.id)}/results.json"
    assert scores == {
        "submission_77/results.json": 5,
        "submission_s13/results.json": 3,
        strange: 4,
    }


def test_canvas_gets_a_column_of_its_gradebook(state: Path) -> None:
    header, possible, *rows = table(export(state, "canvas"))
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "lab3"]
    assert possible == ["Points Possible", "", "", "", "", str(MOST)]
    by_id = {row[1]: row for row in rows}
    assert by_id["11"] == ["Ada Lovelace", "11", "s11", "11@example.org", "", "1"]
    assert by_id["15"][5] == by_id["18"][5] == ""  # Unreadable, and missing.
    assert len(rows) == len(CLASS) + 2
    assert by_id[""][0] == """'=HYPERLINK("http://x") Points Possible"""
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]


def test_who_is_judged_in_part_has_no_mark_in_canvas(tmp_path: Path) -> None:
    state = keep(tmp_path / "state", [replace(member(11), result=scored(4, "infra")), member(12)])
    assert [row[-1] for row in table(export(state, "canvas"))[2:]] == ["", "5"]


def test_who_is_judged_in_part_has_the_points_of_the_tasks_that_were(tmp_path: Path) -> None:
    partly = replace(member(11), result=scored(4, "infra"))
    state = keep(tmp_path / "state", [partly, member(12), MISSING])
    header, *rows = table(export(state, "csv").removeprefix("\ufeff"))
    found = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    shown = {
        id: [row[key] for key in ("state", "points", "3.1", "3.2")] for id, row in found.items()
    }
    assert shown == {
        "s11": ["unjudged", "", "4", ""],
        "s12": ["graded", "5", "5", "0"],
        "zoe": ["missing", "", "", ""],
    }


def test_no_verdict_is_no_loss_of_points(tmp_path: Path) -> None:
    state = keep(tmp_path / "state", [member(11, 7), member(12)])
    with Store.open(state, write=True) as store:
        (base,) = store.runs()
        run = store.again(base, SETTING, ["s11"])
        (waiting,) = store.waiting(run)
        store.finish(run, waiting.key, scored(4, "infra"))
        (move,) = moves(marks(store, base.id), marks(store, run))
    assert (move.before, move.after, move.by) == (7, None, 0)


def canvas_owner(path: str) -> tuple[str, str]:
    """Return the user and the attachment that Canvas finds for a file, by their ids."""
    user, attachment = [part for part in path.split("_") if re.fullmatch("[0-9]+", part)][:2]
    assert not path.split("_")[-1].startswith("link")
    return user, attachment


def test_canvas_finds_whose_each_page_is(tmp_path: Path) -> None:
    known = [
        replace(member(11), source="lovelaceada_LATE_340934_208490284_"),
        replace(member(16), source="top/under_1_340935_208490285_"),
        replace(member(15, None), source="oneil_340936_208490286_"),
        replace(member(12), source="anon_AbC12_208490287_"),
        Member(Student("x", "007_8"), scored(1), "x_1_2_"),
    ]
    state = keep(tmp_path / "state", known)
    told = export(state, "canvas", "--feedback", tmp_path / "f.zip", "--out", tmp_path / "c.csv")
    assert {canvas_owner(path) for path in opened(tmp_path / "f.zip")} == {
        ("340934", "208490284"),
        ("340935", "208490285"),
        ("340936", "208490286"),
        ("1", "2"),
    }
    assert "not known: 1 (Борис Годунов)" in told
    assert len(table((tmp_path / "c.csv").read_bytes())) == len(known) + 2


def test_classroom50_gets_its_scores(state: Path) -> None:
    header, *rows = table(export(state, "classroom50"))
    assert ",".join(header) == (
        "username,first_name,last_name,email,section,score,max_score,datetime,submission_tag,"
        "submitted_by,review_url,late,override"
    )
    by_name = {row[0]: row for row in rows}
    assert by_name["s11"][:7] == ["s11", "Ada", "Lovelace", "11@example.org", "", "1", "10"]
    assert by_name["s11"][7:] == ["2026-06-01T10:00:00Z", "", "", "", "", ""]
    assert by_name["zoe"] == ["zoe", "Zoe", *[""] * 11]
    assert by_name["'" + HOSTILE.student.id][11] == "true"


def stub(name: str) -> bytes:
    return (ROOT / "exercises/lab3" / name).read_bytes()


def test_dolos_gets_what_was_handed_in_and_a_list_of_it(state: Path, tmp_path: Path) -> None:
    export(state, "dolos", "--out", tmp_path / "d.zip")
    found = opened(tmp_path / "d.zip")
    header, ignored, *rows = table(found.pop("info.csv"))
    assert header == ["filename", "full_name", "label", "created_at", "ignored"]
    assert ignored == ["stub/counter.c", "", "", "", "true"]
    assert found["stub/counter.c"] == stub("counter.c") and "stub/counter.py" in found
    listed = [row[0] for row in rows]
    assert sorted(listed) == sorted(name for name in found if not name.startswith("stub/"))
    assert ["s11/counter.c", "Ada Lovelace", "", "2026-06-01T10:00:00Z", ""] in rows
    assert found["s11/counter.c"] == b"int of_s11;\n"
    assert not [name for name in found if "s15" in name or "zoe" in name]


def test_jplag_gets_a_folder_for_each_and_the_stubs(state: Path, tmp_path: Path) -> None:
    export(state, "jplag", "--out", tmp_path / "j.zip")
    found = opened(tmp_path / "j.zip")
    assert found["base/counter.c"] == stub("counter.c")
    assert found["submissions/s12/counter.c"] == b"int of_s12;\n"
    folders = {name.split("/")[1] for name in found if name.startswith("submissions/")}
    assert len(folders) == len(CLASS)  # With the hostile one, without the unreadable one.


@pytest.mark.parametrize("system", ["dolos", "jplag"])
def test_nobody_is_named_where_nobody_shall_be(system: str, state: Path, tmp_path: Path) -> None:
    export(state, system, "--anonymous", "--out", tmp_path / "a.zip")
    found = opened(tmp_path / "a.zip")
    told = " ".join(found) + found.get("info.csv", b"").decode()
    assert not re.search(r"s1\d|Ada|Годунов|example|HYPERLINK|cmd", told)
    before = (tmp_path / "a.zip").read_bytes()
    export(state, system, "--anonymous", "--out", tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == before
    again = {data for name, data in found.items() if name.endswith(".c")}
    assert b"int of_s12;\n" in again


@pytest.mark.parametrize(
    "given, told",
    [
        (("gradescope", "--worksheet", "w.csv"), "--worksheet does not go with --for gradescope"),
        (("csv", "--feedback", "f.zip"), "it is for moodle, canvas"),
        (("moodle", "--anonymous"), "it is for dolos, jplag"),
        (("moodle",), "into its worksheet"),
        (("moodle", "--feedback", "f.zip", "--out", "o.csv"), "nothing to write to o.csv"),
        (("dolos",), "--out dolos.zip"),
        (("jplag",), "--out jplag.zip"),
        (("gradescope",), "--out gradescope.zip"),
        (("canvas", "--feedback", "/nonexistent/f.zip"), "There is no folder"),
        (("moodle", "--worksheet", "/nonexistent.csv"), "cannot be read"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(
    given: tuple[str, ...], told: str, state: Path
) -> None:
    assert told in export(state, *given, status=2)


@pytest.mark.parametrize(
    "text, name",
    [
        ("Ada", "Ada"),
        ("王小明", "王小明"),
        ("../../etc/passwd", "etc passwd"),
        ("~.-=+@x", "x"),
        ("C:\\x\x00\x1b[31m\u202ey", "C x [31m y"),
        ("e\u0301", "é"),
        ("", "nobody"),
        ("..", "nobody"),
        ("a" * 300, "a" * 50),
    ],
)
def test_a_name_leads_nowhere_and_hides_nothing(text: str, name: str) -> None:
    assert harmless_name(text) == name


def test_no_two_share_a_folder() -> None:
    assert folders(["a/b", "A b", "a:b", "stub", "x"], ["Stub"]) == [
        "a b",
        "A b-2",
        "a b-3",
        "stub-2",
        "x",
    ]


def test_an_archive_is_the_same_in_any_order() -> None:
    assert packed({"a": b"1", "b/c": b"2"}) == packed({"b/c": b"2", "a": b"1"})
