"""`pytest exercises/labN` behaves as pytest users expect."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from grader.vm import image_store
from tests.support.checkout import ROOT, copy, copy_solution
from tests.support.grading import run_pytest

pytestmark = pytest.mark.timeout(900)  # An image may have to be built first.
NO_NULL_CHECK = ROOT / "solutions" / "lab3" / "wrong" / "no_null_check.c"


@pytest.fixture(params=["native", "vm"])
def kernel(request: pytest.FixtureRequest) -> str:
    """Name each kernel on which pytest must do the same; build the machine's image."""
    if request.param == "vm":
        image_store.build(image_store.versions()[0], lambda what, share: None)
    return str(request.param)


def pytest_lab3(folder: Path, kernel: str, *options: str) -> tuple[int, str]:
    """Run pytest on lab 3 with the hand-in `folder`: its exit status, and what it printed."""
    cache = f"cache_dir={folder / 'cache'}"
    arguments = ("exercises/lab3", "-rA", "-o", cache, "--kernel", kernel)
    return run_pytest(*arguments, "--submission", str(folder), *options)


def hand_in(folder: Path, program: Path | None = None) -> None:
    copy_solution("lab3", folder / "lab3")
    if program:
        shutil.copyfile(program, folder / "lab3" / "counter.c")


def test_one_mistake_is_one_error_and_lf_runs_what_failed(tmp_path: Path, kernel: str) -> None:
    hand_in(tmp_path, NO_NULL_CHECK)
    report = tmp_path / "junit.xml"
    status, printed = pytest_lab3(tmp_path, kernel, "--junitxml", str(report))
    assert status == 1
    assert "1 error, 6 blocked" in printed
    assert f"where: {tmp_path / 'lab3' / 'counter.c'}:" in printed
    assert "Traceback" not in printed
    suite = ElementTree.parse(report).getroot()[0]
    assert (suite.get("errors"), suite.get("skipped"), suite.get("tests")) == ("1", "6", "7")
    status, printed = pytest_lab3(tmp_path, kernel, "--lf")
    assert status == 1
    assert "1 error" in printed and "blocked in" not in printed
    hand_in(tmp_path)
    status, printed = pytest_lab3(tmp_path, kernel, "--lf")
    assert status == 0
    assert "1 passed" in printed


def test_a_selected_check_alone_earns_its_points_and_no_others(tmp_path: Path, kernel: str) -> None:
    hand_in(tmp_path)
    status, printed = pytest_lab3(
        tmp_path, kernel, "-k", "script_shows", "--out", str(tmp_path / "out")
    )
    assert status == 0
    assert "1 passed, 6 deselected" in printed
    assert "Total: 2/2 for the selected tasks" in printed
    assert "blocked" not in printed.lower() and "0/1" not in printed
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    tasks = {task["id"]: task for task in result["labs"][0]["tasks"]}
    assert {key for key, task in tasks.items() if task["points"]} == {"3.5"}
    assert {task["status"] for task in tasks.values()} == {"pass", "unselected"}
    assert (result["score"], result["max_score"]) == (2, 10)
    assert tasks["3.5"]["seconds"] > 0 == tasks["3.1"]["seconds"]


CHECKS = "exercises/lab3/test_lab3.py::test_"
SHOWS, ENDS = f"{CHECKS}the_script_shows_the_count", f"{CHECKS}the_script_ends_on_ctrl_c"


@pytest.mark.parametrize(
    "asked, passed",
    [
        ([ENDS, SHOWS], 2),
        ([ENDS, f"{CHECKS}no_count_is_lost", SHOWS, f"{CHECKS}the_verifier_accepts_it"], 4),
        ([ENDS, SHOWS, ENDS, SHOWS], 2),  # pytest takes what is named twice once.
    ],
)
def test_the_order_that_was_asked_for_changes_no_verdict(
    tmp_path: Path, kernel: str, asked: list[str], passed: int
) -> None:
    hand_in(tmp_path)
    out = tmp_path / "out"
    options = ("-p", "no:cacheprovider", "--kernel", kernel, "--out", str(out))
    status, printed = run_pytest(*asked, *options, "--submission", str(tmp_path))
    assert status == 0, printed
    assert f"{passed} passed" in printed
    tasks = json.loads((out / "result.json").read_text())["labs"][0]["tasks"]
    verdicts = [task["status"] for task in tasks]
    assert verdicts.count("pass") == passed
    assert set(verdicts) == {"pass", "unselected"}


def test_a_mistake_blocks_what_needs_it_in_any_order(tmp_path: Path, kernel: str) -> None:
    hand_in(tmp_path, NO_NULL_CHECK)
    asked = (f"{CHECKS}every_directory_counts", f"{CHECKS}the_verifier_accepts_it")
    options = ("-p", "no:cacheprovider", "--kernel", kernel, "--submission", str(tmp_path))
    _, printed = run_pytest(*asked, *options)
    assert "1 error, 1 blocked" in printed
    _, printed = run_pytest(asked[0], *options)
    assert "1 error in" in printed, "what it needs was not asked for: it is judged by itself"


def test_a_task_is_not_passed_while_one_of_its_checks_has_not_run(tmp_path: Path) -> None:
    copy(tmp_path)
    with (tmp_path / "exercises" / "lab0" / "test_lab0.py").open("a") as checks:
        checks.write(
            '\n\n@task("0.1")\ndef test_once_more(program):\n    assert program.attached\n'
        )
    for chosen, status in (("loads_it", "unselected"), ("loads_it or once_more", "pass")):
        options = ("--submission", "solutions", "--kernel", "native", "--out", "out", "-k", chosen)
        done, printed = run_pytest("exercises/lab0", *options, cwd=tmp_path)
        assert done == 0, printed
        result = json.loads((tmp_path / "out" / "result.json").read_text())
        assert result["labs"][0]["tasks"][0]["status"] == status, printed


def test_a_kernel_that_there_is_not_is_told_in_a_sentence(tmp_path: Path) -> None:
    status, printed = run_pytest(
        "exercises/lab0", "--submission=solutions", "--kernel=vm:9", f"--out={tmp_path / 'out'}"
    )
    assert status == pytest.ExitCode.USAGE_ERROR
    assert "Traceback" not in printed and "INTERNALERROR" not in printed
    assert "blocked" not in printed
    assert not list((tmp_path / "out").iterdir())


def test_x_stops_at_the_first_mistake(tmp_path: Path, kernel: str) -> None:
    hand_in(tmp_path, NO_NULL_CHECK)
    status, printed = pytest_lab3(tmp_path, kernel, "-x", "--out", str(tmp_path / "out"))
    assert status == 1
    assert "1 error in" in printed
    assert json.loads((tmp_path / "out" / "result.json").read_text())["score"] == 0
