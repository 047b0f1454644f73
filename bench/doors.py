"""How soon the doors open, and what an explanation adds: against Python importing pytest alone.

Alternates whole processes: `python -c "import pytest"`, collecting all checks, and the commands
that a student waits for. Of a refused program only what explaining it adds to a grading's process
is measured: the catalogue is read for it too. Once with the kernel's log, once with one of 10 MB.
Prints a table, and as its last line JSON:

    {"import_pytest_s", "collect_s", "hint_s", "list_s", "help_s", "explain_s", "explain_long_s",
     "collect_ratio", "hint_ratio", "list_ratio", "help_ratio", "explain_ratio",
     "explain_long_ratio", "runs"}

with medians of wall time in s, and ratios to that of importing pytest.

    .venv/bin/python bench/doors.py [RUNS]
"""

from __future__ import annotations

import json
import statistics
import sys

from process import run

REFERENCE = "import_pytest"
COMMANDS = {
    REFERENCE: [sys.executable, "-c", "import pytest"],
    "collect": [sys.executable, "-m", "pytest", "--collect-only", "-q", "exercises"],
    "hint": ["./labebpf", "hint", "3.2", "--level", "1"],
    "list": ["./labebpf", "list"],
    "help": ["./labebpf", "--help"],
}
EXPLAIN = """
import sys, time
from pathlib import Path
import grader.runner.host_hooks  # As in a grading.
log = Path("tests/unit/logs/null_linux618.txt").read_text()
head, _, tail = log.partition("0: ")
log = head + "0: (b7) r1 = 0\\n" * int(sys.argv[1]) + "0: " + tail
source = Path("tests/broken/E23_no_null_check.c").read_bytes()
started = time.perf_counter()
from grader.base.errors import SubmissionError
from grader.verdict.classify import finding_of
error = SubmissionError("It is refused.", log=log, file="program.c")
finding = finding_of(error, source, "fr").cleaned()
print(time.perf_counter() - started)
sys.exit(finding.known != "E23")
"""
EXPLANATIONS = {
    name: [sys.executable, "-c", EXPLAIN, lines]
    for name, lines in (("explain", "1"), ("explain_long", "700000"))
}
"""Processes that print how long the explanation took, in s."""


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    measured: dict[str, list[float]] = {name: [] for name in (*COMMANDS, *EXPLANATIONS)}
    for command in COMMANDS.values():
        run(command)  # Files are read for the first time here.
    for _ in range(runs):
        for name, command in COMMANDS.items():
            measured[name].append(run(command)[0])
        for name, command in EXPLANATIONS.items():
            measured[name].append(float(run(command)[1]))
    medians = {name: statistics.median(seconds) for name, seconds in measured.items()}
    print(f"{'':14}{'median s':>10}{'min s':>10}{'max s':>10}{'ratio':>10}")
    for name, seconds in measured.items():
        ratio = medians[name] / medians[REFERENCE]
        row = (medians[name], min(seconds), max(seconds))
        print(f"{name:14}{row[0]:10.3f}{row[1]:10.3f}{row[2]:10.3f}{ratio:10.2f}")
    record = {f"{name}_s": round(seconds, 3) for name, seconds in medians.items()}
    record |= {
        f"{name}_ratio": round(seconds / medians[REFERENCE], 2)
        for name, seconds in medians.items()
        if name != REFERENCE
    }
    print(json.dumps({**record, "runs": runs}))


if __name__ == "__main__":
    main()
