"""What comes out of a machine is not trusted, and what goes into one has its limits."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.base.errors import UsageError
from grader.runner.remote import files_below, rebuilt
from grader.verdict.record import Finding, Status

HOSTILE = "\x1b]0;owned\x07\n::error::owned"


def told(**changed: Any) -> Any:
    """Make what the guest says of a check that failed, with `changed` attributes."""
    finding = asdict(Finding(Status.FAIL, "It counts twice."))
    said = {"outcome": "failed", "when": "call", "duration": 1.5, "sections": []}
    return SimpleNamespace(**said | {"labebpf": finding, "longrepr": HOSTILE} | changed)


def test_a_report_keeps_its_finding_and_nothing_raw(request: pytest.FixtureRequest) -> None:
    report = rebuilt(told(sections=[(HOSTILE, HOSTILE)], wasxfail=HOSTILE), request.node)
    assert (report.outcome, report.when, report.duration) == ("failed", "call", 1.5)
    assert report.nodeid == request.node.nodeid
    assert report.labebpf["why"] == "It counts twice."
    assert report.longrepr is None and not hasattr(report, "wasxfail")
    assert "\x1b" not in str(vars(report)) and "\n::error" not in report.sections[0][1]


@pytest.mark.parametrize(
    "changed",
    [
        {"outcome": "won"},
        {"when": "later"},
        {"duration": "long"},
        {"duration": float("nan")},
        {"duration": -1},
        {"labebpf": None},
        {"outcome": "passed"},
        {"labebpf": {"status": "pass"}},
        {"sections": 7},
    ],
)
def test_what_is_no_report_is_refused(
    request: pytest.FixtureRequest, changed: dict[str, Any]
) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        rebuilt(told(**changed), request.node)


def test_a_phase_that_passes_needs_no_finding(request: pytest.FixtureRequest) -> None:
    report = rebuilt(told(outcome="passed", when="setup", labebpf=None), request.node)
    assert report.passed and not hasattr(report, "labebpf")


def test_a_machine_gets_the_labs_files_but_no_hidden_ones(tmp_path: Path) -> None:
    lab = tmp_path / "lab20"
    for name in ("lab.toml", ".counter.c.swp", "data/words.txt", ".venv/x.py", "__pycache__/y.pyc"):
        (lab / name).parent.mkdir(parents=True, exist_ok=True)
        (lab / name).write_bytes(b"text")
    assert set(files_below([tmp_path / "lab20"])) == {"lab20/lab.toml", "lab20/data/words.txt"}


def test_a_file_that_is_too_large_is_named(tmp_path: Path) -> None:
    (tmp_path / "lab20").mkdir()
    (tmp_path / "lab20" / "core").write_bytes(bytes(5 << 20))
    with pytest.raises(UsageError, match="lab20/core is too large to go into a machine"):
        files_below([tmp_path / "lab20"])
