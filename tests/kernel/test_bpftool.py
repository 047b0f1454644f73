"""What bpftool tells of programs and maps of other processes, on the real kernel."""

from __future__ import annotations

import subprocess
import sys

import pytest

from grader.base.errors import SubmissionError
from grader.evidence.bpftool import Bpftool
from grader.kernel.native import NativeKernel
from grader.submission.program import Program
from tests.support.checkout import ROOT
from tests.support.grading import PROGRAM


def test_a_program_that_would_be_listed_for_ever_is_refused(kernel: NativeKernel) -> None:
    """bpftool tells each instruction with its line of the source."""
    steps = '_Pragma("unroll") for (int i = 0; i < 2000; i++) { n += 1; n ^= 5; } ' * 2
    source = (
        f"int long_line(void *ctx)\n{{ volatile u64 n = 0;\n{steps}{' ' * 60_000};\nreturn 0;}}"
    )
    with kernel.loader() as loaded:
        loaded.begin("program.c", source.encode())
        loaded.compile(60)
        loaded.load("tracepoint:syscalls:sys_enter_mkdir", 60)
        bpftool = Bpftool()
        (number,) = bpftool.program_ids(loaded.pids())
        with pytest.raises(SubmissionError, match="too long to be looked into"):
            bpftool.program(number)
        assert Bpftool().loaded_ids() >= {number}


HOLDER = """
import os
from grader.evidence.maps import Libbpf

ARRAY = 2
held = Libbpf().call("bpf_map_create", ARRAY, b"held", 4, 4, 1, None)
os.dup2(held, 200)
print("held", flush=True)
while os.getppid() != 1:
    os.closerange(3, 103)
    for _ in range(100):
        os.open("/dev/null", os.O_RDONLY)
"""


def test_a_map_is_found_in_a_process_that_opens_and_closes_files_all_the_time() -> None:
    child = subprocess.Popen([sys.executable, "-c", HOLDER], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert child.stdout
        assert child.stdout.readline() == b"held\n"
        for _ in range(50):
            assert "held" in {info.name for info in Bpftool().maps([child.pid])}
    finally:
        child.kill()
        child.wait()


def test_bpftool_tells_what_a_sandbox_has_loaded_and_attached(
    kernel: NativeKernel, program: Program
) -> None:
    bpftool = Bpftool(kernel.helper_symbols)
    (loaded,) = bpftool.programs(program.pids())
    assert loaded.type == "tracepoint"
    assert {"bpf_trace_printk", "bpf_ktime_get_ns"} <= loaded.helpers
    (attached,) = bpftool.attachments(program.pids())
    assert (attached.where, attached.program_id) == ("sys_enter_mkdir", loaded.id)
    assert "compteur" in [found.name for found in bpftool.maps(program.pids())]


ADDS = {
    "__sync_fetch_and_add(value, 1);": True,
    "__sync_fetch_and_add((u32 *)value, 1);": True,
    "lock_xadd(value, 1);": True,
    "compteur.atomic_increment(key);": True,
    "(*value)++;": False,
    "*value += 1; /* 7: (db) lock *(u64 *)(r0 +0) += r1 */": False,
}


@pytest.mark.parametrize("statement", ADDS)
def test_bpftool_tells_whether_an_instruction_is_atomic(
    kernel: NativeKernel, statement: str
) -> None:
    source = PROGRAM.replace(b"__sync_fetch_and_add(value, 1);", statement.encode())
    with kernel.loader() as loaded:
        loaded.begin("program.c", source)
        loaded.compile(60)
        loaded.load("tracepoint:syscalls:sys_enter_mkdir", 60)
        (found,) = Bpftool(kernel.helper_symbols).programs(loaded.pids())
    assert found.atomic is ADDS[statement]
