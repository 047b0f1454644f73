"""Lines are told apart in a machine too: on every kind of hook, kprobes among them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.authoring.answers import read
from grader.labs import find_labs
from grader.vm.image_store import Image
from tests.support.checkout import ROOT, copy
from tests.support.grading import lost

ROUNDS = int(os.environ.get("LABEBPF_ROUNDS", "1"))
"""5 for the proof; one in everyday runs."""
NEIGHBOUR = '''

PRINTER = """
from bcc import BPF

program = BPF(text=\'\'\'
int kprobe__vfs_mkdir(struct pt_regs *ctx) { bpf_trace_printk("mkdir"); return 0; }
int kretprobe__vfs_mkdir(struct pt_regs *ctx) { bpf_trace_printk("mkdir"); return 0; }
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir) { bpf_trace_printk("mkdir"); return 0; }
int syscall__mkdir(struct pt_regs *ctx) { bpf_trace_printk("mkdir"); return 0; }
\'\'\')
program.attach_kprobe(event=program.get_syscall_fnname("mkdir"), fn_name="syscall__mkdir")
print("attached", flush=True)
input()
"""


@pytest.fixture(scope="session", autouse=True)
def neighbour():
    """Somebody else's programs, which print at each mkdir too."""
    import subprocess

    with subprocess.Popen(
        ["/usr/bin/python3", "-c", PRINTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"attached\\n"
        yield
        other.kill()
'''
ANSWERS = {
    "solution": "",
    "a kprobe": "lab1/right/kprobe_prefix.c",
    "a kretprobe": "lab1/right/kretprobe_by_script",
    "an empty program": "lab1/wrong/empty.c",
}


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_line_is_its_programs_in_a_machine(answer: str, image: Image, tmp_path: Path) -> None:
    checkout = copy(tmp_path / "checkout")
    conftest = checkout / "exercises" / "lab1" / "conftest.py"
    conftest.write_text(conftest.read_text() + NEIGHBOUR)
    hand_in, loses = ROOT / "solutions", {}
    if ANSWERS[answer]:
        known = read(ROOT / "solutions" / ANSWERS[answer], "lab1")
        known.lay_out(find_labs(ROOT / "exercises")["lab1"], tmp_path / "in")
        hand_in, loses = tmp_path / "in", known.loses
    for number in range(ROUNDS):
        found = lost(checkout, "lab1", hand_in, f"vm:{image.version}")
        assert found == loses, f"round {number + 1}"
