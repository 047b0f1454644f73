"""What of a grading can be seen from outside: gradings as processes, and what they leave."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.evidence.bpftool import Bpftool
from grader.kernel.mounts import mount_privately
from tests.support.checkout import ROOT, copy
from tests.support.result_schema import hold

HIDDEN_FROM_SANDBOX = 0x60000000
PROGRAM = b"""
BPF_HASH(compteur);
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 key = 0, one = 1, *value = compteur.lookup_or_try_init(&key, &one);

	bpf_trace_printk("a mkdir\\n  fake-1 [000] d..21 1.0: bpf_trace_printk: a mkdir");
	bpf_ktime_get_ns();
	if (value)
		__sync_fetch_and_add(value, 1);
	return 0;
}
"""
"""A program that prints at each mkdir, and counts it."""
PLAIN = b"""
BPF_RINGBUF_OUTPUT(events, 8);
int plain(void *ctx)
{
	u64 pid = bpf_get_current_pid_tgid() >> 32;

	events.ringbuf_output(&pid, sizeof(pid), 0);
	return 0;
}
"""
"""A program that names no place of its own, and submits the process id of each call."""
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
"""Python that makes directories all the time, as long as its parent lives."""


@dataclass(frozen=True)
class State:
    """What a grading may not leave behind."""

    programs: frozenset[int]
    instances: frozenset[str]
    groups: frozenset[str]
    folders: frozenset[str]
    processes: frozenset[str]
    mounts: frozenset[str]

    def beyond(self, before: State) -> dict[str, frozenset[str] | frozenset[int]]:
        """Return what is here, and was not `before`, by kind."""
        new = {kind: getattr(self, kind) - getattr(before, kind) for kind in vars(self)}
        return {kind: found for kind, found in new.items() if found}


def state() -> State:
    """Return the state of the machine now.

    Mounts tracefs for this test process alone, to look into it. Of temporary files, only those in
    TMPDIR are in the state: others' come and go.
    """
    lines = Path("/proc/1/mounts").read_text().splitlines()
    # debugfs mounts tracefs there by itself, for whoever looks in.
    mounts = frozenset(line for line in lines if "/sys/kernel/debug/tracing" not in line)
    mount_privately()
    instances = Path("/sys/kernel/tracing/instances")
    # Not glob: it raises when a group goes while it looks.
    groups = [f"{at}/{name}" for at, names, _ in os.walk("/sys/fs/cgroup") for name in names]
    return State(
        programs=frozenset(Bpftool().loaded_ids()),
        instances=frozenset(os.listdir(instances)),
        groups=frozenset(group for group in groups if "/labebpf-" in group),
        folders=frozenset(str(path) for path in Path("/run/labebpf").glob("work-*"))
        | frozenset(map(str, Path(os.environ["TMPDIR"]).iterdir())),
        processes=frozenset(grading_processes()),
        mounts=mounts,
    )


def grading_processes() -> list[str]:
    """List the command lines of what a grading started: sandboxes, workload, witness."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            uid = entry.stat().st_uid
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if uid >= HIDDEN_FROM_SANDBOX or "bwrap --die-with-parent" in command:
            found.append(command)
    return found


def run_pytest(*arguments: str, cwd: Path = ROOT) -> tuple[int, str]:
    """Run pytest in the checkout `cwd`: its exit status, and all that it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=300,
    )
    return done.returncode, done.stdout.decode()


def command(
    *labs: str,
    submission: Path | str,
    out: Path,
    kernel: str = "native",
    scale: float = 1.0,
    handed_in: bool = False,
) -> list[str]:
    """Return the command line of a grading, or, if `handed_in`, that of grading a hand-in."""
    given = [*labs, "--submission", str(submission)]
    if handed_in:
        given = [str(submission), *(f"--lab={lab}" for lab in labs)]
    return [
        *(
            sys.executable,
            "-I",
            "-m",
            "grader",
            "--course",
            str(ROOT),
            "grade",
            *given,
            "--lang",
            "en",
        ),
        *("--kernel", kernel, "--out", str(out), "--time-scale", str(scale)),
    ]


@dataclass(frozen=True)
class Grading:
    """A grading that has ended: exit status, all that it printed, and result.json."""

    status: int
    output: str
    result: dict[str, Any]

    @property
    def tasks(self) -> list[dict[str, Any]]:
        return [task for lab in self.result["labs"] for task in lab["tasks"]]

    @property
    def statuses(self) -> dict[str, str]:
        """The verdict on each task."""
        return {task["id"]: task["status"] for task in self.tasks}

    def with_status(self, status: str) -> set[str]:
        return {key for key, value in self.statuses.items() if value == status}

    @property
    def lost(self) -> dict[str, str]:
        return {key: value for key, value in self.statuses.items() if value != "pass"}


def grade(
    *labs: str,
    submission: Path | str,
    out: Path,
    kernel: str = "native",
    scale: float = 1.0,
    handed_in: bool = False,
    seconds: float = 600,
    prefix: Sequence[str] = (),
) -> Grading:
    """Grade as a user does, in a process of its own, which must end within `seconds`.

    `prefix` is what to put before the command.

    What was `handed_in` is graded by somebody who stands in its folder.
    """
    arguments = command(
        *labs, submission=submission, out=out, kernel=kernel, scale=scale, handed_in=handed_in
    )
    with tempfile.TemporaryFile() as printed:
        grader = subprocess.Popen(
            [*prefix, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=submission if handed_in else ROOT,
        )
        try:
            status = grader.wait(seconds)
        finally:
            if grader.poll() is None:  # A hand-in may have stopped all of it.
                os.killpg(grader.pid, signal.SIGKILL)
                grader.wait()
        printed.seek(0)
        output = printed.read().decode(errors="surrogateescape")
    record = json.loads((out / "result.json").read_text(encoding="utf-8"))
    hold(record)
    return Grading(status, output, record)


def labebpf(root: Path, *arguments: str, seconds: float = 1200) -> tuple[int, str]:
    """Run the command of the checkout `root`: its exit status, and all that it printed."""
    done = subprocess.run(
        [sys.executable, "-B", "-m", "grader", *arguments],
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=seconds,
        check=False,
    )
    return done.returncode, done.stdout.decode()


def make_lab(checkout: Path, hook: str, output: str, call: str) -> None:
    """Make a checkout with a new lab 7 in it."""
    copy(checkout)
    flags = ("--hook", hook, "--output", output, "--call", call)
    status, said = labebpf(checkout, "new", "lab20", *flags)
    assert status == 0, said


def grade_in(root: Path, lab: str, submission: Path, kernel: str) -> tuple[dict[str, str], str]:
    """Grade `submission` in the checkout `root`; return the tasks not passed, and the output."""
    out = root / "out"
    options = ("--submission", str(submission), "--kernel", kernel, "--out", str(out))
    _, said = labebpf(root, "grade", lab, *options)
    (judged,) = json.loads((out / "result.json").read_text())["labs"]
    return {
        task["id"]: task["status"] for task in judged["tasks"] if task["status"] != "pass"
    }, said


def lost(root: Path, lab: str, submission: Path, kernel: str) -> dict[str, str]:
    """Grade as `grade_in` does; return the tasks not passed, and assert that none is `infra`."""
    found, said = grade_in(root, lab, submission, kernel)
    assert "infra" not in found.values(), said
    return found


def prove(root: Path, lab: str, *options: str) -> tuple[int, str]:
    return labebpf(root, "prove", lab, "--kernel", "native", *options)
