"""The solutions get their points whatever else the machine does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from machine import grade

from grader.authoring.prove import BURN, beside
from grader.kernel.features import Machine
from grader.kernel.mounts import mount_privately

ROUNDS = int(os.environ.get("LABEBPF_ROUNDS", "2"))
"""50 for the proof; few in everyday runs."""

MKDIRS = """
import os, tempfile
folder = tempfile.mkdtemp()
path = folder + "/x"
try:
    while os.getppid() != 1:
        os.mkdir(path)
        os.rmdir(path)
finally:
    os.rmdir(folder)
"""


def graded(out: Path) -> None:
    mount_privately()
    kprobes = Machine().offers("kprobes").ok
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
