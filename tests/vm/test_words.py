"""Words of checks that need more of a kernel than this machine's may have."""

from __future__ import annotations

import json
from pathlib import Path

from grader.vm.image_store import Image
from tests.support.grading import labebpf, make_lab

FORBIDS = """
#include <linux/errno.h>

BPF_HASH(refused, u32, u32);

LSM_PROBE(path_mkdir)
{
	u32 uid = bpf_get_current_uid_gid();

	return refused.lookup(&uid) ? -EPERM : 0;
}
"""
TASK = """
[[task]]
id = "20.9"
points = 1
file = "mkdir.c"
title = { en = "Forbids", fr = "Interdit" }
"""
CHECK = """
import pytest

from grader.checks import Call, Environment, random_id, task


@task("20.9")
def test_one_user_is_refused(environment: Environment) -> None:
    program, make = environment.program(), environment.workload.make
    uid = random_id()
    made = make(Call(uid=uid), Call(uid=uid, thread=True), Call(lasts=0.05))
    assert made[1].pid == made[0].pid != made[1].tid
    program.map("refused", "hash").set(uid, 1)
    denied, again, let = make(
        Call(uid=uid, fails="EPERM"), Call(uid=uid, fails="EPERM", thread=True), Call()
    )
    assert (denied.ret, again.ret, let.ret) == (-1, -1, 0)
    with pytest.raises(Exception, match="did not succeed"):
        make(Call(uid=uid))
"""


def test_a_denial_is_expected_of_an_lsm_program(tmp_path: Path, image: Image) -> None:
    make_lab(tmp_path, "lsm", "hash", "mkdir")
    private = tmp_path / "private" / "lab20"
    private.mkdir(parents=True)
    (private / "lab.toml").write_text(TASK)
    (private / "test_forbids.py").write_text(CHECK)
    (tmp_path / "solutions" / "lab20" / "mkdir.c").write_text(FORBIDS)

    out = tmp_path / "out"
    options = ("--submission", "solutions", "--kernel", "vm", "--out", str(out))
    _, said = labebpf(
        tmp_path, "grade", "lab20", *options, "--private", str(private.parent), "--reveal"
    )
    (judged,) = json.loads((out / "result.json").read_text())["labs"]
    assert {task["id"]: task["status"] for task in judged["tasks"]}["20.9"] == "pass", said
