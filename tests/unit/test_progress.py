"""`list` and `hint`: what is remembered, of which files, and that nothing depends on it."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.labs import Lab, find_labs, load_course
from grader.runner.progress import FOLDER, Progress, files_digest
from grader.submission.hand_in_files import read_submission
from grader.verdict.record import Status
from tests.support.checkout import NOBODY, labebpf


@pytest.fixture
def lab(checkout: Path) -> Lab:
    return find_labs(checkout / "exercises")["lab3"]


def record(checkout: Path, lab: Lab, **verdicts: Status) -> None:
    told = {name.replace("_", ".")[1:]: status for name, status in verdicts.items()}
    Progress(checkout).record(
        lab, told, read_submission(checkout / "exercises", lab.name, lab.edits)
    )


def listed(checkout: Path, *options: str, **environment: Any) -> dict[str, str]:
    """Return what `list` prints of each lab and task, by name, and what comes last, by "end"."""
    done = labebpf(checkout, "list", *options, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    labs, _, end = done.stdout.rpartition("\n\n")
    lines = {line.split()[0]: line for line in labs.replace("✓", "").replace("✗", "").splitlines()}
    return lines | {"end": end}


def test_at_first_nothing_is_won_and_the_first_task_is_next(checkout: Path) -> None:
    lines = listed(checkout)
    course = load_course(checkout)
    labs = course.labs()
    titles = [part.title.en for part in course.parts]
    assert [line for line in lines.values() if line in titles] == titles
    tasks = sum(len(lab.tasks) for lab in labs.values())
    assert len(lines) == len(titles) + len(labs) + tasks + 1
    for lab in labs.values():
        assert lines[lab.name] == f"{lab.name}  {lab.title.en}  0/10"
        for task in lab.tasks:
            assert lines[task.id].split()[1] == f"0/{task.points}"
            assert lines[task.id].endswith(f" {task.title.en}")
    title = labs["lab0"].tasks[0].title.en
    assert lines["end"] == f"Next: 0.1  {title}\n./labebpf hint 0.1\n"
    assert not (checkout / FOLDER).exists(), "looking changes nothing"


def test_what_is_next_is_not_passed_and_its_needs_are(checkout: Path, lab: Lab) -> None:
    progress = Progress(checkout)
    assert progress.of(lab).next(lab) == lab.task("3.1")
    record(checkout, lab, t3_1=Status.PASS, t3_2=Status.PASS, t3_3=Status.FAIL)
    assert progress.of(lab).next(lab) == lab.task("3.3")
    record(checkout, lab, t3_1=Status.ERROR)
    assert progress.of(lab).next(lab) == lab.task("3.1")
    everything = {f"t{task.id}": Status.PASS for task in lab.tasks}
    record(checkout, lab, **everything)
    assert progress.of(lab).next(lab) is None


def test_points_are_won_and_a_later_verdict_takes_the_place_of_an_earlier(
    checkout: Path, lab: Lab
) -> None:
    record(checkout, lab, t3_1=Status.PASS, t3_2=Status.FAIL)
    lines = listed(checkout)
    assert lines["lab3"].endswith(" 2/10")
    assert lines["3.1"].split()[:3] == ["3.1", "2/2", "pass"]
    assert lines["3.2"].split()[:3] == ["3.2", "0/1", "fail"]
    record(checkout, lab, t3_1=Status.ERROR)
    lines = listed(checkout)
    assert lines["lab3"].endswith(" 0/10")
    assert lines["3.1"].split()[:3] == ["3.1", "0/2", "error"]
    assert lines["3.2"].split()[:3] == ["3.2", "0/1", "fail"]


def test_a_verdict_is_about_the_files_of_its_time(checkout: Path, lab: Lab) -> None:
    record(checkout, lab, t3_1=Status.PASS, t3_2=Status.FAIL)
    assert "changed" not in "".join(listed(checkout).values())
    program = lab.folder / "counter.c"
    before = program.read_bytes()
    program.write_bytes(before + b"\n")
    record(checkout, lab, t3_2=Status.PASS)
    assert {key for key, line in listed(checkout).items() if "changed since" in line} == {"3.1"}
    french = listed(checkout, "--lang", "fr")
    assert {key for key, line in french.items() if "changé depuis" in line} == {"3.1"}
    program.write_bytes(before)
    assert {key for key, line in listed(checkout).items() if "changed since" in line} == {"3.2"}
    program.unlink()
    assert {key for key, line in listed(checkout).items() if "changed since" in line} == {
        "3.1",
        "3.2",
    }


def test_a_files_end_is_no_other_files_beginning(tmp_path: Path) -> None:
    prints = set()
    for files in ({"a.c": "12", "b.c": "3"}, {"a.c": "1", "b.c": "23"}, {"a.c": "123", "b.c": ""}):
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        prints.add(files_digest(read_submission(tmp_path, "lab", ["a.c", "b.c"])))
    assert len(prints) == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\xff",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        '{"schema": "labebpf/progress/v0", "labs": {}}',
        '{"schema": "labebpf/progress/v1", "labs": []}',
        '{"schema": "labebpf/progress/v1", "labs": {"lab3": {}}}',
        '{"schema": "labebpf/progress/v1", "labs": {"lab3": {"hints": {}, "marks": {"3.1": 1}}}}',
        '{"schema": "labebpf/progress/v1", "labs": {"lab3": {"hints": {}, "marks":'
        ' {"3.1": {"status": "won", "files": ""}}}}}',
        '{"schema": "labebpf/progress/v1", "labs": {"lab3": {"hints": {"3.1": "x"}, "marks": {}}}}',
    ],
)
def test_a_broken_file_is_as_if_there_was_none(checkout: Path, lab: Lab, text: str) -> None:
    record(checkout, lab, t3_1=Status.PASS)
    (checkout / FOLDER / "progress.json").write_bytes(text.encode("latin-1"))
    assert listed(checkout)["lab3"].endswith(" 0/10")
    record(checkout, lab, t3_1=Status.PASS)
    assert listed(checkout)["lab3"].endswith(" 2/10")


def test_hints_come_one_by_one_and_the_last_one_stays(checkout: Path, lab: Lab) -> None:
    task = lab.task("3.2")
    for level in (1, 2, 2):
        done = labebpf(checkout, "hint", "3.2")
        assert (done.returncode, done.stderr) == (0, "")
        assert f"3.2  {task.title.en}  ({level}/2)\n{task.hints[level - 1].en}\n" in done.stdout
        assert ("More: ./labebpf hint 3.2\n" in done.stdout) == (level == 1)
    assert "(1/2)" in labebpf(checkout, "hint", "3.3").stdout


def test_a_level_that_is_asked_for_changes_nothing(checkout: Path, lab: Lab) -> None:
    done = labebpf(checkout, "hint", "3.2", "--level", "2")
    assert lab.task("3.2").hints[1].en in done.stdout
    assert not (checkout / FOLDER).exists()
    done = labebpf(checkout, "hint", "3.2", "--level", "1")
    assert "More: ./labebpf hint 3.2 --level 2\n" in done.stdout


@pytest.mark.parametrize("level", [-7, 0, 1, 99])
def test_a_hint_comes_whatever_is_remembered(checkout: Path, lab: Lab, level: int) -> None:
    told = {"schema": "labebpf/progress/v1", "labs": {}}
    told["labs"] = {"lab3": {"marks": {}, "hints": {"3.2": level}}}
    (checkout / FOLDER).mkdir()
    (checkout / FOLDER / "progress.json").write_text(json.dumps(told))
    shown, _ = Progress(checkout).next_hint(lab, lab.task("3.2"))
    assert shown == (1 if level < 1 else 2)


def test_where_nothing_can_be_kept_all_goes_on(checkout: Path, lab: Lab) -> None:
    (checkout / FOLDER).write_text("in the way of the folder")
    record(checkout, lab, t3_1=Status.PASS)
    assert listed(checkout)["lab3"].endswith(" 0/10")
    for _ in range(2):
        done = labebpf(checkout, "hint", "3.2")
        assert (done.returncode, done.stderr) == (0, "")
        assert "(1/2)" in done.stdout
        assert "More: ./labebpf hint 3.2 --level 2\n" in done.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has files that are another user's")
def test_what_root_keeps_is_the_users_whose_checkout_it_is(checkout: Path, lab: Lab) -> None:
    os.chown(checkout, NOBODY, NOBODY)
    record(checkout, lab, t3_1=Status.PASS)
    for path in (checkout / FOLDER, checkout / FOLDER / "progress.json"):
        assert path.stat().st_uid == NOBODY
    assert sorted(os.listdir(checkout / FOLDER)) == ["progress.json"]


def test_a_private_task_is_not_kept(checkout: Path, lab: Lab) -> None:
    tasks = tuple(replace(task, private=task.id == "3.2") for task in lab.tasks)
    record(checkout, replace(lab, tasks=tasks), t3_1=Status.PASS, t3_2=Status.FAIL)
    assert set(Progress(checkout).of(lab).marks) == {"3.1"}
