"""`labebpf new` on the real kernel: what it makes judges rightly."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from grader.authoring.answers import read
from grader.authoring.new import PAIRINGS, calls
from tests.support.grading import lost, make_lab, prove

NATIVE = ("tracepoint", "raw_tracepoint", "uprobe", "xdp")
USUAL = [
    ("tracepoint", "ring", "rename"),
    ("raw_tracepoint", "histogram", "rmdir"),
    ("uprobe", "perf", "link"),
    ("xdp", "hash", "packet"),
]


@pytest.mark.parametrize("hook, output, call", USUAL)
def test_a_new_lab_judges_the_answers_that_come_with_it(
    hook: str, output: str, call: str, tmp_path: Path
) -> None:
    make_lab(tmp_path, hook, output, call)
    solutions = tmp_path / "solutions"
    assert lost(tmp_path, "lab20", solutions, "native") == {}
    mistakes = list((tmp_path / "solutions" / "lab20" / "wrong").iterdir())
    assert len(mistakes) >= 2
    for mistake in mistakes:
        hand_in = tmp_path / mistake.stem
        shutil.copytree(solutions, hand_in)
        shutil.copy(mistake, hand_in / "lab20" / f"{call}{mistake.suffix}")
        assert lost(tmp_path, "lab20", hand_in, "native") == read(mistake, "lab20").loses


if os.environ.get("LABEBPF_PAIRINGS") == "all":  # Each takes two minutes.

    @pytest.mark.timeout(1300)
    @pytest.mark.parametrize("hook, output", [pair for pair in PAIRINGS if pair[0] in NATIVE])
    def test_a_new_lab_is_proved_as_it_is(hook: str, output: str, tmp_path: Path) -> None:
        make_lab(tmp_path, hook, output, next(iter(calls(hook))))
        status, said = prove(tmp_path, "lab20", "--rounds", "1")
        assert status == 0, said
        (total,) = [line for line in said.splitlines() if line.split()[:1] == ["all"]]
        assert total.endswith("100%")
