"""The workflows that the project shows or runs, as GitHub and GitLab read them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

CI = Path(__file__).resolve().parents[2] / "examples" / "ci"
BIN = Path(sys.executable).parent
SCHEMAS = {"github-actions.yml": "vendor.github-workflows", "gitlab-ci.yml": "vendor.gitlab-ci"}


def read(name: str) -> Any:
    return YAML(typ="safe").load(CI / name)


def scripts(name: str) -> list[str]:
    """Each script in the file, as the shell gets it."""
    job = read(name)["jobs"]["grade"] if name == "github-actions.yml" else read(name)["grade"]
    if "steps" in job:
        return [step["run"] for step in job["steps"] if "run" in step]
    return ["\n".join((*job["before_script"], *job["script"]))]


def test_every_file_is_checked() -> None:
    assert {path.name for path in CI.iterdir()} == SCHEMAS.keys()


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_is_what_its_schema_wants(name: str) -> None:
    """The schemas are those that check-jsonschema brings: SchemaStore's and GitLab's own."""
    command = [str(BIN / "check-jsonschema"), "--builtin-schema", SCHEMAS[name], str(CI / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", SCHEMAS)
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
