"""`labebpf prove` on the real kernel: lab 0 is proved, and a lab that is spoilt is not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.checkout import ROOT, copy
from tests.support.grading import prove

ANSWERS = (
    "lab0/right/raw_tracepoint.c",
    "lab0/right/with_pid.c",
    "lab0/wrong/no_newline.py",
    "lab0/wrong/prints_twice.c",
    "lab0/wrong/process_exit.c",
)
"""Some for `prove` to judge; test_answers.py judges all of them."""


@pytest.mark.timeout(1300)
def test_lab_0_judges_rightly(tmp_path: Path) -> None:
    copy(tmp_path)
    for name in ANSWERS:
        target = tmp_path / "solutions" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "solutions" / name, target)
    status, said = prove(tmp_path, "lab0", "--rounds", "1")
    assert status == 0, said
    assert "✗" not in said
    for claim in (
        "the solution earns everything",
        "the stub earns nothing",
        "the solution earns everything while the CPUs are busy, rounds: 1",
        "3 wrong answers lose what their headers say",
        "2 right answers lose nothing",
        "mutants loses points, or is listed as equivalent",
    ):
        assert claim in said
    (total,) = [line for line in said.splitlines() if line.split()[:1] == ["all"]]
    assert total.endswith("100%")


def test_a_check_that_gives_points_for_nothing_is_found(tmp_path: Path) -> None:
    copy(tmp_path)
    checks = tmp_path / "exercises" / "lab0" / "test_lab0.py"
    spoilt = checks.read_text().replace("assert program.attached", "assert True")
    checks.write_text(spoilt.replace("loads_it(program: Program)", "loads_it()"))
    status, said = prove(tmp_path, "lab0")
    assert status == 1, said
    assert "✓ the solution earns everything" in said
    assert "The stub earns task 0.1" in said
    assert "mutants" not in said
