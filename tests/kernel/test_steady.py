"""The solutions get their points whatever else the machine does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.authoring.answers import read
from grader.authoring.background import BURN, beside
from grader.kernel.features import Features
from grader.kernel.mounts import mount_privately
from grader.labs import find_labs
from tests.support.attacks import attacks
from tests.support.checkout import ROOT
from tests.support.grading import MKDIRS, grade

ROUNDS = int(os.environ.get("LABEBPF_ROUNDS", "1"))
"""50 for the proof; one in everyday runs."""

FAILING = """
import os, time
while os.getppid() != 1:
    try:
        os.mkdir("/")
    except FileExistsError:
        pass
"""
NOW_AND_THEN = FAILING + "    time.sleep(0.1)\n"


def graded(out: Path) -> None:
    mount_privately()
    kprobes = Features().offers("kprobes").ok
    done = grade("lab0", "lab1", "lab2", "lab3", submission="solutions", out=out)
    infra = {} if kprobes else dict.fromkeys(("1.6", "1.7", "1.8"), "infra")
    assert done.lost == infra, done.output
    assert done.status == (0 if kprobes else 3)


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("load", ["quiet", "mkdirs", "busy", "mkdirs and busy"])
def test_the_solutions_get_all_points(load: str, tmp_path: Path) -> None:
    cpus = len(os.sched_getaffinity(0))
    with (
        beside(MKDIRS, 1 if "mkdirs" in load else 0),
        beside(BURN, cpus if "busy" in load else 0),
    ):
        for number in range(ROUNDS):
            graded(tmp_path / str(number))


@pytest.mark.parametrize("name", ["sys_exit_mkdir.c", "enter_mkdir"])
def test_calls_of_others_that_fail_may_be_counted_or_not(name: str, tmp_path: Path) -> None:
    hand_in = ROOT / "solutions"
    if name != "enter_mkdir":
        answer = read(ROOT / "solutions" / "lab3" / "right" / name, "lab3")
        hand_in = tmp_path / "in"
        answer.lay_out(find_labs(ROOT / "exercises")["lab3"], hand_in)
    with beside(FAILING, 1):
        for number in range(ROUNDS):
            done = grade("lab3", submission=hand_in, out=tmp_path / str(number))
            assert done.lost == {}, done.output


@pytest.mark.parametrize(
    "lab, name, others",
    [
        ("lab2", "heading_of_each.py", MKDIRS),
        ("lab3", "starts_at_zero.c", NOW_AND_THEN),
        ("lab3", "first_not_announced.c", MKDIRS),
        ("lab3", "empty_table.py", MKDIRS),
        ("lab6", "attached_too_widely", MKDIRS),
        ("lab7", "full_unnoticed.c", NOW_AND_THEN),
    ],
)
def test_calls_of_others_make_up_for_no_mistake(
    lab: str, name: str, others: str, tmp_path: Path
) -> None:
    answer = read(ROOT / "solutions" / lab / "wrong" / name, lab)
    answer.lay_out(find_labs(ROOT / "exercises")[lab], tmp_path / "in")
    with beside(others, 1):
        for number in range(ROUNDS):
            done = grade(lab, submission=tmp_path / "in", out=tmp_path / str(number))
            assert done.lost == answer.loses, done.output


def test_a_script_that_makes_the_calls_itself_is_told_so_beside_others(tmp_path: Path) -> None:
    """One that answers each event with a call, so that none is alone."""
    (attack,) = (each for each in attacks() if each.name == "makes_one_for_each_event")
    attack.lay_out(tmp_path)
    with beside(NOW_AND_THEN, 1):
        for number in range(ROUNDS):
            done = grade(attack.lab, submission=tmp_path, out=tmp_path / str(number))
            assert not done.with_status("infra"), done.output
