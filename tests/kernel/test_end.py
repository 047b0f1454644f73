"""However a grading ends, it leaves the machine as it was."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.base.lock import locked
from grader.guest.guest_kernel import GuestKernel
from grader.submission.sandbox import descendants
from grader.vm.protocol import Wire
from tests.support.checkout import ROOT, copy
from tests.support.grading import State, command, grade, run_pytest, state
from tests.support.waiting import wait_until


def test_a_grading_leaves_nothing(before: State, tmp_path: Path) -> None:
    grade("lab3", submission="solutions", out=tmp_path)
    # The kernel frees a program a moment after the last process let go of it (RCU).
    assert wait_until(lambda: not state().beyond(before), 10), state().beyond(before)


def test_the_kernel_of_a_machine_ends_what_it_started(before: State) -> None:
    """Its keeper too, which holds the lock as well."""
    here, there = socket.socketpair()
    with here, there:
        children = descendants(os.getpid())
        kernel = GuestKernel(Wire(here.fileno()))
        assert len(descendants(os.getpid())) > len(children)
        kernel.close()
        assert descendants(os.getpid()) == children
    assert wait_until(lambda: not state().beyond(before), 10), state().beyond(before)


@pytest.mark.parametrize("round", range(4))
@pytest.mark.parametrize("victim", ["command", "grader", "both"])
def test_kill_9_at_a_random_moment_leaves_nothing(
    before: State, tmp_path: Path, victim: str, round: int
) -> None:
    """Ten seconds later, without any help, everything is gone."""
    grading = subprocess.Popen(
        command("lab3", submission="solutions", out=tmp_path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
    )
    assert wait_until(lambda: len(descendants(grading.pid)) > 1, 30)
    time.sleep(random.uniform(0, 1.8))
    below = descendants(grading.pid)[1:2]
    wanted = {"command": [grading.pid], "grader": below, "both": [grading.pid, *below]}
    for pid in wanted[victim]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # It had just ended.
    grading.wait(timeout=30)
    assert wait_until(lambda: not state().beyond(before), 10), state().beyond(before)


def test_a_killed_grader_gives_infra_and_no_points(tmp_path: Path) -> None:
    grading = subprocess.Popen(
        command("lab3", submission="solutions", out=tmp_path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert wait_until(lambda: len(descendants(grading.pid)) > 2, 30)
    os.kill(descendants(grading.pid)[1], signal.SIGKILL)
    output, _ = grading.communicate(timeout=60)
    assert grading.returncode == 3
    assert b"without a verdict" in output
    assert b"0/10" in output


def test_a_disk_that_is_full_is_infra_for_each_task(before: State, tmp_path: Path) -> None:
    """The first check that wants the kernel fails to take it; the second one does not wait."""
    full = 'mount -t tmpfs -o size=64k tmpfs /var/cache/labebpf && exec "$@"'
    prefix = ("unshare", "--mount", "sh", "-c", full, "sh")
    done = grade("lab0", submission="solutions", out=tmp_path / "out", seconds=120, prefix=prefix)
    assert done.status == 3, done.output
    assert "No space left on device" in done.output and "Traceback" not in done.output
    assert set(done.statuses.values()) == {"infra"}
    assert not state().beyond(before)


def test_a_mount_point_in_another_encoding_is_no_matter(tmp_path: Path) -> None:
    """As of a disk whose label was written in Latin-1."""
    mounted = """mkdir "$1" && mount -t tmpfs none "$1" && shift && exec "$@" """
    place = os.fsencode(tmp_path) + b"/cl\xe9"
    prefix = ("unshare", "--mount", "sh", "-c", mounted, "sh", os.fsdecode(place))
    done = grade("lab0", submission="solutions", out=tmp_path / "out", prefix=prefix)
    assert done.status == 0, done.output


def test_ctrl_c_reaches_scripts_of_a_grading_in_the_background(tmp_path: Path) -> None:
    """A shell starts background jobs with SIGINT ignored; scripts must not inherit that."""
    done = subprocess.run(
        ["sh", "-c", 'trap "" INT; exec "$@"', "sh",
         *command("lab0", submission="solutions", out=tmp_path)],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout.decode()


def test_two_gradings_at_once_wait_for_the_kernel_and_are_right(tmp_path: Path) -> None:
    """Both are made to wait, so that both want the kernel at the moment it becomes free."""
    with locked(Path("/run/labebpf/lock")):
        gradings = [
            subprocess.Popen(
                command("lab3", submission="solutions", out=tmp_path / name),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                cwd=ROOT,
            )
            for name in ("first", "second")
        ]
        for grading in gradings:
            assert grading.stderr
            while b"Another grading uses this kernel" not in (line := grading.stderr.readline()):
                assert line, f"it ended with {grading.wait()}, without having waited"
    said = [grading.communicate(timeout=300)[1].decode() for grading in gradings]
    assert [grading.returncode for grading in gradings] == [0, 0], said


HASTY = """
import pytest
from grader.checks import task

@pytest.mark.timeout(2)
@task("0.1")
def test_that_takes_no_time():
    pass
"""


def test_who_waits_for_another_grading_loses_no_time_of_a_check(tmp_path: Path) -> None:
    copy(tmp_path)
    checks = tmp_path / "exercises" / "lab0" / "test_lab0.py"
    checks.write_text(HASTY)
    with locked(Path("/run/labebpf/lock")):
        grading = subprocess.Popen(
            [sys.executable, "-m", "pytest", f"{checks}::test_that_takes_no_time"],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert grading.stdout
        while b"Another grading uses this kernel" not in (line := grading.stdout.readline()):
            assert line, f"it ended with {grading.wait()}, without having waited"
        with pytest.raises(subprocess.TimeoutExpired):
            grading.wait(4)
    said, _ = grading.communicate(timeout=60)
    assert grading.returncode == 0, said.decode()


def test_checks_of_labs_are_not_shared_among_processes(tmp_path: Path) -> None:
    status, said = run_pytest("exercises/lab0", "-n", "2", "-o", f"cache_dir={tmp_path}")
    assert status == 4
    assert "Labs take turns on a kernel. Run their checks without -n." in said
