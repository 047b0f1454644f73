"""A grading in a virtual machine: the same verdicts, and the host is not harmed."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from grader.authoring.answers import Answer, answers, read
from grader.labs import find_labs
from grader.submission.sandbox import descendants
from grader.verdict.record import TaskResult
from grader.vm import remote_grading
from grader.vm.accelerator import fastest
from grader.vm.image_store import Image, cache
from grader.vm.machine_config import MachineConfig
from grader.vm.snapshots import stored
from tests.support.checkout import AS_NOBODY, NOBODY, ROOT, copy_solution
from tests.support.grading import command, grade
from tests.support.profiles import by_process, profile_of
from tests.support.waiting import wait_until

LABS = find_labs(ROOT / "exercises")


@pytest.fixture
def home(image: Image) -> Iterator[Path]:
    """Make the home of a user who may do nothing, with this user's image in its cache."""
    folder = Path(tempfile.mkdtemp())  # pytest's own are closed to others.
    shelf = folder / ".cache" / "labebpf" / "images" / image.folder.name
    shelf.mkdir(parents=True)
    for file in image.folder.iterdir():
        shutil.copyfile(file, shelf / file.name)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    yield folder
    shutil.rmtree(folder)


def test_an_ordinary_user_gets_full_points_with_pytest(home: Path, image: Image) -> None:
    """In labs with a kprobe and with a table: test_course_table.py has the solutions of all."""
    out, labs = home / "out", ("lab1", "lab3")
    done = subprocess.run(
        [
            *AS_NOBODY,
            *("--bounding-set=-all", "--no-new-privs"),
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--out", str(out)),
            *(f"exercises/{lab}" for lab in labs),
            *("--submission", "solutions"),
        ],
        cwd=ROOT,
        env={"HOME": str(home), "PATH": os.environ["PATH"], "LABEBPF_LANG": "en"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode()
    result = json.loads((out / "result.json").read_text())
    assert result["score"] == result["max_score"] == 10 * len(labs)
    assert result["kernel"]["where"] == "vm"
    assert result["kernel"]["release"] == image.release


def qemus(pid: int) -> list[int]:
    """Return the ids of the QEMU processes below `pid`."""
    found = []
    for child in descendants(pid):
        try:
            name = Path(f"/proc/{child}/comm").read_text()
        except OSError:
            continue
        if name.startswith("qemu-system"):
            found.append(child)
    return found


@pytest.fixture
def grading(tmp_path: Path, image: Image) -> Iterator[subprocess.Popen[bytes]]:
    """Start a grading of lab 3, and wait until its machine runs."""
    grade = command("lab3", submission="solutions", out=tmp_path, kernel="vm")
    process = subprocess.Popen(
        # In a shell's background job Ctrl-C is ignored, and so by its children.
        ["env", "--default-signal=INT", *grade],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    assert wait_until(lambda: bool(qemus(process.pid)), 30)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_no_machine_outlives_its_grading(
    grading: subprocess.Popen[bytes], number: signal.Signals
) -> None:
    machines = qemus(grading.pid)
    grading.send_signal(number)
    assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in machines), 10)


def test_a_machine_that_is_killed_once_is_started_again(
    grading: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    def killed() -> bool:
        # Where a snapshot has to be made first, its machine comes and goes before the grading's.
        for pid in qemus(grading.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                return True
        return False

    assert wait_until(killed, 60)
    output, _ = grading.communicate(timeout=600)
    assert grading.returncode == 0, output.decode()


def test_who_kills_every_machine_gets_infra_and_no_points(
    grading: subprocess.Popen[bytes], tmp_path: Path, image: Image
) -> None:
    snapshots = stored(image)

    def dead() -> bool:
        for pid in qemus(grading.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return grading.poll() is not None

    assert wait_until(dead, 600)
    assert grading.returncode == 3
    result = json.loads((tmp_path / "result.json").read_text())
    assert {task["status"] for task in result["labs"][0]["tasks"]} <= {"infra", "blocked"}
    assert result["score"] == 0
    assert stored(image) == snapshots, "no snapshot is to blame for that"


MANIFEST = """
[lab]
title = { en = "Patience", fr = "Patience" }
program = "a.c"
script = "a.py"
attach = "tracepoint:syscalls:sys_enter_mkdir"
needs = []
edits = ["a.c", "a.py"]

[[task]]
id = "9.1"
points = 1
file = "a.c"
title = { en = "Long", fr = "Long" }
hints = [{ en = "Wait.", fr = "Attendez." }]
"""
LONG = """
import threading

from grader.checks import task

@task("9.1")
def test_it_takes_long():
    threading.Event().wait(14)
"""


def test_a_machine_may_be_silent_while_it_lives_and_it_is_known_how_it_died(
    image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that hangs is known long before its check could have ended."""
    monkeypatch.setattr(remote_grading, "SILENT_SECONDS", 10)
    monkeypatch.setattr(remote_grading, "crowding", lambda load: 1.0)
    check = "exercises/lab9/test_lab9.py::test_it_takes_long"
    request = remote_grading.GradeRequest(
        labs={"lab9/lab.toml": MANIFEST.encode(), "lab9/test_lab9.py": LONG.encode()},
        submission={},
        folders=("lab9",),
        selected=(check,),
        time_scale=1,
        check_seconds=3600,
        lang="en",
    )
    grading = remote_grading.MachineGrading(image, request, MachineConfig(fastest(image)))
    try:
        reports = list(grading.run(check, check))
        assert [report["outcome"] for report in reports] == ["passed"] * 3
        os.kill(grading.machine.pid, signal.SIGSTOP)
        with pytest.raises(remote_grading.MachineDiedError, match="no longer answers") as died:
            list(grading.run(check, None))
        assert not died.value.killed
        os.kill(grading.machine.pid, signal.SIGKILL)
        with pytest.raises(remote_grading.MachineDiedError, match="was killed") as died:
            list(grading.run(check, None))
        assert died.value.killed, "nothing that was handed in can be to blame"
    finally:
        grading.close()


def test_two_machines_at_once_lose_no_counts_to_each_other(tmp_path: Path, image: Image) -> None:
    def graded(name: str) -> dict[str, str]:
        return grade("lab3", submission="solutions", out=tmp_path / name, kernel="vm").lost

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(graded, ["one", "other"])) == [{}, {}]


KILLS_EVERYBODY = """
from bcc import BPF
b = BPF(text='''
TRACEPOINT_PROBE(raw_syscalls, sys_enter)
{
    if ((u32)bpf_get_current_uid_gid() < 0x60000000)
        bpf_send_signal(9);
    return 0;
}
''')
b.trace_print()
"""


def test_who_ends_the_grader_is_told_so_and_the_machine_is_not_blamed(
    tmp_path: Path, image: Image
) -> None:
    copy_solution("lab1", tmp_path / "lab1")
    (tmp_path / "lab1" / "directory_create.py").write_text(KILLS_EVERYBODY)
    done = grade("lab1", submission=tmp_path, out=tmp_path / "out", kernel="vm")
    assert done.status == 1
    assert done.lost["1.4"] == "error", done.output
    assert "does not end without it" in done.output


def test_a_damaged_snapshot_is_made_anew(tmp_path: Path, image: Image) -> None:
    assert grade("lab0", submission="solutions", out=tmp_path, kernel="vm").status == 0
    for snapshot in (cache() / "snapshots").glob(f"{image.version}-*"):
        snapshot.write_bytes(b"QEVM" + bytes(100_000))
    assert grade("lab0", submission="solutions", out=tmp_path, kernel="vm").status == 0


def test_a_debugger_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "exercises/lab0", "--kernel", "vm", "--pdb"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--kernel native" in done.stderr


def test_what_a_machine_did_is_in_the_profile(tmp_path: Path, image: Image) -> None:
    spans, _ = profile_of("lab3", "vm", tmp_path / "profile.json")
    found = by_process(spans)
    assert {"compile", "load", "attach"} <= found["machine: loader"]
    assert "waits for the loader" in found["machine: grader"]
    assert {"waits for the machine to be ready", "judges 3.1"} <= found["grader"]
    (judged,) = (s for s in spans if s.name == "judges 3.1")
    # The two clocks are brought together: what the host waits for is what the machine does.
    assert any(
        s.lane.startswith("machine: loader") and judged.start < s.start < s.end < judged.end
        for s in spans
    )


OTHERWISE = {"lab3/own_flags.py"}
"""What a machine goes about in another way than this one."""
CHOSEN = [
    answer
    for answer in (*answers("right"), *answers("wrong"))
    if os.environ.get("LABEBPF_ANSWERS") == "all" or answer.kernel or answer.id in OTHERWISE
]
"""What a host's own kernel may lack is judged here; the rest, when asked for."""


@pytest.mark.sampled(6)
@pytest.mark.parametrize("answer", CHOSEN, ids=lambda answer: answer.id)
def test_an_answer_gets_the_same_verdict(answer: Answer, tmp_path: Path, image: Image) -> None:
    answer.lay_out(LABS[answer.lab], tmp_path / "hand-in")
    kernel = os.environ.get("LABEBPF_KERNEL", "vm")
    done = grade(answer.lab, submission=tmp_path / "hand-in", out=tmp_path / "out", kernel=kernel)
    assert done.lost == answer.loses, f"{answer.sentence}\n{done.output}"
    assert answer.is_told(map(TaskResult.read, done.tasks)), (answer.says, done.output)


def test_a_machine_speaks_the_students_language(tmp_path: Path, image: Image) -> None:
    answer = read(ROOT / "solutions" / "lab0" / "wrong" / "clone_and_mkdir.c", "lab0")
    answer.lay_out(LABS["lab0"], tmp_path / "in")
    arguments = command("lab0", submission=tmp_path / "in", out=tmp_path / "out", kernel="vm")
    done = subprocess.run(
        [*arguments, "--lang", "fr"], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    told = done.stdout.decode()
    assert "Quelque chose qui ne crée pas de processus a laissé des lignes" in told
    assert "d'autres appels système : mkdir." in told
    assert "attendu : aucune ligne" in told
    assert re.search(r"vu : \d+ lignes?", told)
    assert "✗ en trop" in told
