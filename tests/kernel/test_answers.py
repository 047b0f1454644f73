"""Every known answer, right or wrong, gets exactly the verdict that its header says."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.authoring.answers import Answer, answers
from grader.kernel.features import Features
from grader.kernel.mounts import mount_privately
from grader.labs import find_labs
from grader.verdict.record import TaskResult
from tests.support.checkout import ROOT
from tests.support.grading import grade
from tests.support.words import faults_told

LABS = find_labs(ROOT / "exercises")
REFUSED = ("lab9",)
"""Labs whose programs are refused as they are handed out."""


def here(lab: str) -> dict[str, str]:
    """Return `infra` for each task of `lab` that needs what this machine's kernel lacks."""
    mount_privately()
    features = Features()
    return {
        task.id: "infra"
        for task in LABS[lab].tasks
        if not all(features.offers(need).ok for need in task.kernel)
    }


def judge(answer: Answer, folder: Path) -> None:
    """Assert that the answer loses what it must on this kernel, and is told what it must be."""
    mount_privately()
    if answer.kernel and not Features().offers(answer.kernel).ok:
        pytest.skip(f"{answer.id} NEEDS {answer.kernel.upper()}, which this kernel does not have")
    answer.lay_out(LABS[answer.lab], folder / "hand-in")
    done = grade(answer.lab, submission=folder / "hand-in", out=folder / "out")
    expected = answer.loses | here(answer.lab)
    unjudged = [task for task in answer.loses if expected[task] == "infra"]
    assert done.lost == expected, f"{answer.sentence}\n{done.output}"
    told = [TaskResult.read(task) for task in done.tasks]
    assert unjudged or answer.is_told(told), f"not told {answer.says!r}:\n{done.output}"
    assert not [fault for task in told for fault in faults_told(task)], done.output


@pytest.mark.sampled
@pytest.mark.parametrize("answer", answers("right"), ids=lambda answer: answer.id)
def test_a_right_answer_gets_all_points(answer: Answer, tmp_path: Path) -> None:
    judge(answer, tmp_path)


@pytest.mark.sampled
@pytest.mark.parametrize("answer", answers("wrong"), ids=lambda answer: answer.id)
def test_a_wrong_answer_loses_its_tasks(answer: Answer, tmp_path: Path) -> None:
    assert answer.loses, "a wrong answer that loses nothing is none"
    assert answer.says, "its student is told what is wrong"
    judge(answer, tmp_path)


@pytest.mark.parametrize("lab", LABS)
def test_each_task_has_two_wrong_answers_of_its_own(lab: str) -> None:
    """Being blocked by an earlier task is no proof that a task is judged."""
    for task in LABS[lab].tasks:
        own = [
            answer.id
            for answer in answers("wrong")
            if answer.lab == lab and answer.loses.get(task.id) in ("fail", "error", "timeout")
        ]
        assert len(own) >= 2, f"task {task.id} has {own}"


@pytest.mark.parametrize("lab", LABS)
def test_the_untouched_stub_earns_nothing_and_is_told_where_to_start(
    lab: str, tmp_path: Path
) -> None:
    done = grade(lab, submission=ROOT / "exercises", out=tmp_path)
    assert done.status == 1
    assert done.result["score"] == 0
    assert "Traceback" not in done.output
    first = done.result["labs"][0]["tasks"][0]
    assert first["status"] == ("error" if lab in REFUSED else "fail")
    assert first["why"] and first["remedy"] and first["line"] > 0
    assert first["hint"] == f"./labebpf hint {first['id']}"


def test_a_traceback_at_ctrl_c_is_what_was_seen_and_not_the_status(tmp_path: Path) -> None:
    """The status is 130, which is allowed."""
    (answer,) = (a for a in answers("wrong") if a.id == "lab1/traceback_on_ctrl_c.py")
    answer.lay_out(LABS["lab1"], tmp_path / "hand-in")
    done = grade("lab1", submission=tmp_path / "hand-in", out=tmp_path / "out")
    (task,) = (task for task in done.tasks if task["id"] == "1.5")
    assert task["expected"] == "no traceback, and exit status 0 or 130"
    assert task["actual"] == "a traceback: KeyboardInterrupt"


def test_a_missing_file_is_an_error_of_its_tasks_and_other_labs_go_on(tmp_path: Path) -> None:
    for lab in ("lab2", "lab3"):
        (tmp_path / "hand-in" / lab).mkdir(parents=True)
    for file in (ROOT / "solutions" / "lab3").iterdir():
        if file.is_file():
            (tmp_path / "hand-in" / "lab3" / file.name).write_bytes(file.read_bytes())
    script = ROOT / "solutions" / "lab2" / "timestamp.py"
    (tmp_path / "hand-in" / "lab2" / "timestamp.py").write_bytes(script.read_bytes())
    done = grade("lab2", "lab3", submission=tmp_path / "hand-in", out=tmp_path / "out")
    assert done.lost["2.1"] == "error"
    assert "timestamp.c is missing" in done.output
    assert not [task for task in done.lost if task.startswith("3.")]
