"""What a grading in a virtual machine costs, against what merely booting one does elsewhere.

Alternates whole processes: `pytest exercises/lab3 --submission solutions --kernel vm:6.1` from a
snapshot, the same without one, and virtme-ng (`vng --disable-kvm -r KERNEL -- uname -a`) with
Debian's generic 6.1 kernel. Then two gradings side by side against one after the other, and one
grading whose phases are timed. All under TCG, which every machine can do. Prints a table, and as
its last line JSON:

    {"snapshot_ratio", "boot_ratio", "memory_mb", "disk_mb", "throughput", "cpu_s", ...}

Times are medians in s. Run it by `.venv/bin/python bench/vm.py [RUNS]`; virtme-ng comes with the
project's development tools, and the kernel from Debian. kmod, udev and
busybox-static have to be installed: without udev virtme-ng does not find its virtio ports, and the
command's output gets lost.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from process import ROOT, run

from grader.labs import find_labs
from grader.runner.remote import files_below
from grader.runner.session import CHECK_SECONDS
from grader.vm import image_store
from grader.vm.image_store import Image
from grader.vm.machine_config import MachineConfig
from grader.vm.remote_grading import GradeRequest, MachineGrading
from grader.vm.snapshots import stored

VERSION = "6.1"
GRADE = [
    *(sys.executable, "-m", "pytest", "exercises/lab3", "-p", "no:cacheprovider"),
    *("--submission", "solutions", "--kernel", f"vm:{VERSION}"),
]
APT = ["apt-get", "-o", "APT::Sandbox::User=root"]


def graded() -> float:
    """Grade once, which must give full points; return the wall time in s."""
    return run(GRADE, "10/10")[0]


def generic_kernel(folder: Path) -> Path:
    """Unpack Debian's generic 6.1 kernel with its modules in `folder`, as virtme-ng wants it."""
    listed = subprocess.run(
        ["apt-cache", "search", "--names-only", r"^linux-image-6\.1\.0-[0-9]+-amd64$"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    if not listed:
        sys.exit("This machine's packages have no linux-image-6.1.0-N-amd64.")
    package = sorted(line.split()[0] for line in listed.splitlines())[-1]
    subprocess.run([*APT, "-q", "download", package], cwd=folder, check=True, capture_output=True)
    (deb,) = folder.glob("*.deb")
    subprocess.run(["dpkg-deb", "-x", deb.name, "."], cwd=folder, check=True)
    (kernel,) = folder.glob("boot/vmlinuz-*")
    return kernel


def without_snapshot(image: Image) -> None:
    for snapshot in stored(image):
        snapshot.unlink()


def timed(image: Image) -> dict[str, float]:
    """Grade once in this process: return seconds by phase, QEMU's CPU seconds and largest MiB."""
    lab = find_labs(ROOT / "exercises")["lab3"]
    module = "exercises/lab3/test_lab3.py"
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", module, "--collect-only", "-q"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    selected = tuple(line for line in listed.splitlines() if line.startswith(module + "::"))
    order = GradeRequest(
        labs=files_below([lab.folder]),
        submission={
            f"lab3/{name}": (ROOT / "solutions" / "lab3" / name).read_bytes() for name in lab.edits
        },
        folders=("lab3",),
        selected=selected,
        lang="en",
        time_scale=1,
        check_seconds=CHECK_SECONDS,
    )
    session = MachineGrading(image, order, MachineConfig())
    phases = dict(session.seconds)
    try:
        for number, nodeid in enumerate(selected):
            following = selected[number + 1] if nodeid != selected[-1] else None
            for report in session.run(nodeid, following):
                setup = report["when"] == "setup"
                name = ("program" if number == 0 else "script") if setup else "checks"
                phases[name] = phases.get(name, 0) + float(report["duration"])
        started = time.monotonic()
        session.finish()
        phases["collect"] = time.monotonic() - started
        status = Path(f"/proc/{session.machine.pid}/status").read_text()
        stat = Path(f"/proc/{session.machine.pid}/stat").read_text().rpartition(")")[2].split()
    finally:
        session.close()
    phases["cpu"] = sum(map(int, stat[11:13])) / os.sysconf("SC_CLK_TCK")  # user and system
    phases["memory"] = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    return phases


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    image = image_store.build(VERSION, lambda what, share: None)
    snapshot: list[float] = []
    boot: list[float] = []
    vng: list[float] = []
    with tempfile.TemporaryDirectory() as scratch:
        kernel = generic_kernel(Path(scratch))
        boots = f"vng --disable-kvm -r {kernel} -- uname -a"
        reference = ["script", "-qec", boots, "/dev/null"]  # vng wants a terminal.
        for _ in range(runs):
            vng.append(run(reference, "Linux virtme-ng")[0])
            without_snapshot(image)
            boot.append(graded())
            snapshot.append(graded())
            print(f"{vng[-1]:.2f} {boot[-1]:.2f} {snapshot[-1]:.2f}", file=sys.stderr, flush=True)
    one = statistics.median(snapshot)
    with ThreadPoolExecutor(2) as pool:
        pairs = []
        for _ in range(runs):
            started = time.perf_counter()
            list(pool.map(run, [GRADE, GRADE], ["10/10"] * 2))
            pairs.append(time.perf_counter() - started)
    phases = timed(image)
    memory, cpu = phases.pop("memory"), phases.pop("cpu")
    disk = (image.size + sum(path.stat().st_size for path in stored(image))) / 1e6
    print(f"{'':28}{'s':>8}{'ratio':>8}")
    rows = (("virtme-ng boots and prints", vng), ("grading, from a snapshot", snapshot))
    for name, times in (*rows, ("grading, without one", boot), ("two at once", pairs)):
        median = statistics.median(times)
        print(f"{name:28}{median:8.2f}{median / statistics.median(vng):8.2f}")
    for name, spent in phases.items():
        print(f"  {name:26}{spent:8.2f}")
    print(f"{'CPU seconds of QEMU':28}{cpu:8.2f}")
    print(
        json.dumps(
            {
                "snapshot_ratio": round(one / statistics.median(vng), 3),
                "boot_ratio": round(statistics.median(boot) / statistics.median(vng), 3),
                "throughput": round(2 * one / statistics.median(pairs), 2),
                "cpu_s": round(cpu, 2),
                "memory_mb": round(memory * 1.048576),
                "disk_mb": round(disk),
                "vng_s": round(statistics.median(vng), 2),
                "snapshot_s": round(one, 2),
                "phases_s": {name: round(spent, 2) for name, spent in phases.items()},
                "runs": runs,
            }
        )
    )


if __name__ == "__main__":
    main()
