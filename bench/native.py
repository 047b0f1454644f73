"""What grading costs on this machine's kernel, against the student's program alone.

For each lab, alternates whole processes: `pytest exercises/labN --submission solutions`, and a bare
BCC script that compiles the same program, attaches it, and makes as many mkdirs, in memory and on
all CPUs at once, as the grading does. Prints a table, and as its last line JSON, by lab:

    {"lab3": {"grading_s", "bare_s", "ratio", "peak_mib", "mkdirs", "runs"}, ...}

with medians of wall time in s, and the largest process of a grading in MiB. Run it as root:

    .venv/bin/python bench/native.py [RUNS [LAB...]]
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

from process import ROOT, run

from grader.kernel.headers import find_headers
from grader.kernel.mounts import mount_privately
from grader.kernel.native import RUN
from grader.labs import Lab, find_labs
from grader.submission.sandbox import descendants

JUDGED = (0, 3)
"""How a grading ends that gave all points, but for what this kernel cannot judge."""
BARE = """
import ctypes, os, sys, tempfile
from bcc import BPF
b = BPF(src_file=sys.argv[1])
def make(n, cpu=None):
    if cpu is not None:
        os.sched_setaffinity(0, [cpu])
    folder = tempfile.mkdtemp(dir="/dev/shm")
    path = folder + "/x"
    for _ in range(n):
        os.mkdir(path)
        os.rmdir(path)
    os.rmdir(folder)
children = []
cpus = sorted(os.sched_getaffinity(0))
count = int(sys.argv[2]) // len(cpus)
for cpu in cpus:
    pid = os.fork()
    if pid == 0:
        make(count, cpu)
        os._exit(0)
    children.append(pid)
for pid in children:
    os.waitpid(pid, 0)
if "lab3" in sys.argv[1]:
    assert b["compteur"][ctypes.c_ulonglong(0)].value >= count * len(cpus)
"""

COUNT = """
import sys
from bcc import BPF
b = BPF(text='BPF_PERCPU_ARRAY(n, u64, 1); TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)'
    '{ int k = 0; u64 *v = n.lookup(&k); if (v) (*v)++; return 0; }')
print("ready", flush=True)
sys.stdin.read()
print(sum(b["n"][0]))
"""


def peak_mib(command: list[str]) -> float:
    """Return the largest resident size that any process below `command` ever had, in MiB.

    The size is read from /proc while `command` runs, not from wait4(2): a process that is killed in
    a PID namespace is reaped there, and its usage reaches nobody.
    """
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT)
    peak = 0
    while child.poll() is None:
        for pid in descendants(child.pid):
            try:
                status = Path(f"/proc/{pid}/status").read_text(errors="replace")
            except OSError:
                continue
            found = re.search(r"VmHWM:\s*(\d+) kB", status)
            peak = max(peak, int(found[1]) if found else 0)
    return peak / 1024


def mkdirs_of(command: list[str], lend: list[str]) -> int:
    """Count with a BPF program how many mkdirs a run of `command` makes: the median of three."""
    counts = []
    for _ in range(3):
        counter = subprocess.Popen(
            [*lend, "/usr/bin/python3", "-I", "-c", COUNT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert counter.stdout
        counter.stdout.readline()
        run(command, statuses=JUDGED)
        counts.append(int(counter.communicate()[0]))
    return int(statistics.median(counts))


def wait_for_keeper() -> None:
    """Wait until nothing of an earlier grading is left in the kernel: its keeper holds the lock."""
    subprocess.run(["flock", str(RUN / "lock"), "true"], check=True)


def measure(lab: Lab, runs: int, lend: list[str]) -> dict[str, float]:
    """Measure what grading `lab` costs: return the values for the JSON, print rows of the table."""
    grading = [str(Path(sys.executable).parent / "pytest"), f"exercises/{lab.name}"]
    grading += ["--submission", "solutions", "--kernel", "native"]
    mkdirs = mkdirs_of(grading, lend)
    program = str(ROOT / "solutions" / lab.name / lab.program)
    bare = [*lend, "/usr/bin/python3", "-I", "-c", BARE, program, str(mkdirs)]
    commands = {"bare": bare, "grading": grading}
    measured: dict[str, list[float]] = {name: [] for name in commands}
    run(bare)  # Files are read for the first time here; the gradings above did the same.
    for _ in range(runs):
        for name, command in commands.items():
            wait_for_keeper()
            measured[name].append(run(command, statuses=JUDGED)[0])
    peaks = {name: peak_mib(command) for name, command in commands.items()}
    medians = {name: statistics.median(seconds) for name, seconds in measured.items()}
    for name, seconds in measured.items():
        row = (medians[name], min(seconds), max(seconds))
        print(f"{lab.name} {name:8}{row[0]:10.3f}{row[1]:10.3f}{row[2]:10.3f}{peaks[name]:10.0f}")
    return {
        "grading_s": round(medians["grading"], 3),
        "bare_s": round(medians["bare"], 3),
        "ratio": round(medians["grading"] / medians["bare"], 2),
        "peak_mib": round(peaks["grading"]),
        "mkdirs": mkdirs,
        "runs": runs,
    }


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    labs = find_labs(ROOT / "exercises")
    mount_privately()
    headers = find_headers(os.uname().release)
    lend = ["bwrap", "--dev-bind", "/", "/", *headers.bwrap] if headers.bwrap else []
    print(f"{'':13}{'median s':>10}{'min s':>10}{'max s':>10}{'peak MiB':>10}")
    record = {name: measure(labs[name], runs, lend) for name in sys.argv[2:] or labs}
    print(json.dumps(record))


if __name__ == "__main__":
    main()
