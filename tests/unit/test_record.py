"""Points, statuses and the record that everything else renders."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from itertools import combinations
from pathlib import Path

import pytest

from grader.base.messages import paired, translate
from grader.base.timeline import Deviation, Moment
from grader.labs import Lab, Task, Text
from grader.verdict.record import (
    SCHEMA,
    Finding,
    LabResult,
    Result,
    Status,
    TaskResult,
    write_result,
)
from grader.verdict.rubric import PRIVATE, Rubric
from tests.support.checkout import NOBODY

RECORD_KEYS = {"schema", "started", "seconds", "grader", "kernel", "score", "max_score", "labs"}
LAB_KEYS = {"lab", "score", "max_score", "tasks"}
TASK_KEYS = {"id", "title", "status", "points", "max_points", "why"}
TASK_KEYS |= {"expected", "actual", "file", "line", "hint", "log"}


def a_task(task_id: str, points: int, *needs: str) -> Task:
    title = Text(f"Step {task_id}", f"Étape {task_id}")
    return Task(task_id, points, "a.c", title, needs, (), (Text("Look.", "Regardez."),))


TASKS = (a_task("9.1", 2), a_task("9.2", 3, "9.1"), a_task("9.3", 5, "9.1", "9.2"))
ONE, TWO, THREE = TASKS
LAB = Lab("lab9", Path("lab9"), Text("Lab", "TP"), "a.c", "a.py", ("a.c", "a.py"), "", (), TASKS)
MOMENTS = (
    Moment(0, "mkdir 5f", 1, ("hello", "again"), Deviation.DOUBLED),
    Moment(-1, "", -1, (), Deviation.RIGHT),
)
PASS = Finding(Status.PASS)
FAIL = Finding(Status.FAIL, "No.", "Do it.", "1", "2", "a.c", 7, "log", "A cause.", MOMENTS)
KNOWN = Finding(
    Status.ERROR,
    paired("A text.", "Un texte."),
    file="a.c",
    line=7,
    excerpt="    7 | f()\n      | ^",
    known="E04",
)


def judged(*statuses: str) -> Result:
    tasks = tuple(
        TaskResult(
            Status(status),
            id=f"9.{number}",
            title="",
            points=1 if status == "pass" else 0,
            max_points=1,
        )
        for number, status in enumerate(statuses, 1)
    )
    return Result("2024-06-07T08:09:10Z", 1.5, {}, (LabResult("lab9", "Lab", tasks),))


def full_result() -> Result:
    rubric = Rubric(LAB)
    rubric.add(ONE, PASS)
    rubric.add(TWO, FAIL)
    kernel = {"where": "native", "release": "6.18", "headers": "running 6.18"}
    grader = {"version": "0.1.0", "commit": "58fa132"}
    return Result("2024-06-07T08:09:10Z", 1.25, kernel, (rubric.result("fr"),), grader=grader)


@pytest.mark.parametrize("finding", [replace(FAIL, status=status) for status in Status])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_of_a_private_task_only_verdict_and_points_are_told(finding: Finding, lang: str) -> None:
    private = replace(THREE, private=True)
    rubric = Rubric(replace(LAB, tasks=(ONE, TWO, private)))
    rubric.add(private, finding)
    passed = finding.status is Status.PASS
    (*_, told) = rubric.result(lang).tasks
    assert told == TaskResult(
        finding.status,
        "" if passed else translate(PRIVATE, lang),
        id="9.3",
        title=private.title.get(lang),
        points=5 if passed else 0,
        max_points=5,
        unjudged=finding.status is Status.INFRA,
    )


def test_who_may_see_private_tasks_sees_what_they_say() -> None:
    private = replace(THREE, private=True)
    rubric = Rubric(replace(LAB, tasks=(ONE, TWO, private), reveal=True))
    rubric.add(private, FAIL)
    (*_, told) = rubric.result("en").tasks
    assert (told.why, told.expected, told.line, told.log) == ("No.", "1", 7, "log")
    assert told.hint == "", "labebpf hint does not know it"


def test_what_the_machine_blocks_is_not_held_against_anybody() -> None:
    rubric = Rubric(LAB)
    rubric.add(ONE, Finding(Status.INFRA, "No kprobes."))
    rubric.add(TWO, Finding(Status.BLOCKED, "It needs 9.1."))
    rubric.add(THREE, FAIL)
    assert [task.unjudged for task in rubric.result("en").tasks] == [True, True, False]
    rubric.add(ONE, FAIL)
    assert not any(task.unjudged for task in rubric.result("en").tasks)


def test_a_lab_that_was_not_judged_has_no_points() -> None:
    result = Rubric(LAB).result("en")
    assert (result.score, result.max_score) == (0, 10)
    assert [task.status for task in result.tasks] == ["blocked"] * 3
    assert all(task.points == 0 and task.why for task in result.tasks)


def test_a_task_with_two_checks_is_passed_when_both_are() -> None:
    rubric = Rubric(LAB, {"9.1": ("first", "second")})
    for _ in range(2):  # Twice the same is not both.
        rubric.add(ONE, PASS, "first")
        assert rubric.status("9.1") is None
    (task, *_) = rubric.result("en").tasks
    assert (task.status, task.points, task.why) == ("blocked", 0, "Its check did not run.")
    rubric.add(ONE, PASS, "second")
    (task, *_) = rubric.result("en").tasks
    assert (task.status, task.points) == ("pass", 2)


CHECKS = {"9.1": ("a", "b"), "9.2": ("c",), "9.3": ("d",)}


@pytest.mark.parametrize(
    "selected, passed, statuses, points, status",
    [
        ("abcd", "abcd", "pass pass pass", "10/10", 0),
        ("c", "c", "unselected pass unselected", "3/3", 0),
        ("c", "", "unselected blocked unselected", "0/3", 1),
        ("ac", "ac", "unselected pass unselected", "3/3", 0),
        ("cd", "d", "unselected blocked pass", "5/8", 1),
        ("a", "a", "unselected unselected unselected", "0/0", 3),
    ],
)
def test_what_was_not_selected_is_neither_won_nor_lost(
    selected: str, passed: str, statuses: str, points: str, status: int
) -> None:
    rubric = Rubric(LAB, CHECKS, selected)
    for check in passed:
        rubric.add(LAB.task(next(id for id in CHECKS if check in CHECKS[id])), PASS, check)
    result = Result("2024-06-07T08:09:10Z", 1, {}, (rubric.result("en"),))
    assert " ".join(task.status for task in result.labs[0].tasks) == statuses
    assert f"{result.score}/{result.selected_max}" == points
    assert (result.max_score, result.unjudged) == (10, 0), "what the lab is worth stays"
    assert result.exit_status == status
    assert Result.from_json(result.to_json()) == result
    left = [task for task in result.labs[0].tasks if not task.selected]
    assert not any(task.points or task.file or task.hint for task in left)


def test_a_selected_check_that_fails_is_a_verdict_also_if_it_is_not_the_only_one() -> None:
    rubric = Rubric(LAB, CHECKS, "a")
    rubric.add(ONE, FAIL, "a")
    assert [task.status for task in rubric.result("en").tasks] == ["fail", *["unselected"] * 2]


def test_a_task_has_the_time_that_its_checks_took() -> None:
    private = replace(THREE, private=True)
    rubric = Rubric(replace(LAB, tasks=(ONE, TWO, private)))
    for task, seconds in ((ONE, 0.25), (ONE, 0.5), (private, 9)):
        rubric.spend(task, seconds)
    assert [task.seconds for task in rubric.result("en").tasks] == [0.75, 0, 0]


def test_a_record_from_before_tasks_had_times_is_read() -> None:
    record = json.loads(full_result().to_json())
    for task in record["labs"][0]["tasks"]:
        del task["seconds"]
    assert Result.from_json(json.dumps(record)) == full_result()


def test_a_pass_has_all_points_and_points_add_up() -> None:
    rubric = Rubric(LAB)
    rubric.add(ONE, PASS)
    rubric.add(THREE, PASS)
    result = rubric.result("en")
    assert [task.points for task in result.tasks] == [2, 0, 5]
    assert (result.score, result.max_score) == (7, 10)
    assert rubric.status("9.1") is Status.PASS
    assert rubric.status("9.2") is None


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.PASS])
def test_no_other_status_has_points_even_beside_a_pass(status: Status) -> None:
    for findings in ([status], [Status.PASS, status], [status, Status.PASS]):
        rubric = Rubric(LAB)
        for found in findings:
            rubric.add(ONE, Finding(found, "Because."))
        task = rubric.result("en").tasks[0]
        assert (task.status, task.points, task.max_points) == (status.value, 0, 2)
        assert task.why == "Because."


def test_a_failure_has_its_place_and_a_hint_and_a_pass_has_neither() -> None:
    rubric = Rubric(LAB)
    rubric.add(ONE, FAIL)
    rubric.add(TWO, PASS)
    failed, passed, unjudged = rubric.result("en").tasks
    assert (failed.file, failed.line, failed.hint) == ("a.c", 7, "./labebpf hint 9.1")
    assert (failed.why, failed.remedy, failed.expected, failed.actual) == (
        "No.",
        "Do it.",
        "1",
        "2",
    )
    assert (passed.file, passed.line, passed.hint) == ("", 0, "")
    assert (unjudged.file, unjudged.hint) == ("a.c", "./labebpf hint 9.3")


def test_titles_are_in_the_language_asked_for() -> None:
    assert Rubric(LAB).result("fr").tasks[0].title == "Étape 9.1"
    assert Rubric(LAB).result("en").tasks[0].title == "Step 9.1"
    assert Rubric(LAB).result("fr").title == "TP"


def test_a_task_waits_for_those_it_needs_that_were_judged_and_did_not_pass() -> None:
    rubric = Rubric(LAB)
    assert rubric.missing_needs(THREE) == []
    rubric.add(ONE, PASS)
    rubric.add(TWO, Finding(Status.BLOCKED, "x"))
    assert rubric.missing_needs(TWO) == []
    assert rubric.missing_needs(THREE) == ["9.2"]
    rubric.add(ONE, FAIL)
    assert rubric.missing_needs(THREE) == ["9.1", "9.2"]


def test_what_a_rubric_holds_is_clean_and_of_bounded_size() -> None:
    rubric = Rubric(LAB)
    long = "\x1b[31m" + "x" * 100_000
    rubric.add(ONE, Finding(Status.FAIL, long, long, long, long, "a\x1b[0m.c", 1, long))
    task = rubric.result("en").tasks[0]
    assert task.file == "a.c"
    for text in (task.why, task.remedy, task.expected, task.actual, task.log):
        assert "\x1b" not in text
        assert "characters cut" in text
        assert len(text) < 21_000


@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_exit_status_of_every_mix_of_statuses(size: int) -> None:
    for statuses in combinations([status.value for status in Status], size):
        theirs = {"fail", "error", "timeout"} & set(statuses)
        if set(statuses) == {"unselected"}:
            wanted = 3
        elif set(statuses) <= {"pass", "unselected"}:
            wanted = 0
        elif theirs or "infra" not in statuses:
            wanted = 1
        else:
            wanted = 3
        assert judged(*statuses).exit_status == wanted, statuses


@pytest.mark.parametrize(
    "statuses, status",
    [
        ([], 3),
        (["pass", "pass"], 0),
        (["pass", "blocked"], 1),
        (["blocked"], 1),
        (["infra"], 3),
        (["infra", "blocked", "pass"], 3),
        (["infra", "fail"], 1),
        (["infra", "timeout", "pass"], 1),
    ],
)
def test_the_exit_status(statuses: list[str], status: int) -> None:
    assert judged(*statuses).exit_status == status


def test_a_result_without_labs_is_no_success() -> None:
    assert Result("", 0, {}, ()).exit_status == 3


def test_scores_add_up_over_labs() -> None:
    lab = full_result().labs[0]
    both = Result("", 0, {}, (lab, lab))
    assert (both.score, both.max_score) == (4, 20)
    assert len(both.statuses) == 6


def test_json_has_the_keys_that_others_read() -> None:
    record = json.loads(full_result().to_json())
    assert set(record) >= RECORD_KEYS
    assert record["schema"] == SCHEMA
    assert (record["score"], record["max_score"]) == (2, 10)
    for lab in record["labs"]:
        assert set(lab) >= LAB_KEYS
        assert lab["score"] == sum(task["points"] for task in lab["tasks"])
        for task in lab["tasks"]:
            assert set(task) >= TASK_KEYS
            assert task["status"] in {status.value for status in Status}
            assert isinstance(task["line"], int)


def test_json_is_read_back_as_it_was() -> None:
    result = full_result()
    assert Result.from_json(result.to_json()) == result
    assert "Étape" in result.to_json()


@pytest.mark.parametrize(
    "text", ["", "{", "{}", '{"schema": "labebpf/result/v0"}', "[]", "null", "3", '"x"']
)
def test_what_is_no_record_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        Result.from_json(text)


CHANGES: list[dict[str, object]] = [
    {"score": 9},
    {"max_score": 2},
    {"started": 5},
    {"seconds": "1"},
    {"seconds": -1},
    {"seconds": float("nan")},
    {"kernel": {"where": 1}},
    {"kernel": ["native"]},
    {"labs": {"lab9": []}},
    {"labs": None},
    {"labs": []},
]
TASK_CHANGES: list[dict[str, object]] = [
    {"status": "perfect"},
    {"status": "fail"},
    {"points": 3},
    {"points": -1},
    {"points": True},
    {"points": 2.0},
    {"points": "2"},
    {"max_points": -2},
    {"title": None},
    {"line": "7"},
    {"extra": ""},
    {"seconds": -1},
    {"seconds": "1"},
    {"seconds": True},
    {"seconds": float("nan")},
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_record_that_does_not_add_up_is_none(change: dict[str, object]) -> None:
    record = json.loads(full_result().to_json())
    with pytest.raises((ValueError, KeyError, TypeError)):
        Result.from_json(json.dumps({**record, **change}))


@pytest.mark.parametrize("change", TASK_CHANGES)
def test_a_task_of_a_record_has_no_points_but_for_a_pass(change: dict[str, object]) -> None:
    record = json.loads(full_result().to_json())
    record["labs"][0]["tasks"][0].update(change)
    with pytest.raises((ValueError, TypeError)):
        Result.from_json(json.dumps(record))


def test_a_result_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "out"
    path = write_result(folder, judged("pass"))
    first = path.stat().st_ino
    with path.open() as reader:
        assert write_result(folder, full_result()) == path
        assert reader.read() == judged("pass").to_json()
    assert path.read_text(encoding="utf-8") == full_result().to_json()
    assert path.stat().st_ino != first
    assert os.listdir(folder) == ["result.json"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has files that are another user's")
def test_what_root_writes_in_a_users_checkout_is_the_users(tmp_path: Path) -> None:
    os.chown(tmp_path, NOBODY, NOBODY)
    (tmp_path / "theirs").write_text("kept")
    (tmp_path / ".result.json.new").symlink_to("theirs")
    path = write_result(tmp_path / "new" / "out", full_result())
    for made in (path, path.parent, path.parent.parent, write_result(tmp_path, full_result())):
        assert (made.stat().st_uid, made.stat().st_gid) == (NOBODY, NOBODY)
    assert (tmp_path / "theirs").read_text() == "kept"


def test_a_result_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = write_result(tmp_path, full_result())
    with pytest.raises(TypeError):
        write_result(tmp_path, Result("", 0, {"where": object()}, ()))  # type: ignore[dict-item]
    assert path.read_text(encoding="utf-8") == full_result().to_json()
    assert os.listdir(tmp_path) == ["result.json"]


def test_a_timeline_is_made_safe_and_cut() -> None:
    wild = Moment(5, "mkdir \x1b[31m", 0, ("\x1b]0;x\x07" + "y" * 999,) * 9, Deviation.WRONG)
    (kept, *others) = Finding(Status.FAIL, timeline=(wild,) * 500).cleaned().timeline
    assert len(others) < 100
    assert kept.event == "mkdir "
    assert len(kept.reports) < 9
    assert all("\x1b" not in text and len(text) < 400 for text in kept.reports)


@pytest.mark.parametrize("finding", [PASS, FAIL, KNOWN])
def test_a_finding_is_read_back(finding: Finding) -> None:
    assert Finding.read(json.loads(json.dumps(asdict(finding)))) == finding


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        "pass",
        {},
        {"status": "pass"},
        {**asdict(PASS), "points": 9},
        {**asdict(PASS), "status": "perfect"},
        {**asdict(PASS), "status": ["pass"]},
        {**asdict(PASS), "line": "7"},
        {**asdict(PASS), "log": None},
        {**asdict(PASS), "line": True},
        {**asdict(PASS), "timeline": None},
        {**asdict(PASS), "timeline": ["mkdir"]},
        {**asdict(PASS), "timeline": [{}]},
        *(
            {**asdict(PASS), "timeline": [{**asdict(MOMENTS[0]), **change}]}
            for change in (
                {"at": "0"},
                {"cpu": None},
                {"event": 3},
                {"reports": "hello"},
                {"reports": [3]},
                {"mark": "perfect"},
                {"more": 1},
            )
        ),
    ],
)
def test_what_is_no_finding_is_refused(told: object) -> None:
    with pytest.raises(ValueError):
        Finding.read(told)


@pytest.mark.parametrize("lang, why", [("en", "A text."), ("fr", "Un texte.")])
def test_a_result_is_told_in_one_language_and_says_which(lang: str, why: str) -> None:
    rubric = Rubric(LAB)
    rubric.add(ONE, KNOWN.told(lang))
    record = Result("2024-06-07T08:09:10Z", 1, {}, (rubric.result(lang),), lang)
    read = Result.from_json(record.to_json())
    assert read == record and read.lang == lang
    task = read.labs[0].tasks[0]
    assert (task.why, task.known, task.excerpt, task.line) == (why, "E04", KNOWN.excerpt, 7)


def test_what_has_no_other_language_is_told_as_it_stands() -> None:
    assert FAIL.told("fr") == FAIL


def test_an_excerpt_is_clean_and_of_bounded_size() -> None:
    hostile = "\x1b[31m" + "x" * 100_000
    told = Rubric(LAB).add(ONE, replace(KNOWN, known=hostile[:9], excerpt=hostile))
    for text in (told.known, told.excerpt):
        assert "\x1b" not in text
        assert len(text) < 2100


def test_what_the_machine_could_not_judge_is_not_settled() -> None:
    rubric = Rubric(LAB)
    rubric.add(ONE, PASS)
    assert rubric.settled() == {"9.1": "pass"}
    rubric.add(TWO, FAIL)
    rubric.add(THREE, Finding(Status.BLOCKED))
    assert rubric.settled() == {"9.1": "pass", "9.2": "fail", "9.3": "blocked"}
    rubric = Rubric(LAB)
    rubric.add(ONE, PASS)
    rubric.add(TWO, Finding(Status.INFRA))
    rubric.add(THREE, Finding(Status.BLOCKED))
    assert rubric.settled() == {"9.1": "pass"}
    rubric = Rubric(LAB)
    rubric.add(ONE, Finding(Status.INFRA))
    rubric.add(TWO, FAIL)
    rubric.add(THREE, Finding(Status.BLOCKED))
    assert rubric.settled() == {"9.2": "fail", "9.3": "blocked"}
    two_checks = Rubric(LAB, {"9.1": ("", "second")})
    two_checks.add(ONE, PASS)
    assert two_checks.settled() == {}
