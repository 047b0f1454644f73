"""A verdict hangs on the submission alone, whoever else traces, prints or makes directories."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from grader.authoring.background import BURN, beside
from grader.evidence.bpftool import Bpftool
from grader.kernel.features import Features
from grader.kernel.headers import find_headers
from grader.kernel.mounts import mount_privately
from grader.labs import Lab, find_labs
from grader.submission.sandbox import PYTHON
from tests.support.checkout import ROOT, copy
from tests.support.grading import MKDIRS, Grading, grade
from tests.support.neighbours import ANSWERS, lay_out
from tests.support.waiting import wait_until

ROUNDS = int(os.environ.get("LABEBPF_ROUNDS", "1"))
"""20 for the proof; one in everyday runs."""
LABS = find_labs(ROOT / "exercises")
PRINTER = """
import sys, time
from bcc import BPF

PROGRAM = '''
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("Nombre de dossier(s) : 7");
	return 0;
}
TRACEPOINT_PROBE(syscalls, sys_enter_clone)
{
	bpf_trace_printk("Hello, World!");
	return 0;
}
'''
while True:
    program = BPF(text=PROGRAM)
    time.sleep(float(sys.argv[1]))
    program.cleanup()
"""


@contextmanager
def tracers(commands: Sequence[Sequence[str]], cwd: Path) -> Iterator[None]:
    """Let these run meanwhile, each of which has attached a BPF program before this goes on."""
    bpftool = Bpftool()
    before = bpftool.loaded_ids()
    with ExitStack() as running:
        for number, command in enumerate(commands, 1):
            child = subprocess.Popen(
                command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            )
            running.callback(child.wait)
            running.callback(child.kill)

            def all_loaded(many: int = number) -> bool:
                return len(bpftool.loaded_ids() - before) >= many

            assert wait_until(all_loaded, 60)
        yield


def printer(seconds: float) -> list[str]:
    """Return a command whose BPF program prints what the labs print.

    The command loads the program again each so many `seconds`.
    """
    lent = find_headers(os.uname().release).bwrap
    command = ["bwrap", "--die-with-parent", "--dev-bind", "/", "/", *lent]
    return [*command, PYTHON, "-c", PRINTER, str(seconds)]


@contextmanager
def neighbours(kind: str, lab: Lab, folder: Path) -> Iterator[None]:
    """Let the machine do something else meanwhile, as `kind` says."""
    cpus = len(os.sched_getaffinity(0))
    folder.mkdir()
    commands: list[list[str]] = []
    if kind == "the same lab, run":
        copy(folder)
        runs = lab if lab.script else LABS["lab4"]
        for file in runs.edits:
            shutil.copy(ROOT / "solutions" / runs.name / file, folder / "exercises" / runs.name)
        run = [sys.executable, "-B", "-m", "grader", "run"]
        commands = [[*run, runs.name, "--kernel", "native"]]
    elif kind == "two printers":
        commands = [printer(10_000)] * 2
    elif kind == "printers that come and go":
        commands = [printer(0.2)] * 2
    with (
        tracers(commands, folder),
        beside(MKDIRS, 2 if kind == "mkdirs" else 0),
        beside(BURN, cpus if kind == "busy CPUs" else 0),
    ):
        yield


def grade_on_a_quiet_machine(kind: str, lab: Lab, submission: Path, out: Path) -> Grading:
    """Grade; again where 2.4 says that others, who are not ours, make directories."""
    for _ in range(3):
        done = grade(lab.name, submission=submission, out=out)
        if kind == "mkdirs" or done.statuses.get("2.4") != "infra":
            break
    return done


@pytest.mark.sampled
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("lab", LABS)
@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize(
    "kind",
    ["the same lab, run", "two printers", "printers that come and go", "mkdirs", "busy CPUs"],
)
def test_no_verdict_hangs_on_what_else_runs(
    kind: str, answer: str, lab: str, tmp_path: Path
) -> None:
    mount_privately()
    expected = lay_out(LABS[lab], answer, tmp_path / "in")
    if lab == "lab1" and not Features().offers("kprobes").ok:
        expected |= dict.fromkeys(("1.6", "1.7", "1.8"), "infra")
    with neighbours(kind, LABS[lab], tmp_path / "beside"):
        for number in range(ROUNDS):
            out = tmp_path / str(number)
            done = grade_on_a_quiet_machine(kind, LABS[lab], tmp_path / "in", out)
            lost = dict(done.lost)
            if kind == "mkdirs" and lost.get("2.4") == "infra" and "2.4" in expected:
                # Where the next event always comes at once, nobody can tell that it was waited for.
                lost["2.4"] = expected["2.4"]
            assert lost == expected, f"round {number + 1}:\n{done.output}"
