"""publish and update, killed at any moment: the copy is the old or the new one, and never half.

LABEBPF_ROUNDS says how many random moments there are; each boundary between two steps is tried too.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.copies import swap
from tests.support.checkout import command, labebpf
from tests.support.published import append, make_course, mend, publish, student, tree

ROUNDS = int(os.environ.get("LABEBPF_ROUNDS", "3"))
THEIRS = ("exercises/lab3/counter.c", "exercises/lab3/notes.txt")
SECONDS = 60.0
KILLER = """
import os, signal, sys
left = int(sys.argv.pop(1))

def counted(function):
    def call(*args, **more):
        global left
        left -= "dir_fd" not in more  # rmtree's: what is tidied up then is in nobody's way.
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **more)
    return call

os.rename = counted(os.rename)
os.unlink = counted(os.unlink)
from grader.base.c_library import CLibrary
CLibrary.call = counted(CLibrary.call)
if sys.argv.pop(1) == "no exchange":
    def refuse(*_):
        raise OSError(22, "Invalid argument")
    CLibrary.call = refuse
from grader.cli import main
main()
"""
"""labebpf that kills itself before its n-th change of a name, with or without RENAME_EXCHANGE."""


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make a course, and the same a year later; `copy` beside each is what it publishes."""
    old = make_course(tmp_path_factory.mktemp("old") / "course")
    publish(old, old.with_name("copy"), "lab0", "lab3")
    new = shutil.copytree(old, tmp_path_factory.mktemp("new") / "course")
    mend(new)
    append(new / "pyproject.toml", "# mended\n")
    shutil.rmtree(new / "exercises/lab0")
    shutil.rmtree(new / "solutions/lab0")
    shutil.copytree(old.with_name("copy"), new.with_name("copy"))
    course = new / "course.toml"
    course.write_text(course.read_text().replace('"lab0", ', ""))
    publish(new, new.with_name("copy"), "lab2", "lab3")
    return old, new


@pytest.fixture
def old(courses: tuple[Path, Path]) -> Path:
    return courses[0].with_name("copy")


@pytest.fixture
def new(courses: tuple[Path, Path]) -> Path:
    return courses[1].with_name("copy")


def theirs(copy: Path) -> list[bytes]:
    return [(copy / name).read_bytes() for name in THEIRS]


def state(copy: Path) -> dict[str, str]:
    return tree(copy, ".labebpf", ".git")


def recover(copy: Path) -> None:
    """Recover the copy as the next command there does first.

    That command then starts the launcher, which makes .venv.
    """
    if not (copy / "grader").exists():  # As the launcher does it.
        os.rename(copy / swap.SWAP / "new" / "grader", copy / "grader")
    swap.recover(copy)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("exchange", ["exchange", "no exchange"])
def test_update_at_each_boundary_between_two_steps(
    old: Path, new: Path, tmp_path: Path, exchange: str
) -> None:
    mine = student(old, tmp_path / "mine")
    ours, before = theirs(mine), state(mine)
    whole = shutil.copytree(mine, tmp_path / "whole", symlinks=True)
    labebpf(whole, "update", str(new))
    after, seen = state(whole), set()
    for step in range(200):
        killed = subprocess.run(
            [sys.executable, "-B", "-c", KILLER, str(step), exchange, "update", str(new)],
            cwd=mine, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert theirs(mine) == ours
        if killed.returncode == 0:
            break
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        recover(mine)
        assert theirs(mine) == ours
        found = state(mine)
        assert found in (before, after), [differing(found, one) for one in (before, after)]
        seen.add(found == after)
        shutil.rmtree(mine)
        mine = student(old, mine)
    assert seen == {False, True}
    assert state(mine) == after
    assert step > 10


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    return [path for path in {**one, **other} if one.get(path) != other.get(path)]


def kill_at(moment: float, arguments: list[str], folder: Path, staged: Callable[[], bool]) -> bool:
    """Run labebpf and kill it: in odd rounds soon after it has begun to write. Whether it ran."""
    process = subprocess.Popen(
        command(*arguments), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + SECONDS
    while not staged() and process.poll() is None:
        assert time.monotonic() < deadline
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        process.kill()
    return process.wait() == -signal.SIGKILL


@pytest.mark.timeout(60 + 60 * ROUNDS)
def test_update_at_random_moments(old: Path, new: Path, tmp_path: Path) -> None:
    killed = 0
    for turn in range(ROUNDS):
        mine = student(old, tmp_path / str(turn))
        ours, before = theirs(mine), state(mine)
        staged = (mine / ".labebpf").exists if turn % 2 else lambda: True
        moment = random.uniform(0, 0.3 if turn % 2 else 1.0)
        killed += kill_at(moment, ["update", str(new)], mine, staged)
        assert theirs(mine) == ours
        recover(mine)
        assert theirs(mine) == ours
        found = state(mine)
        assert labebpf(mine, "update", str(new)).returncode == 0
        assert found in (before, state(mine)), moment
        assert theirs(mine) == ours
        shutil.rmtree(mine)
    print(f"{killed} of {ROUNDS} were killed before their end")


@pytest.mark.timeout(60 + 60 * ROUNDS)
def test_publish_at_random_moments(courses: tuple[Path, Path], old: Path, tmp_path: Path) -> None:
    course, killed = courses[1], 0
    for turn in range(ROUNDS):
        target = student(old, tmp_path / str(turn))
        ours, before = theirs(target), state(target)
        staged = (target / ".labebpf").exists if turn % 2 else lambda: True
        moment = random.uniform(0, 0.3 if turn % 2 else 6.0)
        killed += kill_at(moment, ["publish", str(target), "lab2", "lab3"], course, staged)
        assert theirs(target) == ours
        recover(target)
        assert theirs(target) == ours
        found = state(target)
        publish(course, target, "lab2", "lab3")
        assert without_time(found) in (without_time(before), without_time(state(target))), moment
        assert theirs(target) == ours
        shutil.rmtree(target)
    print(f"{killed} of {ROUNDS} were killed before their end")


def without_time(found: dict[str, str]) -> dict[str, str]:
    """Return `found` without the manifest, which says when it was made."""
    return {path: held for path, held in found.items() if path != "labebpf-copy.json"}


@pytest.mark.timeout(60 + 60 * ROUNDS)
def test_publish_into_a_new_folder_at_random_moments(
    courses: tuple[Path, Path], tmp_path: Path
) -> None:
    """There it is whole from the start, or not at all."""
    target, whole = tmp_path / "copy", tmp_path / "whole"
    publish(courses[1], whole, "lab3")
    beside = target.with_name(f".{target.name}.labebpf-new")
    killed = 0
    for turn in range(ROUNDS):
        staged = beside.exists if turn % 2 else lambda: True
        moment = random.uniform(0, 0.3 if turn % 2 else 6.0)
        killed += kill_at(moment, ["publish", str(target), "lab3"], courses[1], staged)
        if target.exists():
            found = set(state(target))
            assert found == set(state(whole))
            shutil.rmtree(target)
    publish(courses[1], target, "lab3")  # What was left beside it is in nobody's way, and goes.
    assert not beside.exists() and set(state(target)) == set(state(whole))
    print(f"{killed} of {ROUNDS} were killed before their end")


def test_pytest_finishes_it_too(old: Path, new: Path, tmp_path: Path) -> None:
    mine = student(old, tmp_path / "mine")
    for step in range(3, 100):
        killed = subprocess.run(
            [sys.executable, "-B", "-c", KILLER, str(step), "exchange", "update", str(new)],
            cwd=mine, capture_output=True, check=False,
        )  # fmt: skip
        if (mine / ".labebpf/swap/journal.json").exists():
            break
        assert killed.returncode == -signal.SIGKILL
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "--collect-only", "-q", "exercises/lab2"],
        cwd=mine, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "It is finished now." in done.stderr
    assert done.returncode == 0 and "test_lab2.py" in done.stdout


def test_work_done_after_the_kill_stays(old: Path, new: Path, tmp_path: Path) -> None:
    """The stub was untouched when it was interrupted; before the rest came, it was filled in."""
    mine = student(old, tmp_path / "mine")
    for step in range(200):
        subprocess.run(
            [sys.executable, "-B", "-c", KILLER, str(step), "exchange", "update", str(new)],
            cwd=mine, capture_output=True, check=False,
        )  # fmt: skip
        if (mine / ".labebpf/swap/journal.json").exists():
            break
    script = mine / "exercises/lab3/counter.py"
    script.write_text("# my work\n")
    recover(mine)
    assert script.read_text() == "# my work\n"
    assert "TODO 3.6: let it end" in script.with_name("counter.py.new").read_text()
