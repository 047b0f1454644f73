"""A lower package never imports a higher one."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import grimp

from grader.base.toml import tomllib
from grader.vm.payload import payload
from tests.support.checkout import ROOT


def test_the_packages_keep_their_order() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 kept, 0 broken" in done.stdout


def test_types_are_checked_in_all_of_the_grader() -> None:
    excluded = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["exclude"]
    files = [str(path.relative_to(ROOT)) for path in (ROOT / "grader").rglob("*.py")]
    assert not [file for file in files if any(re.search(pattern, file) for pattern in excluded)]


def test_a_machine_gets_each_module_that_its_first_one_leads_to() -> None:
    """As another reader of imports sees it; with a module Python imports its packages."""
    graph = grimp.build_graph("grader", cache_dir=None)
    reached: set[str] = set()
    left = {"grader.guest.agent"}
    while left:
        reached |= left
        imported = {name for module in left for name in graph.find_upstream_modules(module)}
        packages = {name.rpartition(".")[0] for name in reached | imported} - {""}
        left = (imported | packages) - reached
    with tarfile.open(fileobj=io.BytesIO(payload())) as tar:
        files = [name.removesuffix(".py") for name in tar.getnames() if name.endswith(".py")]
    given = {name.removesuffix("/__init__").replace("/", ".") for name in files} - {"__main__"}
    assert {name for name in given if ".scripts" not in name} == reached


def test_a_change_to_the_command_line_makes_no_new_snapshot(tmp_path: Path) -> None:
    """A snapshot depends on the bytes that the machine gets."""
    shutil.copytree(ROOT / "grader", tmp_path / "grader")
    shutil.copytree(ROOT / "bpf_templates", tmp_path / "bpf_templates")
    before = payload(tmp_path, tmp_path)
    assert before == payload()
    for package in ("cli", "student", "authoring", "shell", "ui"):
        for path in (tmp_path / "grader" / package).rglob("*.py"):
            path.write_text(path.read_text() + "\n# Changed.\n")
    assert payload(tmp_path, tmp_path) == before
    with (tmp_path / "grader/guest/agent.py").open("a") as file:
        file.write("# Changed.\n")
    assert payload(tmp_path, tmp_path) != before


def test_a_machine_gets_what_grades_and_nothing_of_the_host_alone() -> None:
    """Else each change to the command line would make a new snapshot."""
    with tarfile.open(fileobj=io.BytesIO(payload())) as tar:
        names = set(tar.getnames())
    assert {"__main__.py", "grader/__init__.py", "grader/verdict/__init__.py"} <= names
    assert "grader/verdict/catalogue.toml" in names
    assert "grader/runner/judging.py" in names and "grader/guest/agent.py" in names
    assert "grader/submission/scripts/load_program.py" in names
    assert not [name for name in names if re.match("grader/(authoring|student|cli|shell)/", name)]
    assert {name for name in names if re.match("grader/(vm|runner)/", name)} == {
        *("grader/vm/__init__.py", "grader/vm/machine_config.py", "grader/vm/protocol.py"),
        *("grader/runner/__init__.py", "grader/runner/followed.py", "grader/runner/judging.py"),
        *("grader/runner/ahead.py", "grader/runner/pytest_options.py"),
        *("grader/runner/private_checks.py", "grader/runner/session.py"),
    }
