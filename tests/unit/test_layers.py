"""A lower package never imports a higher one."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tarfile
from pathlib import Path

from grader.vm.payload import payload
from tests.support.checkout import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def test_the_packages_keep_their_order() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 kept, 0 broken" in done.stdout


def test_types_are_checked_but_for_what_runs_beside_bcc() -> None:
    """The distribution's Python runs that, which may be older, and BCC has no types."""
    excluded = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["exclude"]
    files = [str(path.relative_to(ROOT)) for path in (ROOT / "grader").rglob("*.py")]
    unseen = {file for file in files if any(re.search(pattern, file) for pattern in excluded)}
    assert {str(Path(file).parent) for file in unseen} == {
        "grader/evidence/scripts",
        "grader/submission/scripts",
    }


def test_a_machine_gets_what_grades_and_nothing_of_the_host_alone() -> None:
    """Else each change to the command line would make a new snapshot."""
    with tarfile.open(fileobj=io.BytesIO(payload(ROOT))) as tar:
        names = set(tar.getnames())
    assert {"__main__.py", "grader/__init__.py", "grader/verdict/__init__.py"} <= names
    assert "grader/verdict/catalogue.toml" in names
    assert "grader/runner/judging.py" in names and "grader/guest/agent.py" in names
    assert "grader/submission/scripts/load_program.py" in names
    assert not [name for name in names if re.match("grader/(authoring|student|cli|shell)/", name)]
    assert {name for name in names if re.match("grader/(vm|runner)/", name)} == {
        *("grader/vm/__init__.py", "grader/vm/machine_config.py", "grader/vm/protocol.py"),
        *("grader/runner/__init__.py", "grader/runner/judging.py"),
        *("grader/runner/private_checks.py", "grader/runner/session.py"),
    }
