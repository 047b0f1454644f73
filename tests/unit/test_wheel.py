"""The wheel: the same bytes each time, and a course on it with no checkout in sight."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from grader.labs import load_course
from grader.labs.course import MANIFEST
from tests.support.checkout import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PARTS = ("grader", "exercises", "solutions", "bpf_templates")
FILES = ("conftest.py", "course.toml", "labebpf", "pyproject.toml", "LICENSE", ".gitignore")
SYSTEM = "/usr/bin/python3"
"""The distribution's Python, for which BCC is there."""
OWN = ("lab20", "--hook", "tracepoint", "--output", "hash", "--call", "rmdir")


def run(*command: str | Path, cwd: Path, umask: int = 0o022, **more: str) -> str:
    """Run a command that must end well, as somebody without a checkout; return what it prints."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTEST", "PYTHON", "LABEBPF"))
        }
        | more,
        umask=umask,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def built(folder: Path, umask: int) -> Path:
    """Build a wheel of a new checkout in `folder`, whose files have the modes of `umask`."""
    checkout = folder / "checkout"
    checkout.mkdir(parents=True)
    junk = shutil.ignore_patterns("__pycache__", ".*")
    for part in PARTS:
        shutil.copytree(ROOT / part, checkout / part, ignore=junk, copy_function=shutil.copy)
    for name in FILES:
        shutil.copy(ROOT / name, checkout)
    for path in checkout.rglob("*"):
        path.chmod((0o777 if path.is_dir() or os.access(path, os.X_OK) else 0o666) & ~umask)
    (checkout / "exercises/lab3/counter.c.bak-20260101-000000").write_text("a student's\n")
    build = (sys.executable, "-I", "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, checkout)
    run(*build, cwd=folder, umask=umask)
    (wheel,) = folder.glob("*.whl")
    shutil.rmtree(checkout)
    return wheel


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Path]:
    folder = tmp_path_factory.mktemp("wheels")
    return [built(folder / "a", 0o022), built(folder / "b", 0o077)]


@pytest.fixture(scope="module")
def command(wheels: Sequence[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install `labebpf` from the wheel with pip, and give its path."""
    folder = tmp_path_factory.mktemp("installed")
    run(SYSTEM, "-I", "-m", "venv", "--system-site-packages", folder, cwd=folder)
    pip = (folder / "bin" / "python", "-I", "-m", "pip", "install", "-q")
    run(*pip, "--ignore-installed", wheels[0], cwd=folder)
    return folder / "bin" / "labebpf"


@pytest.fixture(scope="module")
def course(command: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a course of two labs that are followed and one of its own."""
    folder = tmp_path_factory.mktemp("courses") / "mine [1]"
    run(command, "course", "new", folder, cwd=folder.parent)
    run(command, "course", "add", "lab0", "lab3", cwd=folder)
    run(command, "new", *OWN, cwd=folder)
    return folder


def test_it_is_the_same_each_time(wheels: Sequence[Path]) -> None:
    one, other = wheels
    assert one.name == other.name
    assert one.read_bytes() == other.read_bytes()
    names = zipfile.ZipFile(one).namelist()
    top = {name.partition("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == {
        *("grader", "labebpf_shipped")
    }
    assert not [name for name in names if ".bak-" in name or name.endswith(".pyc")]
    assert "labebpf_shipped/solutions/lab3/counter.c" in names
    assert "grader/locale/fr/LC_MESSAGES/labebpf.mo" in names


def test_a_course_on_it_has_its_labs(command: Path, course: Path) -> None:
    found = load_course(course)
    assert (found.engine[-4:], found.named) == (".whl", ("lab0", "lab3"))
    assert (course / found.engine).resolve().is_file()
    listed = run(command, "list", "--lang", "fr", cwd=course)
    assert "lab3  Compter les dossiers  0/10" in listed and "lab20  " in listed
    assert "Every stub is what its solution makes of it." in run(command, "stubs", cwd=course)
    # Not the commit of a repository that the wheel was put into.
    project = (ROOT / "pyproject.toml").read_text()
    (version,) = re.findall(r'^version = "(.*)"$', project, re.MULTILINE)
    assert run(command, "--version", cwd=course) == f"labebpf {version}\n"


def test_its_solutions_earn_everything(command: Path, course: Path) -> None:
    """As root: on this kernel. BCC is the distribution's, as for everybody who installs this."""
    if os.geteuid() != 0:
        pytest.skip("NOT RUN: only root can grade on this machine's own kernel")
    said = run(command, "grade", "--submission", "solutions", "--kernel", "native", cwd=course)
    for lab, points in (("lab0", 10), ("lab3", 10), ("lab20", 10)):
        assert f"{points}/{points}" in next(
            line for line in said.splitlines() if line.startswith(lab)
        )
    assert "Total: 30/30" in said


def test_what_needs_a_checkout_says_so(command: Path, course: Path) -> None:
    for asked in ("test", "words"):
        done = subprocess.run([command, asked], cwd=course, capture_output=True, text=True)
        assert done.returncode == 2
        assert "was installed as a package, which has no tests and no sources." in done.stderr


def test_a_course_may_name_what_pip_finds(wheels: Sequence[Path], course: Path) -> None:
    """Beside another one, which has its own engine."""
    (version,) = re.findall(r"labebpf-(.+?)-", wheels[0].name)
    other = course.with_name("other")
    shutil.copytree(course, other, ignore=shutil.ignore_patterns(".venv"))
    manifest = other / MANIFEST
    engine = f'engine = "labebpf=={version}"'
    manifest.write_text(re.sub("^engine = .*", engine, manifest.read_text(), flags=re.MULTILINE))
    said = run("./labebpf", "list", cwd=other, PIP_FIND_LINKS=str(wheels[0].parent))
    assert "making .venv" in said and "lab3  Count directories" in said
    assert (other / ".venv").is_dir()


def test_the_launcher_of_a_course_installs_the_wheel(course: Path) -> None:
    said = run("./labebpf", "list", cwd=course)
    assert "making .venv" in said and "lab3  Count directories" in said
    assert "making .venv" not in run("./labebpf", "list", "lab0", cwd=course)
    ids = run(".venv/bin/pytest", "--collect-only", "-q", "exercises/lab3", cwd=course)
    assert "exercises/lab3/test_lab3.py::test_no_count_is_lost" in ids
    manifest = course / MANIFEST
    manifest.write_text(manifest.read_text().replace(".whl", "x.whl"))
    done = subprocess.run(["./labebpf", "list"], cwd=course, capture_output=True, text=True)
    assert done.returncode == 3
    assert "x.whl, which is not there. Correct it." in done.stderr
