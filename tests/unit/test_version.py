"""A mark says what made it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from grader.base.toml import tomllib
from grader.base.version import grader_version
from tests.support.checkout import ROOT, copy


def shown(checkout: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-B", "-m", "grader", "--version"],
        cwd=checkout, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def git(checkout: Path, *arguments: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    done = subprocess.run(
        ["git", *who, *arguments], cwd=checkout, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_version_stands_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert grader_version()["version"] == project["version"]


def test_a_commit_is_dirty_where_what_judges_was_changed(tmp_path: Path) -> None:
    checkout = copy(tmp_path / "checkout")
    assert shown(checkout) == "labebpf 0.1.0"
    git(checkout, "init", "-q")
    git(checkout, "add", "-f", "grader", "exercises", "bpf_templates")
    git(checkout, "commit", "-qm", "start")
    commit = git(checkout, "rev-parse", "HEAD")
    assert shown(checkout) == f"labebpf 0.1.0 ({commit})"
    stub = checkout / "exercises" / "lab0" / "hello_world.c"
    stub.write_text(stub.read_text() + "\n")
    assert shown(checkout) == f"labebpf 0.1.0 ({commit})"
    checks = checkout / "exercises" / "lab0" / "test_lab0.py"
    checks.write_text(checks.read_text() + "\n")
    assert shown(checkout) == f"labebpf 0.1.0 ({commit}-dirty)"


def test_roots_look_leaves_a_users_repository_alone(tmp_path: Path) -> None:
    """git status renews its index where it may, and that would be root's then."""
    checkout = copy(tmp_path / "checkout")
    git(checkout, "init", "-q")
    git(checkout, "add", "-f", "grader", "exercises", "bpf_templates")
    git(checkout, "commit", "-qm", "start")
    index = checkout / ".git" / "index"
    before = index.stat()
    for file in (checkout / "grader").glob("*.py"):
        os.utime(file, (1, 1))  # What the index says of it is out of date.
    assert shown(checkout).endswith(")") and "dirty" not in shown(checkout)
    after = index.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
