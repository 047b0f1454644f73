"""Somebody's hand-in in a virtual machine, with private checks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.vm.image_store import Image
from tests.support.handins import (
    FOUND,
    PUBLIC,
    SEARCH,
    VERDICTS,
    WORD,
    grade,
    hand_in,
    lay_out,
    task,
)


def test_a_hand_in_is_graded_in_a_machine_where_one_is_ready(tmp_path: Path, image: Image) -> None:
    private = lay_out(tmp_path)
    folder = hand_in(tmp_path / "in")
    done = grade(folder, tmp_path / "out", f"--private={private}", kernel="auto")
    assert done.result["kernel"]["where"] == "vm"
    assert done.statuses == dict.fromkeys(PUBLIC, "pass") | VERDICTS, done.output
    assert WORD not in done.output + json.dumps(done.result)


def test_student_code_in_a_machine_does_not_find_private_checks(
    tmp_path: Path, image: Image
) -> None:
    private = lay_out(tmp_path)
    folder = hand_in(tmp_path / "in", SEARCH)
    done = grade(folder, tmp_path / "out", f"--private={private}", kernel="vm")
    for line in FOUND:
        assert line in str(task(done, "3.5")["log"])
    assert WORD not in done.output + json.dumps(done.result)


def test_who_may_see_them_is_told_everything_from_a_machine(tmp_path: Path, image: Image) -> None:
    private = lay_out(tmp_path)
    folder = hand_in(tmp_path / "in")
    done = grade(folder, tmp_path / "out", f"--private={private}", "--reveal", kernel="vm")
    assert f"{WORD} of a file" in task(done, "3.8")["actual"]
    assert "RuntimeError: plughsecret" in task(done, "3.10")["log"]


@pytest.mark.parametrize("reveal", [False, True])
def test_what_breaks_in_the_machine_alone_is_told_to_who_may_see_it(
    tmp_path: Path, image: Image, reveal: bool
) -> None:
    private = lay_out(tmp_path)
    with (private / "lab3" / "conftest.py").open("a") as conftest:
        conftest.write(f'if __file__.startswith("/opt/"):\n    raise RuntimeError("{WORD}")\n')
    folder = hand_in(tmp_path / "in")
    options = [f"--private={private}", *(["--reveal"] if reveal else [])]
    done = grade(folder, tmp_path / "out", *options, kernel="vm")
    # Without --reveal the lab's own tasks are graded apart from them.
    own = "infra" if reveal else "pass"
    assert done.statuses == dict.fromkeys(PUBLIC, own) | dict.fromkeys(VERDICTS, "infra")
    assert (f"RuntimeError: {WORD}" in task(done, "3.1")["log"]) == reveal
    assert (WORD in done.output + json.dumps(done.result)) == reveal


def test_why_a_file_was_not_taken_is_told_from_a_machine_too(tmp_path: Path, image: Image) -> None:
    """Nothing is there but what was taken on the host, where a near miss can be seen."""
    folder = hand_in(tmp_path / "in")
    (folder / "counter.c").rename(folder / "Counter.c")
    found = task(grade(folder, tmp_path / "out", kernel="vm"), "3.1")
    assert found["status"] == "error"
    assert found["why"] == f"counter.c is missing from {folder}, which has Counter.c."
    assert found["remedy"] == "Rename Counter.c to counter.c."
