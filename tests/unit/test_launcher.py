"""./labebpf, the script: what it brings before the grader starts, and for whom."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.checkout import AS_NOBODY, NOBODY, PARTS, ROOT, copy

pytestmark = pytest.mark.slow

PARTS_OF_IT = (*PARTS, "labebpf")
TOOLS = (
    *("sh", "uname", "readlink", "id", "cksum", "sed", "printf", "python3", "flock", "env", "stat"),
    *("setpriv", "prlimit", "setsid", "apt-get", "apt-cache", "dpkg", "dnf"),
)
"""What a small machine has, without anything that grades."""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as two users")


@pytest.fixture
def small(tmp_path: Path) -> str:
    """Make a PATH with little on it. (The launcher looks in sbin too.)"""
    for name in TOOLS:
        if found := shutil.which(name, path="/usr/bin:/bin"):
            (tmp_path / name).symlink_to(found)
    for name in ("qemu-system-x86_64", "mmdebstrap"):
        if shutil.which(name, path="/usr/sbin:/sbin"):
            pytest.skip(f"{name} is in sbin here")
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents:
        if folder.is_relative_to("/tmp") and folder != Path("/tmp") and os.geteuid() == 0:
            folder.chmod(folder.stat().st_mode | 0o011)
    return str(tmp_path)


def launch(
    *arguments: str,
    path: str,
    launcher: Path = ROOT / "labebpf",
    prefix: Sequence[str] = (),
    home: str = "/nonexistent",
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*prefix, str(launcher), *arguments],
        env={"PATH": path, "HOME": home, "LABEBPF_LANG": "en"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def nobody() -> tuple[str, ...]:
    return AS_NOBODY if os.geteuid() == 0 else ()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--help"],
        ["test", "--help"],
        ["test", "-h"],
        ["image", "build", "--help"],
        ["shell", "-h"],
    ],
)
def test_help_brings_nothing(arguments: list[str], small: str) -> None:
    done = launch(*arguments, path=small, prefix=nobody())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: labebpf")


@pytest.mark.parametrize("arguments", [["grade", "lab3"], ["image", "build"], ["list"]])
def test_one_command_has_all_that_a_user_needs(arguments: list[str], small: str) -> None:
    done = launch(*arguments, path=small, prefix=nobody())
    assert done.returncode == 3
    (command,) = [line for line in done.stderr.splitlines() if "an administrator run:" in line]
    for package in ("qemu-system-x86", "mmdebstrap", "squashfs-tools"):
        assert package in command
        assert f"  {package}" in done.stderr, "and why"
    assert "chromium" not in done.stderr


@as_root
def test_sudo_leaves_a_users_checkout_the_users(tmp_path: Path) -> None:
    checkout = copy(tmp_path / "a [checkout]", PARTS_OF_IT)
    (checkout / "test_one.py").write_text("def test_nothing():\n    pass\n")
    subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", str(checkout)], check=True)
    path = os.environ["PATH"]
    launcher = checkout / "labebpf"
    project = checkout / "pyproject.toml"
    for command in (["list"], ["hint", "3.1"], ["reset", "lab3", "--yes"], ["stubs", "lab3"]):
        done = launch(*command, path=path, launcher=launcher, home=str(tmp_path))
        assert done.returncode == 0, done.stderr
        assert ("making .venv" in done.stderr) == (command == ["list"])
        # What tools are told changes nothing that is installed.
        project.write_text(project.read_text().replace("[tool.ruff]\n", "[tool.ruff]\n# changed\n"))
    one = [str(checkout / ".venv/bin/pytest"), "-q", "test_one.py"]
    subprocess.run(one, cwd=checkout, stdout=subprocess.DEVNULL, check=True)
    assert (checkout / ".pytest_cache").is_dir()
    strangers = [path for path in checkout.rglob("*") if path.lstat().st_uid != NOBODY]
    assert strangers == []
    made = {path.name for path in checkout.iterdir()} - set(PARTS_OF_IT)
    assert made == {".venv", ".labebpf", ".pytest_cache", "test_one.py"}
