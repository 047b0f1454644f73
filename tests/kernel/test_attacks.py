"""Hostile hand-ins: none earns what it did not do, learns a secret, or leaves anything behind.

Each folder of tests/attacks is one. Its header, in any of its files, says `attack:` what it does
and `earns:` the tasks that may honestly pass (0 for none). Files that it lacks come from the
solution, or from the stubs with `base: stub`. `@ROOT@` in a file stands for the
checkout's path. `lab:` is lab1 unless it says otherwise, `scale:`
the grader's --time-scale, `pads:` a file to fill up with spaces beyond what is taken, `folder:`
what the lab's folder is to be a link to.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from grader.evidence.introspection import Bpftool

ROOT = Path(__file__).resolve().parents[2]
ATTACKS = ROOT / "tests" / "attacks"
KEYS = "attack|earns|base|lab|scale|pads|folder"
SANDBOX_UIDS = range(0x60000000, 0x70000000)
SECONDS = 120
FAST = "0.3"
CI_COMMAND = re.compile(r"^\s*::|##\[|##vso\[|^section_(?:start|end):", re.MULTILINE)


@dataclass(frozen=True)
class Attack:
    """One hostile hand-in, as its header describes it."""

    path: Path
    header: dict[str, str]

    @property
    def lab(self) -> str:
        return self.header.get("lab", "lab1")

    @property
    def earns(self) -> set[str]:
        return set(self.header["earns"].split()) - {"0"}

    def lay_out(self, folder: Path) -> None:
        """Make `folder`/LAB as it would be handed in."""
        target = folder / self.lab
        if "folder" in self.header:
            target.symlink_to(ROOT / self.header["folder"])
            return
        base = "exercises" if self.header.get("base") == "stub" else "solutions"
        ours = shutil.ignore_patterns("test_*", "conftest.py", "lab.toml", "*.md", "__pycache__")
        shutil.copytree(ROOT / base / self.lab, target, ignore=ours)
        for file in self.path.iterdir():
            (target / file.name).unlink(missing_ok=True)
            shutil.copyfile(file, target / file.name, follow_symlinks=False)
            if not file.is_symlink():
                data = file.read_bytes().replace(b"@ROOT@", str(ROOT).encode())
                (target / file.name).write_bytes(data)
        if "pads" in self.header:
            with (target / self.header["pads"]).open("a") as padded:
                padded.write("\n" + " " * (4 << 20))


@dataclass(frozen=True)
class Grading:
    """How one run of the grader ended, and all that it said."""

    status: int
    printed: str
    record: dict[str, Any]

    @property
    def tasks(self) -> list[dict[str, Any]]:
        return [task for lab in self.record["labs"] for task in lab["tasks"]]

    def of_status(self, status: str) -> set[str]:
        return {task["id"] for task in self.tasks if task["status"] == status}


def attacks() -> list[Attack]:
    found = []
    for path in sorted(ATTACKS.iterdir()):
        texts = [
            file.read_text(encoding="utf-8", errors="replace")
            for file in sorted(path.iterdir())
            if file.is_file() and not file.is_symlink()
        ]
        lines = re.findall(rf"^\W{{0,3}}({KEYS}): (.+)$", "\n".join(texts), re.MULTILINE)
        found.append(Attack(path, dict(lines)))
    return found


def grade(lab: str, submission: Path, out: Path, scale: str = FAST) -> Grading:
    """Grade, with an end even for a grader that was stopped."""
    command = [sys.executable, "-I", "-m", "grader", "grade", lab, "--lang", "en"]
    command += ["--kernel", "native"]
    command += ["--submission", str(submission), "--out", str(out), "--time-scale", scale]
    with (out.parent / f"{out.name}.txt").open("w+b") as printed:
        grader = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=printed, stderr=printed,
            start_new_session=True,
        )  # fmt: skip
        try:
            status = grader.wait(SECONDS)
        except subprocess.TimeoutExpired:
            pytest.fail(f"The grader did not end within {SECONDS} s.")
        finally:
            if grader.poll() is None:
                os.killpg(grader.pid, signal.SIGKILL)
                grader.wait()
        printed.seek(0)
        text = printed.read().decode(errors="surrogateescape")
    return Grading(status, text, json.loads((out / "result.json").read_text(encoding="utf-8")))


@contextmanager
def nobody_grades() -> Iterator[None]:
    """Hold the machine's lock: what is there now was left behind."""
    with Path("/run/labebpf/lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def programs() -> set[int]:
    return Bpftool().loaded_ids()


def processes() -> list[str]:
    """Processes of sandbox users."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.stat().st_uid in SANDBOX_UIDS:
                found.append((process / "comm").read_text())
        except OSError:
            continue  # It has just ended.
    return found


def instances() -> list[str]:
    """Trace instances, seen through a mount of tracefs that ends with the look."""
    at = "/sys/kernel/tracing"
    # Another test may have mounted it in this process's own mount namespace already.
    look = f"mountpoint -q {at} || mount -t tracefs t {at}; ls {at}/instances"
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", look], capture_output=True, check=True, text=True
    )
    return [name for name in done.stdout.split() if name.startswith("labebpf-")]


def folders() -> list[Path]:
    """Control groups and working folders of gradings."""
    groups = list(Path("/sys/fs/cgroup").glob("**/labebpf-*"))
    return groups + list(Path("/run/labebpf").glob("work-*"))


def eventually(left: Callable[[], object], seconds: float = 10) -> object:
    """What is still `left` when it had time to go away: the kernel unloads with a delay."""
    deadline = time.monotonic() + seconds
    while (there := left()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return there


@cache
def honest_infra(lab: str, scratch: Path) -> frozenset[str]:
    """The tasks that this machine cannot judge, by the solution."""
    return frozenset(grade(lab, ROOT / "solutions", scratch / f"honest-{lab}").of_status("infra"))


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("honest")


def secrets() -> list[str]:
    """Texts that no hand-in may get to show."""
    shadow = Path("/etc/shadow").read_text(encoding="utf-8").splitlines()[:1]
    return [*shadow, "random_count(", "pytest.fixture", "BPF(src_file=str(Path(__file__)"]


@pytest.mark.parametrize("attack", attacks(), ids=lambda attack: attack.path.name)
def test_an_attack_gains_nothing(attack: Attack, tmp_path: Path, scratch: Path) -> None:
    allowed = honest_infra(attack.lab, scratch)
    attack.lay_out(tmp_path)
    before = programs()
    try:
        got = grade(attack.lab, tmp_path, tmp_path / "out", attack.header.get("scale", FAST))
    finally:
        with nobody_grades():
            assert not eventually(processes)
            assert not eventually(lambda: programs() - before)
            assert not eventually(instances)
            assert not eventually(folders)
    assert got.of_status("pass") <= attack.earns
    assert got.status != 0
    assert got.record["seconds"] < 90
    assert got.of_status("infra") <= allowed, "infra is for the machine's faults"
    said = got.printed + json.dumps(got.record, ensure_ascii=False)
    assert not [secret for secret in secrets() if secret in said]
    logs = "\n".join(f"{task['why']}\n{task['actual']}\n{task['log']}" for task in got.tasks)
    assert not re.findall(r"^(?:LEAK|HELD|OWNED).*", logs, re.MULTILINE)
    assert not re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\udc80-\udcff]", got.printed)
    assert not CI_COMMAND.findall(got.printed)


@pytest.mark.parametrize("lab", ["lab1", "lab3"])
def test_the_next_honest_hand_in_is_unharmed(lab: str, tmp_path: Path, scratch: Path) -> None:
    """After all of the above, on the same machine."""
    got = grade(lab, ROOT / "solutions", tmp_path / "out", "1")
    every = {task["id"] for task in got.tasks}
    assert got.of_status("pass") == every - honest_infra(lab, scratch)
