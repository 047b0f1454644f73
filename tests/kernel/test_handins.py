"""What somebody handed in, and private checks: nothing of either gets where it should not be."""

from __future__ import annotations

import json
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.support.checkout import ROOT
from tests.support.grading import command, labebpf, run_pytest
from tests.support.handins import (
    FOUND,
    PUBLIC,
    READS_MEMORY,
    SEARCH,
    VERDICTS,
    WORD,
    grade,
    hand_in,
    lay_out,
    task,
)

RUNS = 'open({marker!r} + "{name}", "w").close()\n'
PYTHON = ("conftest", "sitecustomize", "usercustomize", "bcc", "__init__", "pytest", "random")
INI = "addopts = -p evil\npythonpath = .\npython_files = *.py\n"


@pytest.mark.parametrize("inner", ["", "lab3"])
def test_a_right_hand_in_gets_full_points(tmp_path: Path, inner: str) -> None:
    folder = hand_in(tmp_path / "in" / inner)
    done = grade(tmp_path / "in", tmp_path / "out")
    assert (done.status, done.lost) == (0, {}), done.output
    assert f"lab3 is taken from {folder}." in done.output
    assert done.result["kernel"]["where"] == "native"


def test_where_no_machine_is_ready_the_kernel_is_this_ones_and_it_is_said(tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "in")
    done = grade(folder, tmp_path / "out", kernel="auto", XDG_CACHE_HOME=str(tmp_path))
    assert done.status == 0
    assert done.result["kernel"]["where"] == "native"
    assert "runs in this machine's own kernel" in done.output


@pytest.fixture
def traps(tmp_path: Path) -> Path:
    """Make a right hand-in with everything beside it that pytest or Python picks up by itself."""
    folder = hand_in(tmp_path / "in")
    marker = f"{tmp_path}/ran-"
    for name in PYTHON:
        (folder / f"{name}.py").write_text(RUNS.format(marker=marker, name=name))
    (folder / "evil.py").write_text(RUNS.format(marker=marker, name="evil"))
    (folder / "test_evil.py").write_text(RUNS.format(marker=marker, name="test"))
    (folder / "evil.pth").write_text("import os; " + RUNS.format(marker=marker, name="pth"))
    (folder / "pytest.ini").write_text(f"[pytest]\n{INI}")
    (folder / "tox.ini").write_text(f"[pytest]\n{INI}")
    (folder / "setup.cfg").write_text(f"[tool:pytest]\n{INI}")
    (folder / "pyproject.toml").write_text('[tool.pytest.ini_options]\naddopts = "-p evil"\n')
    (folder / "lab.toml").write_text("")
    for name in ("grader", "lab3/grader"):
        (folder / "more" / name).mkdir(parents=True)
        trap = RUNS.format(marker=marker, name="grader")
        (folder / "more" / name / "__init__.py").write_text(trap)
    return folder


def test_nothing_of_a_hand_in_runs_beside_what_the_lab_asks_for(
    traps: Path, tmp_path: Path
) -> None:
    done = grade(Path(), tmp_path / "out", cwd=traps, PYTHONPATH=str(traps))
    assert (done.status, done.lost) == (0, {}), done.output
    assert not list(tmp_path.glob("ran-*"))


def test_a_link_to_the_solution_earns_nothing(traps: Path, tmp_path: Path) -> None:
    (traps / "counter.c").unlink()
    (traps / "counter.c").symlink_to(ROOT / "solutions" / "lab3" / "counter.c")
    done = grade(traps, tmp_path / "out")
    assert done.status == 1
    assert done.lost == {"3.1": "error"} | dict.fromkeys(PUBLIC[1:], "blocked")
    assert "counter.c is a link" in done.output
    assert not list(tmp_path.glob("ran-*"))


def test_a_link_in_place_of_the_labs_folder_is_no_hand_in(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "lab3").symlink_to(ROOT / "solutions" / "lab3")
    arguments = command("lab3", submission=tmp_path / "in", out=tmp_path / "out", handed_in=True)
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "is no hand-in for lab3" in done.stderr
    assert not (tmp_path / "out").exists()


def test_private_checks_count_and_say_nothing(tmp_path: Path) -> None:
    private = lay_out(tmp_path)
    folder = hand_in(tmp_path / "in")
    done = grade(folder, tmp_path / "out", f"--private={private}")
    assert done.status == 1
    assert done.statuses == dict.fromkeys(PUBLIC, "pass") | VERDICTS, done.output
    assert (done.result["score"], done.result["max_score"]) == (13, 25)
    assert WORD not in done.output + json.dumps(done.result)
    assert "Further 3.8" in done.output
    assert "only its verdict is shown" in done.output
    french = grade(folder, tmp_path / "out", f"--private={private}", "--lang", "fr")
    assert "seul son verdict est montré" in str(task(french, "3.8")["why"])
    assert WORD not in french.output + json.dumps(french.result)


@pytest.mark.parametrize("named", [["3.11", "0.1"], ["3.2", "3.11"]])
def test_private_tasks_are_graded_alone_or_beside_others(tmp_path: Path, named: list[str]) -> None:
    private, out = lay_out(tmp_path), tmp_path / "out"
    options = ("--submission=solutions", "--kernel=native", f"--private={private}", f"--out={out}")
    status, said = labebpf(ROOT, "grade", *named, *options)
    labs = json.loads((out / "result.json").read_text())["labs"]
    tasks = [task for lab in labs for task in lab["tasks"]]
    assert {task["id"] for task in tasks if task["status"] == "pass"} == {*named}, said
    assert {task["status"] for task in tasks} == {"pass", "unselected"}
    assert status == 0 and WORD not in said


def test_who_may_see_them_is_told_everything(tmp_path: Path) -> None:
    private = lay_out(tmp_path)
    folder = hand_in(tmp_path / "in")
    done = grade(folder, tmp_path / "out", f"--private={private}", "--reveal")
    assert done.statuses == dict.fromkeys(PUBLIC, "pass") | VERDICTS, done.output
    assert f"{WORD} of a file" in str(task(done, "3.8")["actual"])
    assert "RuntimeError: plughsecret" in str(task(done, "3.10")["log"])


@pytest.mark.parametrize("reveal", [False, True])
def test_nothing_that_pytest_writes_tells_of_private_checks(tmp_path: Path, reveal: bool) -> None:
    private = lay_out(tmp_path)
    junit = tmp_path / "junit.xml"
    cache = tmp_path / "cache"
    status, said = run_pytest(
        *("exercises/lab3", "--submission=solutions"),
        *("--kernel=native", f"--private={private}", f"--junitxml={junit}"),
        *(f"--out={tmp_path / 'out'}", "-o", f"cache_dir={cache}", "-o", "junit_logging=all"),
        *("-vv", "-rA", "--durations=0", "--showlocals", "--full-trace"),
        *(["--reveal"] if reveal else []),
    )
    assert status == 1
    record = (tmp_path / "out" / "result.json").read_text()
    cached = "".join(path.read_text() for path in cache.rglob("*") if path.is_file())
    for text in (said, record, junit.read_text(), cached):
        assert (WORD in text) == reveal
    assert re.search("3 failed, 8 passed, (4 warnings, )?1 infra, 1 blocked", said)
    if not reveal:
        assert "private/lab3/checks::3.8 (2)" in said
        suite = ElementTree.parse(junit).getroot()[0]
        names = {case.get("name") for case in suite if case.get("classname") != "exercises.lab3"}
        assert {"3.8", "3.8 (2)", "3.9", "3.10", "3.11", "3.12"} <= names


def test_student_code_does_not_find_private_checks(tmp_path: Path) -> None:
    private = lay_out(tmp_path)
    folder = hand_in(tmp_path / "in", SEARCH)
    done = grade(folder, tmp_path / "out", f"--private={private}")
    for line in FOUND:
        assert line in str(task(done, "3.5")["log"])
    assert WORD not in done.output + json.dumps(done.result)


def test_private_checks_are_not_in_the_memory_that_a_shown_task_s_program_can_read(
    tmp_path: Path,
) -> None:
    private = lay_out(tmp_path)
    folder = hand_in(tmp_path / "in", READS_MEMORY)
    done = grade(folder, tmp_path / "out", f"--private={private}")
    assert "IN MEMORY test_no_count_is_lost" in str(task(done, "3.5")["log"])
    assert WORD not in done.output + json.dumps(done.result)
