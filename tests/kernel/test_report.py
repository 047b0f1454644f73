"""A real grading with every status in it, in every format: each consumer reads the same total."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.report.formats import FORMATS
from grader.verdict.record import Result, Status
from tests.support.checkout import ROOT, copy_solution
from tests.support.consumers import ADA, HEADER, RUNNER, TOTALS, cells
from tests.support.grading import grade

WORKSHEET = f"{HEADER}\n{ADA.replace('9.00', '30.00')}\n"
LOOPS = "while True:\n    pass\n"
BREAKS = "TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)\n{\n\treturn undeclared;\n}\n"
LOSES = ROOT / "solutions" / "lab3" / "wrong" / "no_message.c"


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Grade a hand-in that gets every status from labs 1 to 3, and return its result.json.

    `infra` comes from the kprobes that this kernel may lack.
    """
    folder = tmp_path_factory.mktemp("every-status")
    for lab in ("lab1", "lab2", "lab3"):
        copy_solution(lab, folder / lab)
    (folder / "lab1" / "directory_create.py").write_text(LOOPS)
    (folder / "lab2" / "timestamp.c").write_text(BREAKS)
    shutil.copyfile(LOSES, folder / "lab3" / "counter.c")
    got = grade("lab1", "lab2", "lab3", submission=folder, out=folder / "out")
    statuses = set(got.statuses.values())
    every = {status.value for status in Status} - {"unselected"}
    if statuses == every - {"infra"}:
        pytest.skip("a kernel that cannot judge everything NEEDS TO LACK KPROBES")
    assert statuses == every, got.output
    return folder / "out" / "result.json"


def report(record: Path, name: str, *options: str) -> subprocess.CompletedProcess[bytes]:
    """Run `labebpf report` on `record`, in the format `name`."""
    return subprocess.run(
        [sys.executable, "-m", "grader", "report", str(record), "--format", name, *options],
        cwd=ROOT,
        env=RUNNER,
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("name", TOTALS)
def test_a_real_result_has_one_total_in_every_format(record: Path, name: str) -> None:
    result = Result.from_json(record.read_text(encoding="utf-8"))
    done = report(record, name)
    if name == "classroom50":
        assert done.returncode == 3
        assert b"1.6, 1.7, 1.8" in done.stderr
        assert not done.stdout
    else:
        assert (done.returncode, done.stderr) == (0, b"")
        if name != "actions":  # Its commands are fenced by a token of their own each time.
            assert done.stdout.decode() == FORMATS[name](result)
        assert TOTALS[name](result) == (result.score, result.max_score)


def test_moodle_s_mark_stays_where_not_everything_was_judged(record: Path, tmp_path: Path) -> None:
    worksheet = tmp_path / "grades.csv"
    worksheet.write_text(WORKSHEET)
    options = ("--worksheet", str(worksheet), "--student", "ada@example.org")
    done = report(record, "moodle", *options)
    assert done.returncode == 0, done.stderr.decode()
    before, after = cells(WORKSHEET.encode()), cells(done.stdout)
    assert after[0] == before[0]
    assert after[1][:-1] == before[1][:-1]
    assert after[1][5] == ""
