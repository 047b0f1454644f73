"""`labebpf prove` on the real kernel: lab 0 is proved, and a lab that is spoilt is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from machine import ROOT, copy_checkout, prove


@pytest.mark.timeout(1300)
def test_lab_0_judges_rightly() -> None:
    status, said = prove(ROOT, "lab0", "--rounds", "1")
    assert status == 0, said
    assert "✗" not in said
    for claim in (
        "the solution earns everything",
        "the stub earns nothing",
        "the solution earns everything beside busy CPUs, rounds: 1",
        "wrong answers lose what their headers say",
        "mutants loses points, or is listed as equivalent",
    ):
        assert claim in said
    (total,) = [line for line in said.splitlines() if line.split()[:1] == ["all"]]
    assert total.endswith("100%")


def test_a_check_that_gives_points_for_nothing_is_found(tmp_path: Path) -> None:
    copy_checkout(tmp_path)
    checks = tmp_path / "exercises" / "lab0" / "test_lab0.py"
    spoilt = checks.read_text().replace("assert program.attached", "assert True")
    checks.write_text(spoilt.replace("loads_it(program)", "loads_it()"))
    status, said = prove(tmp_path, "lab0")
    assert status == 1, said
    assert "✓ the solution earns everything" in said
    assert "The stub earns task 0.1" in said
    assert "mutants" not in said
