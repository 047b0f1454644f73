"""Private checks that are not in order, and options that would show them. None runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.checkout import ROOT

pytestmark = pytest.mark.slow

SECRET = "xyzzy"
MANIFEST = """
[[task]]
id = "0.6"
points = 3
file = "hello_world.c"
title = { en = "More", fr = "Encore" }
"""
CHECK = f"""
from grader.checks import task

@task("0.6")
def test_{SECRET}(program):
    assert "{SECRET}"
"""
NOT_IN_ORDER = "not in order. Give --reveal to see what is wrong."


@pytest.fixture
def private(tmp_path: Path) -> Path:
    folder = tmp_path / SECRET / "lab0"
    folder.mkdir(parents=True)
    (folder / "lab.toml").write_text(MANIFEST)
    (folder / f"test_{SECRET}.py").write_text(CHECK)
    return folder


def run(private: Path, *arguments: str) -> tuple[int, str]:
    """Run pytest with the checks of lab 0 and private ones; return its exit status and output."""
    command = [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "exercises/lab0"]
    done = subprocess.run(
        [*command, f"--private={private.parent}", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_private_checks_are_collected_after_the_labs_own(private: Path) -> None:
    status, said = run(private, "--reveal", "--collect-only", "-q")
    assert status == 0, said
    collected = [line for line in said.splitlines() if "::" in line]
    assert len(collected) == 6
    assert collected[-1].endswith(f"test_{SECRET}.py::test_{SECRET}")


def test_each_lab_is_followed_by_its_own_private_checks(private: Path) -> None:
    status, said = run(private, "--reveal", "--collect-only", "-q", "exercises/lab3")
    assert status == 0, said
    files = [line.split("::")[0].split("/")[-1] for line in said.splitlines() if "::" in line]
    assert files == ["test_lab0.py"] * 5 + [f"test_{SECRET}.py"] + ["test_lab3.py"] * 7


def test_a_fixture_of_the_labs_own_is_there_with_an_import(private: Path) -> None:
    lab1 = private.rename(private.with_name("lab1"))
    (lab1 / "lab.toml").write_text(
        MANIFEST.replace("0.6", "1.9").replace("hello_world.c", "directory_create.c")
    )
    (lab1 / "conftest.py").write_text("from exercises.lab1.conftest import probe_points\n")
    test = CHECK.replace("0.6", "1.9").replace("(program)", "(probe_points)")
    (lab1 / f"test_{SECRET}.py").write_text(test)
    status, said = run(lab1, "exercises/lab1", "--reveal", "--fixtures-per-test", "--kernel=native")
    assert status == 0, said
    assert "probe_points -- " in said.partition(f"fixtures used by test_{SECRET}")[2]


def test_one_check_alone_comes_without_private_ones(private: Path) -> None:
    one = "exercises/lab0/test_lab0.py::test_the_kernel_loads_it"
    command = [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", one, "-q"]
    command += [f"--private={private.parent}", "--reveal", "--collect-only"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line for line in done.stdout.splitlines() if "::" in line] == [one]


@pytest.mark.parametrize(
    "name, text, revealed",
    [
        (f"test_{SECRET}.py", f"def {SECRET}(:\n", "SyntaxError"),
        (f"test_{SECRET}.py", f'raise RuntimeError("{SECRET}")\n', "RuntimeError"),
        (f"test_{SECRET}.py", f'import pytest\npytest.skip("{SECRET}")\n', "allow_module_level"),
        ("conftest.py", f'raise RuntimeError("{SECRET}")\n', "RuntimeError"),
        (f"test_{SECRET}.py", CHECK.replace("@task", "#"), "It has no task"),
        (f"test_{SECRET}.py", CHECK.replace("0.6", "0.7"), "lab0 has no task 0.7"),
        (f"test_{SECRET}.py", CHECK.replace("0.6", "0.5"), "Task 0.5 belongs to the other folder"),
        (f"{SECRET}/test_it.py", CHECK, "A private check lies beside its lab.toml"),
        ("lab.toml", MANIFEST + f"{SECRET} = 1\n", "unknown keys"),
    ],
)
def test_what_is_not_in_order_is_told_to_who_may_see_it(
    private: Path, name: str, text: str, revealed: str
) -> None:
    (private / name).parent.mkdir(exist_ok=True)
    (private / name).write_text(text)
    status, said = run(private, "-vv", "-rA")
    assert status != 0
    assert NOT_IN_ORDER in said
    assert SECRET not in said
    status, said = run(private, "-vv", "-rA", "--reveal")
    assert status != 0
    assert revealed in said and SECRET in said


@pytest.mark.parametrize(
    "options",
    [
        ["-s"],
        ["--capture=tee-sys"],
        ["--collect-only"],
        ["--fixtures"],
        ["--fixtures-per-test"],
        ["--pdb"],
        ["--setup-only"],
        ["--setup-plan"],
        ["--setup-show"],
        ["--trace"],
        ["--log-cli-level=DEBUG"],
        ["-o", "log_cli=true"],
    ],
)
def test_an_option_that_would_show_private_checks_is_refused(
    private: Path, options: list[str]
) -> None:
    status, said = run(private, *options)
    assert status == pytest.ExitCode.USAGE_ERROR
    assert "would show the private checks. Leave it out, or give --reveal as well." in said
    assert SECRET not in said


def test_a_private_task_has_a_check(private: Path) -> None:
    (private / f"test_{SECRET}.py").unlink()
    status, said = run(private)
    assert status == pytest.ExitCode.USAGE_ERROR
    assert "lab0: no check judges 0.6. Write one." in said
    assert SECRET not in said
