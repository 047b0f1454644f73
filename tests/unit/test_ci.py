"""The workflows that the project shows or runs, as GitHub and GitLab read them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.support.checkout import ROOT

COPY_PAGES = ROOT / "grader" / "authoring" / "copy_pages"
BIN = Path(sys.executable).parent
SCHEMAS = {
    "examples/ci/github-actions.yml": "vendor.github-workflows",
    "examples/ci/gitlab-ci.yml": "vendor.gitlab-ci",
    "grader/authoring/copy_pages/github-actions.yml": "vendor.github-workflows",
    "grader/authoring/copy_pages/gitlab-ci.yml": "vendor.gitlab-ci",
    ".github/workflows/ci.yml": "vendor.github-workflows",
    ".github/workflows/release.yml": "vendor.github-workflows",
    ".github/ISSUE_TEMPLATE/problem.yml": "vendor.github-issue-forms",
}
WORKFLOWS = [name for name in SCHEMAS if "ISSUE" not in name]
OLDEST, NEWEST = 10, 14


def read(name: str) -> Any:
    return YAML(typ="safe").load(ROOT / name)


def scripts(name: str) -> list[str]:
    """Return each script in the file `name`, as the shell gets it."""
    if "gitlab" in name:
        job = read(name)["grade"]
        return ["\n".join((*job["before_script"], *job["script"]))]
    jobs = read(name)["jobs"].values()
    return [step["run"] for job in jobs for step in job["steps"] if "run" in step]


def test_every_file_is_checked() -> None:
    folders = (ROOT / "examples" / "ci", *(ROOT / ".github").iterdir())
    files = {str(path.relative_to(ROOT)) for folder in folders for path in folder.iterdir()}
    files |= {str(path.relative_to(ROOT)) for path in COPY_PAGES.glob("*.yml")}
    assert files == SCHEMAS.keys()


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_is_what_its_schema_wants(name: str) -> None:
    """The schemas are those that check-jsonschema brings: SchemaStore's and GitLab's own."""
    command = [str(BIN / "check-jsonschema"), "--builtin-schema", SCHEMAS[name], str(ROOT / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_unit_tests_run_on_each_python_that_is_supported() -> None:
    matrix = read(".github/workflows/ci.yml")["jobs"]["unit"]["strategy"]["matrix"]
    assert matrix["python"] == [f"3.{minor}" for minor in range(OLDEST, NEWEST + 1)]
    project = (ROOT / "pyproject.toml").read_text()
    assert f'requires-python = ">=3.{OLDEST}"' in project
    assert f'target-version = "py3{OLDEST}"' in project


@pytest.mark.parametrize("name", WORKFLOWS)
def test_its_scripts_are_sound_shell(name: str) -> None:
    found = scripts(name)
    assert found
    for script in found:
        done = subprocess.run(
            [BIN / "shellcheck", "--shell=bash", "-"],
            input=script,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        assert "${{" not in script, "An expression in a script is an injection."


def test_what_runs_before_a_commit_is_there() -> None:
    """Its hooks are what pre-commit takes, and run tools of .venv on files that there are."""
    config = ROOT / ".pre-commit-config.yaml"
    subprocess.run([BIN / "pre-commit", "validate-config", config], check=True)
    (local,) = read(config.name)["repos"]
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for hook in local["hooks"]:
        assert os.access(BIN / Path(hook["entry"].split()[0]).name, os.X_OK), hook["id"]
        assert hook["entry"].startswith(".venv/bin/")
        files = re.compile(hook.get("files", ""))
        assert any(files.search(path) for path in listed.stdout.splitlines()), hook["id"]
