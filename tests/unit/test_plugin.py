"""pytest and a lab whose checks and manifest do not agree: copies of lab 0, spoilt. None runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.checkout import copy

USAGE_ERROR = 4


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return copy(tmp_path, ("grader", "exercises/lab0", "conftest.py", "pyproject.toml"))


def collect(checkout: Path, *arguments: str) -> tuple[int, str]:
    """Collect the checks, and return the exit status and what was said."""
    command = [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "--collect-only"]
    done = subprocess.run(
        [*command, *(arguments or ("exercises/lab0",))],
        cwd=checkout,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def spoil(checkout: Path, name: str, right: str, wrong: str) -> None:
    path = checkout / "exercises" / "lab0" / name
    text = path.read_text()
    assert right in text
    path.write_text(text.replace(right, wrong, 1))


def test_a_lab_as_it_is_has_no_complaint(checkout: Path) -> None:
    status, said = collect(checkout)
    assert status == 0, said
    assert "5 tests collected" in said


@pytest.mark.parametrize(
    "wrong, words",
    [
        ("", "has no task"),
        ("@task()\n", "has no task"),
        ('@task("0.2", "0.3")\n', "has no task"),
        ("@task(0.2)\n", "Its task is no string"),
        ('@task("0.9")\n', "lab0 has no task 0.9. Its tasks are 0.1, 0.2, 0.3, 0.4, 0.5."),
        ('@task("0.1")\n', "lab0: no check judges 0.2"),
    ],
)
def test_a_check_has_a_task_and_a_task_has_a_check(checkout: Path, wrong: str, words: str) -> None:
    spoil(checkout, "test_lab0.py", '@task("0.2")\n', wrong)
    status, said = collect(checkout)
    assert status == USAGE_ERROR, said
    assert words in said


def test_a_check_of_ones_own_choice_is_no_complaint(checkout: Path) -> None:
    for chosen in (
        ["exercises/lab0/test_lab0.py::test_the_kernel_loads_it"],
        ["exercises/lab0", "-k", "loads"],
    ):
        status, said = collect(checkout, *chosen)
        assert status == 0, said
        assert "test_the_kernel_loads_it" in said
        assert "test_the_script" not in said


BACKWARDS = """
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    items.reverse()
"""
REWRITTEN = """
import sys
from _pytest.assertion.rewrite import AssertionRewritingHook

def pytest_collection_finish():
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "grader":
            rewritten = isinstance(module.__loader__, AssertionRewritingHook)
            print("rewritten" if rewritten else "as compiled", name)
"""
LAB0 = "exercises/lab0/test_lab0.py"


def order(said: str) -> list[str]:
    return [line.partition("::")[2] for line in said.splitlines() if "::test_" in line]


def test_checks_run_in_the_order_of_their_file_whatever_was_asked_for(checkout: Path) -> None:
    (checkout / "backwards.py").write_text(BACKWARDS)
    (checkout / "test_own.py").write_text("def test_first(): pass\ndef test_last(): pass\n")
    names = order(collect(checkout, "-q", LAB0)[1])
    assert len(names) == 5
    asked = [f"{LAB0}::{name}" for name in reversed(names)]
    assert order(collect(checkout, "-q", *asked)[1]) == names
    _, said = collect(checkout, "-q", "-p", "backwards", LAB0, "test_own.py")
    assert order(said) == ["test_last", "test_first", *names]


def test_pytest_imports_the_grader_as_python_compiled_it(checkout: Path) -> None:
    (checkout / "rewritten.py").write_text(REWRITTEN)
    status, said = collect(checkout, "-q", "-s", "-p", "rewritten", LAB0)
    assert status == 0, said
    told = [line.rsplit(" ", 1) for line in said.splitlines() if " grader" in line]
    how = {name: way for way, name in told}
    entry = {"grader", "grader.runner", "grader.runner.plugin"}
    assert {name for name, way in how.items() if way == "rewritten"} <= entry
    assert how["grader.checks.program_under_test"] == "as compiled"


def test_a_check_comes_after_those_that_its_task_needs(checkout: Path) -> None:
    names = order(collect(checkout, "-q", LAB0)[1])
    for task, other in (("0.2", "x"), ("0.1", "0.2"), ("x", "0.1")):
        spoil(checkout, "test_lab0.py", f'@task("{task}")', f'@task("{other}")')
    _, said = collect(checkout, "-q", LAB0)
    assert order(said) == [names[1], names[0], *names[2:]], said


@pytest.mark.parametrize("chosen", [("-k", "0.3"), ("-m", 'task(id="0.3")')])
def test_a_task_is_chosen_by_its_number(checkout: Path, chosen: tuple[str, str]) -> None:
    status, said = collect(checkout, "-q", LAB0, *chosen)
    assert status == 0, said
    assert "1/5 tests collected" in said
    assert len(order(said)) == 1


def test_a_broken_manifest_is_told_in_a_sentence(checkout: Path) -> None:
    spoil(checkout, "lab.toml", "points = 2", 'points = "2"')
    status, said = collect(checkout)
    assert "task 0.1: points must be a whole number" in said
    assert "Traceback" not in said
    assert status == USAGE_ERROR


def test_a_submission_that_does_not_exist_is_a_usage_error(checkout: Path) -> None:
    status, said = collect(checkout, "exercises/lab0", "--submission", "nowhere")
    assert status == USAGE_ERROR, said
    assert "There is no folder nowhere" in said


@pytest.mark.parametrize("form", ["--submission={}", "--submission {}"])
def test_a_conftest_that_was_handed_in_does_not_run(checkout: Path, form: str) -> None:
    folder = checkout / "in"
    shutil.copytree(
        checkout / "exercises" / "lab0", folder, ignore=shutil.ignore_patterns("*.toml")
    )
    (folder / "conftest.py").write_text("raise SystemExit(77)\n")
    status, said = collect(checkout, "exercises/lab0", *form.format(folder).split(" "))
    assert status == 0, said
    assert "5 tests collected" in said


def test_tests_outside_the_labs_need_no_task(checkout: Path) -> None:
    (checkout / "test_own.py").write_text("def test_own():\n    assert True\n")
    status, said = collect(checkout, "test_own.py")
    assert status == 0, said
    assert "1 test collected" in said
