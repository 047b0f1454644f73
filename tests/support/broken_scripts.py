"""Scripts that end with an error, each with what a student is told of it, in both languages.

tests/broken/scripts/S01_print_statement.py is for entry S01 of scripts.toml; beside it,
S01_print_statement.txt has what is printed. Those in its folder bcc/ need BCC and the kernel.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from shutil import which

from grader.base.errors import CallbackError, SubmissionError
from grader.base.messages import say
from grader.submission.tracebacks import find_error, traceback_line
from tests.support.broken_programs import printed

FOLDER = Path(__file__).parents[1] / "broken" / "scripts"
SCRIPTS = sorted(FOLDER.glob("*.py"))
OF_BCC = sorted(FOLDER.glob("bcc/*.py"))


@cache
def pythons() -> tuple[str, ...]:
    """Return the paths of this Python and of the other supported ones that are installed."""
    found = [which(f"python3.{minor}") for minor in range(10, 15)]
    return sys.executable, *(path for path in found if path and _runs(path))


def _runs(python: str) -> bool:
    return subprocess.run([python, "-c", ""], capture_output=True).returncode == 0


def run(python: str, script: Path) -> str:
    """Run `script` as the sandbox does, and return what it printed."""
    ended = subprocess.run(
        [python, "-B", script.name], cwd=script.parent, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        env={**os.environ, "PYTHONUTF8": "1"}, timeout=60,
    )  # fmt: skip
    return ended.stdout.replace(f"{script.parent}/", "/lab/")


def error_of(script: Path, output: str) -> SubmissionError | CallbackError:
    """Make the error that a check raises for a script that printed `output`."""
    found = find_error(output, script.name)
    kind = CallbackError if found and found.callback else SubmissionError
    line = traceback_line(output, script.name)
    return kind(say("It ended with an error."), log=output, file=script.name, line=line)


def golden(script: Path, output: str) -> tuple[str, str]:
    """Return what a student is told of a script that printed `output`, and what its .txt has.

    With LABEBPF_GOLDEN=write the .txt is written first.
    """
    said = printed(error_of(script, output), script.read_bytes())
    told = script.with_suffix(".txt")
    if os.environ.get("LABEBPF_GOLDEN") == "write":
        told.write_text(said, encoding="utf-8")
    return said, told.read_text(encoding="utf-8")
