"""What grading costs on this machine's kernel, against the student's program alone.

Alternates whole processes: `pytest exercises/lab3 --submission solutions`, and a bare BCC script
that compiles the same program, attaches it, makes the same kind and number of mkdirs in memory
(/dev/shm) and reads the map. Prints a table, and as its last line JSON:

    {"grading_s", "bare_s", "ratio", "peak_mib", "runs"}

with medians of wall time in s, and the largest process of a grading in MiB. Run it as root:

    .venv/bin/python bench/native.py [RUNS]
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from grader.kernel.headers import find_headers  # noqa: E402  (the checkout, wherever it is)
from grader.kernel.mounts import mount_privately  # noqa: E402
from grader.submission.sandbox import descendants  # noqa: E402

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
make(40)
children = []
for cpu in sorted(os.sched_getaffinity(0)):
    pid = os.fork()
    if pid == 0:
        make(5000, cpu)
        os._exit(0)
    children.append(pid)
for pid in children:
    os.waitpid(pid, 0)
assert b["compteur"][ctypes.c_ulonglong(0)].value >= 40 + 5000 * len(children)
"""


def run(command: list[str]) -> float:
    """Wall time of the whole process, in s."""
    started = time.perf_counter()
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT, check=False
    )
    if done.returncode != 0:
        sys.exit(f"{command} ended with {done.returncode}:\n{done.stdout.decode()}")
    return time.perf_counter() - started


def peak_mib(command: list[str]) -> float:
    """The largest resident size that any process below `command` ever had, in MiB.

    Read from /proc while it runs, not from wait4(2): what is killed in a PID namespace is
    reaped there, and its usage reaches nobody.
    """
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT)
    peak = 0
    while child.poll() is None:
        for pid in descendants(child.pid):
            try:
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            found = re.search(r"VmHWM:\s*(\d+) kB", status)
            peak = max(peak, int(found[1]) if found else 0)
    return peak / 1024


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    mount_privately()
    headers = find_headers(os.uname().release)
    lend = ["bwrap", "--dev-bind", "/", "/", *headers.bwrap] if headers.bwrap else []
    program = str(ROOT / "solutions" / "lab3" / "counter.c")
    bare = [*lend, "/usr/bin/python3", "-I", "-c", BARE, program]
    pytest = str(Path(sys.executable).parent / "pytest")
    grading = [pytest, "exercises/lab3", "--submission", "solutions"]
    measured: dict[str, list[float]] = {"bare": [], "grading": []}
    for command in (bare, grading):
        run(command)  # Files are read for the first time here, and the boot's cache is made.
    for _ in range(runs):
        for name, command in (("bare", bare), ("grading", grading)):
            measured[name].append(run(command))
    peaks = {"bare": peak_mib(bare), "grading": peak_mib(grading)}
    medians = {name: statistics.median(seconds) for name, seconds in measured.items()}
    print(f"{'':10}{'median s':>10}{'min s':>10}{'max s':>10}{'peak MiB':>10}")
    for name, seconds in measured.items():
        row = (medians[name], min(seconds), max(seconds))
        print(f"{name:10}{row[0]:10.3f}{row[1]:10.3f}{row[2]:10.3f}{peaks[name]:10.0f}")
    record = {
        "grading_s": round(medians["grading"], 3),
        "bare_s": round(medians["bare"], 3),
        "ratio": round(medians["grading"] / medians["bare"], 2),
        "peak_mib": round(peaks["grading"]),
        "runs": runs,
    }
    print(json.dumps(record))


if __name__ == "__main__":
    main()
