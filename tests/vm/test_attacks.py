"""Hostile hand-ins in a virtual machine: they gain as little there, and the host is not harmed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.vm.image_store import Image
from tests.support.attacks import assert_gained_nothing, attacks
from tests.support.grading import grade

ATTACKS = {attack.name: attack for attack in attacks()}
USUAL = ("answers_from_a_fork", "files_beside", "kills_grader", "odd_returns", "talks_to_the_host")
CHOSEN = ATTACKS if os.environ.get("LABEBPF_ATTACKS") == "all" else USUAL
"""What a machine makes a difference for is tried each time; the rest, when asked for."""


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", CHOSEN)
def test_an_attack_gains_nothing(
    name: str, tmp_path: Path, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    attack = ATTACKS[name]
    attack.lay_out(tmp_path / "in")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    got = grade(
        attack.lab,
        submission=tmp_path / "in",
        out=tmp_path / "out",
        kernel=os.environ.get("LABEBPF_KERNEL", "vm"),
        scale=attack.scale,
    )
    assert got.result["kernel"]["where"] == "vm"
    assert_gained_nothing(attack, got, set(), seconds=400)
    assert not list(temporary.iterdir())


def test_the_next_honest_hand_in_is_unharmed(tmp_path: Path, image: Image) -> None:
    """Each machine goes on from the snapshot, into which no attack has written."""
    got = grade("lab3", submission="solutions", out=tmp_path, kernel="vm")
    assert (got.status, got.lost) == (0, {}), got.output
