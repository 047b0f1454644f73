"""Another Python's pytest in the checkout: it goes on in .venv, or says in a sentence why not."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.support.checkout import ROOT, copy

ITS_PACKAGES = ("pytest", "_pytest", "py.py", "pluggy", "iniconfig", "packaging", "pygments")
BEFORE_3_11 = ("exceptiongroup", "tomli", "typing_extensions.py")
NO_VENV = "This pytest lacks what grading needs, and .venv, which has it, is not there yet."
CHOOSE = f"Choose {ROOT / '.venv' / 'bin' / 'python'} in the program that runs pytest."


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a Python that has pytest, and nothing else that grading needs."""
    folder = tmp_path_factory.mktemp("other")
    venv.create(folder, symlinks=True, with_pip=False)
    (packages,) = folder.glob("lib/python*/site-packages")
    for name in ITS_PACKAGES + (BEFORE_3_11 if sys.version_info < (3, 11) else ()):
        (packages / name).symlink_to(Path(pytest.__file__).parents[1] / name)
    script = folder / "bin" / "pytest"
    script.write_text(f"#!{folder}/bin/python\nimport pytest\nraise SystemExit(pytest.main())\n")
    script.chmod(0o755)
    return folder / "bin" / "python"


def run(*command: str | Path, cwd: Path = ROOT, **more: str) -> tuple[int, str]:
    done = subprocess.run(
        command,
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"} | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


COLLECT = ("-p", "no:cacheprovider", "--collect-only", "-q", "--submission=solutions")


@pytest.mark.parametrize("cwd, lab", [(".", "exercises/lab3"), ("exercises/lab3", ".")])
@pytest.mark.parametrize("module", [False, True])
@pytest.mark.parametrize("more", [{}, {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}])
def test_it_goes_on_in_venv(
    python: Path, cwd: str, lab: str, module: bool, more: dict[str, str]
) -> None:
    start = (python, "-m", "pytest") if module else (python.with_name("pytest"),)
    status, said = run(*start, *COLLECT, lab, "-k", "script", cwd=ROOT / cwd, **more)
    assert status == 0, said
    assert "2/7 tests collected (5 deselected)" in said


def test_what_another_python_has_does_not_come_first(python: Path, tmp_path: Path) -> None:
    (packages,) = python.parents[1].glob("lib/python*/site-packages")
    (packages / "pytest_timeout.py").write_text("raise SystemExit(77)\n")
    (tmp_path / "of_an_editor.py").write_text("")
    given = (python.with_name("pytest"), "-p", "of_an_editor", *COLLECT, "exercises/lab3")
    status, said = run(*given, PYTHONPATH=f"{packages}:{tmp_path}")
    assert status == 0, said
    assert "7 tests collected" in said


def test_its_own_pytest_goes_on_as_it_is() -> None:
    own = ROOT / ".venv" / "bin" / "pytest"
    script = "import sys, pytest; sys.argv = ['editor']; sys.exit(pytest.main(sys.orig_argv[3:]))"
    for start in ([own], [sys.executable, "-c", script]):
        status, said = run(*start, *COLLECT, "exercises/lab3")
        assert status == 0, said
        assert "7 tests collected" in said


def test_what_was_handed_in_is_not_run_on_the_way(python: Path, tmp_path: Path) -> None:
    for name in ("pytest", "conftest", "rich"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(77)\n")
    lab = str(ROOT / "exercises" / "lab3")
    given = (python.with_name("pytest"), *COLLECT[:-1], lab, "--submission", str(tmp_path))
    status, said = run(*given, cwd=tmp_path)
    assert status == 0, said
    assert "7 tests collected" in said


def test_without_venv_it_says_how_to_make_it(python: Path, tmp_path: Path) -> None:
    copy(tmp_path, ("grader", "exercises/lab0", "conftest.py", "pyproject.toml"))
    status, said = run(python, "-m", "pytest", "exercises/lab0", cwd=tmp_path)
    assert status == pytest.ExitCode.USAGE_ERROR
    assert NO_VENV in said and "Traceback" not in said


def test_a_program_that_runs_pytest_is_not_replaced(python: Path) -> None:
    script = "import sys, pytest; sys.exit(pytest.main(['exercises/lab3']))"
    status, said = run(python, "-c", script)
    assert status == pytest.ExitCode.USAGE_ERROR
    assert CHOOSE in said and "Traceback" not in said
