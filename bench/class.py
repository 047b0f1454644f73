"""What grading a class costs a hand-in, against `labebpf grade` of one alone, in the same run.

For each size a class is made of the solution of lab 3, each with a comment of its own, so that none
shares another's verdict, and graded as `labebpf class grade` does; before and after it, some alone.
Prints a table, and as its last line JSON:

    {"alone_s", "classes": {SIZE: {"seconds", "each_s", "ratio", "peak_mib"}}, "growth",
     "intake_1000_s", "page_300_s"}

with wall times in s, the largest size of the class's own process in MiB, and as `growth` what a
hand-in of the largest class costs, as a share of what one of the class before it does. Run it as
root, or with --kernel vm as anybody:

    .venv/bin/python bench/class.py [--kernel native|vm] [-j JOBS] [SIZE...]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

from process import ROOT, run

sys.path.insert(0, str(ROOT))

from grader.classroom.intake import take_in
from grader.classroom.roster import Student
from grader.labs import find_labs
from tests.support.kept_class import Member, keep, scored

LAB = find_labs(ROOT / "exercises")["lab3"]
ALONE = 3
"""So many single gradings before the classes, and after."""
GRADER = [sys.executable, "-m", "grader"]


def solution(number: int) -> dict[str, bytes]:
    home = ROOT / "solutions" / LAB.name
    files = {name: (home / name).read_bytes() for name in LAB.edits}
    return {**files, LAB.program: files[LAB.program] + b"/* %d */\n" % number}


def archive(path: Path, size: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(size):
            for name, data in solution(number).items():
                made.writestr(f"student{number}/{name}", data)
    return path


def alone(folder: Path, kernel: str, number: int) -> float:
    hand_in = folder / f"alone{number}" / LAB.name
    hand_in.mkdir(parents=True)
    for name, data in solution(number).items():
        (hand_in / name).write_bytes(data)
    command = [*GRADER, "grade", str(hand_in), "--lab", LAB.name, "--kernel", kernel]
    return run(command, "10/10")[0]


def graded(folder: Path, kernel: str, jobs: int, size: int) -> tuple[float, float]:
    """Grade a class; return the wall time in s, and the peak of its own process in MiB."""
    command = [*GRADER, "class", "grade", str(archive(folder / f"{size}.zip", size))]
    command += ["--lab", LAB.name, "--kernel", kernel, "-j", str(jobs)]
    command += ["--state", str(folder / f"state{size}")]
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    peak = [0.0]

    def watch() -> None:
        while process.poll() is None:
            try:
                status = Path(f"/proc/{process.pid}/status").read_text(errors="replace")
            except OSError:
                return
            _, found, rest = status.partition("VmHWM:")
            peak[0] = max(peak[0], int(rest.split()[0]) / 1024 if found else 0)
            time.sleep(0.2)

    watching = threading.Thread(target=watch)
    watching.start()
    said, _ = process.communicate()
    spent = time.perf_counter() - started
    watching.join()
    if process.returncode or f"graded: {size};" not in said.replace("\n", " "):
        sys.exit(f"{command} ended with {process.returncode}:\n{said}")
    return spent, peak[0]


def intake(folder: Path) -> float:
    path = archive(folder / "1000.zip", 1000)
    started = time.perf_counter()
    with take_in(path, LAB.name, LAB.edits, "") as taken:
        if len([each for each in taken.hand_ins() if each.files]) != 1000:
            sys.exit("The intake has not found all hand-ins.")
    return time.perf_counter() - started


def page(folder: Path) -> float:
    members = [
        Member(Student(f"s{n}", f"Student {n}"), scored(n % 11), f"s{n}/", files=solution(n))
        for n in range(300)
    ]
    state = keep(folder / "kept", members)
    command = [*GRADER, "class", "report", "--state", str(state), "--out", str(folder / "p.html")]
    return run(command)[0]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kernel", default="native")
    parser.add_argument("-j", dest="jobs", type=int, default=2)
    parser.add_argument("sizes", metavar="SIZE", nargs="*", type=int)
    given = parser.parse_args(arguments)
    sizes = given.sizes or [15, 60, 240]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        single = [alone(folder, given.kernel, n) for n in range(ALONE)]
        classes = {}
        for size in sizes:
            seconds, peak = graded(folder, given.kernel, given.jobs, size)
            classes[size] = {"seconds": seconds, "each_s": seconds / size, "peak_mib": peak}
            print(f"{size} in {seconds:.1f} s", file=sys.stderr, flush=True)
        single += [alone(folder, given.kernel, ALONE + n) for n in range(ALONE)]
        figures = {"intake_1000_s": intake(folder), "page_300_s": page(folder)}
    one = statistics.median(single)
    print(f"{'':16}{'s each':>8}{'ratio':>8}{'MiB':>8}")
    print(f"{'alone':16}{one:8.2f}{1:8.2f}")
    for size, found in classes.items():
        found["ratio"] = found["each_s"] / one
        cells = f"{found['each_s']:8.2f}{found['ratio']:8.2f}{found['peak_mib']:8.0f}"
        print(f"{f'class of {size}':16}{cells}")
    if len(sizes) > 1:
        figures["growth"] = classes[sizes[-1]]["each_s"] / classes[sizes[-2]]["each_s"]
    for name, value in figures.items():
        print(f"{name:16}{value:8.2f}")
    print(json.dumps({"alone_s": one, "classes": classes, **figures}))


if __name__ == "__main__":
    main()
