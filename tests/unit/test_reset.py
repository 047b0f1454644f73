"""`labebpf reset`: the stub as the course handed it out, and nothing of the student's lost."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from grader.base.atomic_write import back_up
from grader.labs import Lab, find_labs
from grader.runner.progress import Progress
from grader.submission.hand_in_files import read_submission
from grader.verdict.record import Status
from tests.support.checkout import NOBODY, ROOT, labebpf

MINE = "/* my work */\n"
STUBS = {
    name: (ROOT / "exercises/lab3" / name).read_bytes() for name in ("counter.c", "counter.py")
}


@pytest.fixture
def lab(checkout: Path) -> Lab:
    return find_labs(checkout / "exercises")["lab3"]


def work(lab: Lab) -> None:
    for name in lab.edits:
        (lab.folder / name).write_text(MINE)


def commit(checkout: Path, message: str) -> None:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    for command in (("init", "-q"), ("add", "-A"), (*who, "commit", "-qm", message)):
        subprocess.run(["git", *command], cwd=checkout, check=True)


def backups(lab: Lab) -> list[str]:
    return sorted(path.name.partition(".bak-")[0] for path in lab.folder.glob("*.bak-*"))


def test_all_files_of_the_lab_go_back_and_are_kept(checkout: Path, lab: Lab) -> None:
    work(lab)
    files = read_submission(checkout / "exercises", "lab3", lab.edits)
    Progress(checkout).record(lab, {"3.1": Status.PASS}, files)
    labebpf(checkout, "hint", "3.1")
    done = labebpf(checkout, "reset", "lab3", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        "exercises/lab3/counter.c will become the stub of solutions/lab3/counter.c." in done.stdout
    )
    assert {name: (lab.folder / name).read_bytes() for name in lab.edits} == STUBS
    assert backups(lab) == ["counter.c", "counter.py"]
    for path in lab.folder.glob("*.bak-*"):
        assert path.read_text() == MINE
        assert f"your version is {path.name}." in done.stdout
    reached = Progress(checkout).of(lab)
    assert (reached.marks, reached.hints) == ({}, {})


def test_one_file_alone(checkout: Path, lab: Lab) -> None:
    work(lab)
    done = labebpf(checkout, "reset", "lab3", "exercises/lab3/counter.py", "--yes")
    assert done.returncode == 0, done.stderr
    assert (lab.folder / "counter.c").read_text() == MINE
    assert (lab.folder / "counter.py").read_bytes() == STUBS["counter.py"]
    assert backups(lab) == ["counter.py"]


@pytest.mark.parametrize("said, done", [("y\n", True), ("n\n", False), ("\n", False), ("", False)])
def test_it_asks_first(checkout: Path, lab: Lab, said: str, done: bool) -> None:
    work(lab)
    ended = labebpf(checkout, "reset", "lab3", said=said)
    assert "kept beside it. Go on? [y/N]" in ended.stdout
    assert ended.returncode == (0 if done else 1)
    assert bool(backups(lab)) == done
    assert ((lab.folder / "counter.c").read_text() == MINE) != done


def test_a_stub_needs_nothing_and_a_missing_file_has_no_copy(checkout: Path, lab: Lab) -> None:
    done = labebpf(checkout, "reset", "lab3")
    assert (done.returncode, done.stdout) == (0, "The stub is already there.\n")
    (lab.folder / "counter.c").unlink()
    done = labebpf(checkout, "reset", "lab3", "--yes")
    assert "counter.c is the stub again.\n" in done.stdout
    assert (lab.folder / "counter.c").read_bytes() == STUBS["counter.c"]
    assert backups(lab) == []


def test_no_copy_is_ever_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "counter.c"
    kept = []
    for number in range(5):
        path.write_text(str(number))
        path.chmod(0o600 + number)
        kept.append(back_up(path))
    assert len(set(kept)) == 5
    assert [copy.read_text() for copy in kept] == list("01234")
    assert [stat.S_IMODE(copy.stat().st_mode) & 7 for copy in kept] == list(range(5))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has files that are another user's")
def test_the_files_stay_the_users(checkout: Path, lab: Lab) -> None:
    work(lab)
    for name in lab.edits:
        os.chown(lab.folder / name, NOBODY, NOBODY)
        (lab.folder / name).chmod(0o640)
    assert labebpf(checkout, "reset", "lab3", "--yes").returncode == 0
    for path in [*lab.folder.glob("*.bak-*"), *(lab.folder / name for name in lab.edits)]:
        assert path.stat().st_uid == path.stat().st_gid == NOBODY
        assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_link_goes_and_what_it_led_to_stays(checkout: Path, lab: Lab, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.c"
    elsewhere.write_text(MINE)
    (lab.folder / "counter.c").unlink()
    (lab.folder / "counter.c").symlink_to(elsewhere)
    assert labebpf(checkout, "reset", "lab3", "--yes").returncode == 0
    assert elsewhere.read_text() == MINE
    assert not (lab.folder / "counter.c").is_symlink()
    assert stat.S_IMODE((lab.folder / "counter.c").stat().st_mode) == 0o644


def test_without_solutions_git_has_the_stub(checkout: Path, lab: Lab) -> None:
    """Also where the student has committed, with the TODO marks still there."""
    shutil.rmtree(checkout / "solutions")
    program = lab.folder / "counter.c"
    program.write_text("/* TODO 3.1: a lab of before */\n")
    commit(checkout, "An older lab")
    program.write_bytes(STUBS["counter.c"])
    commit(checkout, "The lab")
    program.write_bytes(STUBS["counter.c"] + b"/* begun */\n")
    commit(checkout, "My work")
    done = labebpf(checkout, "reset", "lab3", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert "counter.c will become the stub of commit " in done.stdout
    assert program.read_bytes() == STUBS["counter.c"]
    assert backups(lab) == ["counter.c"]


def test_without_either_nothing_is_touched(checkout: Path, lab: Lab) -> None:
    shutil.rmtree(checkout / "solutions")
    work(lab)
    for committed in (False, True):
        if committed:
            commit(checkout, "My work")
        done = labebpf(checkout, "reset", "lab3", "--yes")
        assert (done.returncode, done.stdout) == (2, "")
        assert "The stub of counter.c cannot be found" in done.stderr
        assert (lab.folder / "counter.c").read_text() == MINE
        assert backups(lab) == []


def test_what_the_lab_does_not_have(checkout: Path) -> None:
    done = labebpf(checkout, "reset", "lab3", "test_lab3.py", "--yes")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no file test_lab3.py to put back. There are counter.c, counter.py." in done.stderr
    assert "There is no lab named lab90." in labebpf(checkout, "reset", "lab90").stderr
