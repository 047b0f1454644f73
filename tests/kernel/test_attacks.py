"""Hostile hand-ins: none earns what it did not do, learns a secret, or leaves anything behind."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.support.attacks import FAST, Attack, assert_gained_nothing, attacks
from tests.support.grading import State, grade, state
from tests.support.waiting import wait_until

ATTACKS = {attack.name: attack for attack in attacks()}
WORST = (
    *("all_slots", "attacks_processes", "daemon", "file_hog", "fork_bomb", "fills_the_buffer"),
    *("leftovers", "map_hog", "memory_hog", "pinned_table", "pins", "send_signal_late"),
    *("stops_grader", "kills_grader", "stops_itself", "hides_in_a_program_array"),
    *("uring_hog", "ring_of_a_gigabyte", "directories_without_pause", "slows_the_calls"),
)
"""What could harm the next grading: processes, memory, signals, and what stays in the kernel."""
SECONDS = 120


@pytest.fixture(scope="module")
def excused(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], set[str]]:
    """Give a function that returns the tasks of a lab that this machine cannot judge.

    A grading of the lab's solution shows them.
    """

    @cache
    def excused(lab: str) -> set[str]:
        out = tmp_path_factory.mktemp(lab)
        return grade(lab, submission="solutions", out=out, scale=FAST).with_status("infra")

    return excused


@pytest.mark.sampled
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_gains_nothing(
    attack: Attack, tmp_path: Path, excused: Callable[[str], set[str]], before: State
) -> None:
    allowed = excused(attack.lab)
    attack.lay_out(tmp_path)
    try:
        got = grade(
            attack.lab,
            submission=tmp_path,
            out=tmp_path / "out",
            scale=attack.scale,
            seconds=SECONDS,
        )
        if attack.name in WORST:  # At once, with nothing done in between.
            next_one = grade("lab3", submission="solutions", out=tmp_path / "next")
            assert (next_one.status, next_one.lost) == (0, {}), next_one.output
    finally:
        assert wait_until(lambda: not state().beyond(before), 10), state().beyond(before)
    assert_gained_nothing(attack, got, allowed)


@pytest.mark.parametrize("name", [attack.name for attack in ATTACKS.values() if attack.beside])
def test_nor_does_it_as_what_a_stranger_handed_in(
    name: str, tmp_path: Path, excused: Callable[[str], set[str]]
) -> None:
    """The instructor stands in the folder: Python and pytest would look for files there."""
    attack = ATTACKS[name]
    attack.lay_out(tmp_path)
    got = grade(
        attack.lab,
        submission=tmp_path / attack.lab,
        handed_in=True,
        out=tmp_path / "out",
        scale=attack.scale,
        seconds=SECONDS,
    )
    assert_gained_nothing(attack, got, excused(attack.lab))


def test_honest_hand_ins_are_unharmed_by_all_of_that(
    tmp_path: Path, excused: Callable[[str], set[str]]
) -> None:
    for lab in ("lab0", "lab1", "lab2"):
        got = grade(lab, submission="solutions", out=tmp_path / lab)
        assert got.with_status("pass") == got.statuses.keys() - excused(lab), got.output
