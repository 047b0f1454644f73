"""`labebpf new` with hooks that this machine's own kernel may lack."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from grader.authoring.answers import read
from grader.authoring.new import PAIRINGS, calls
from grader.vm.image_store import Image
from tests.support.grading import labebpf, lost, make_lab

ALL = os.environ.get("LABEBPF_PAIRINGS") == "all"
CHOSEN = (
    [
        (hook, output, next(iter(calls(hook))))
        for hook, output in PAIRINGS
        if "tracepoint" not in hook
    ]
    if ALL
    else [("kprobe", "hash", "rmdir"), ("kretprobe", "ring", "unlink")]
)


@pytest.mark.timeout(2400)
@pytest.mark.parametrize("hook, output, call", CHOSEN)
def test_the_solution_of_a_new_lab_earns_everything(
    hook: str, output: str, call: str, tmp_path: Path, image: Image
) -> None:
    make_lab(tmp_path, hook, output, call)
    if ALL:
        status, said = labebpf(tmp_path, "prove", "lab20", "--kernel", "vm", "--rounds", "1")
        assert status == 0, said
    else:
        assert lost(tmp_path, "lab20", tmp_path / "solutions", "vm") == {}


def test_an_lsm_program_may_look_on_at_the_labs_hook_alone(tmp_path: Path, image: Image) -> None:
    make_lab(tmp_path, "lsm", "perf", "mkdir")
    solutions = tmp_path / "solutions"
    assert lost(tmp_path, "lab20", solutions, "vm") == {}
    solution = (solutions / "lab20" / "mkdir.c").read_text()

    forbids = tmp_path / "solutions" / "lab20" / "wrong" / "forbids.c"
    shutil.copy(forbids, solutions / "lab20" / "mkdir.c")
    assert lost(tmp_path, "lab20", solutions, "vm") == read(forbids, "lab20").loses

    elsewhere = solution + "\nLSM_PROBE(path_rmdir)\n{\n\treturn 0;\n}\n"
    (solutions / "lab20" / "mkdir.c").write_text(elsewhere)
    assert lost(tmp_path, "lab20", solutions, "vm")["20.1"] == "error"
