"""Lets any pytest that is started in this checkout grade: it goes on as that of .venv.

There the plugin that grades is an entry point, which pytest loads before it reads a conftest.py.
So this file is for a pytest without it, of whatever version and with no other package beside it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

PLUGIN = "grader.runner.plugin"
BIN = Path(__file__).resolve().parent / ".venv" / "bin"


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Go on in .venv before an option is found unknown. Raises UsageError where that cannot be."""
    config = pluginmanager.get_plugin("pytestconfig")
    assert config
    given = [str(word) for word in config.invocation_params.args]
    load = ["-p", PLUGIN, "-p", "timeout"]  # Both are entry points, which can be switched off.
    if pluginmanager.hasplugin(PLUGIN) or given[:4] == load:
        return
    if not os.access(BIN / "python", os.X_OK) or not (BIN / "pytest").is_file():
        raise pytest.UsageError(
            "This pytest lacks what grading needs, and .venv, which has it, is not there yet."
            " Run ./labebpf once to make it."
        )
    if given != sys.argv[1:]:
        raise pytest.UsageError(
            f"{sys.executable} lacks what grading needs."
            f" Choose {BIN / 'python'} in the program that runs pytest."
        )
    if capture := pluginmanager.get_plugin("capturemanager"):
        capture.stop_global_capturing()
    sys.stdout.flush()
    sys.stderr.flush()
    # The packages of another Python, pytest among them, are not for .venv; an editor's plugins are.
    searched = os.environ.pop("PYTHONPATH", "").split(os.pathsep)
    if kept := [folder for folder in searched if folder and not Path(folder, "_pytest").exists()]:
        os.environ["PYTHONPATH"] = os.pathsep.join(kept)
    # The script, not -m: that would have modules of the folder in which this is run come first.
    os.execv(BIN / "python", [str(BIN / "python"), str(BIN / "pytest"), *load, *given])
