"""A grading in a pytest of its own: who asks for a verdict is not the process that decides.

Whatever becomes of that pytest, there is a result: without a record of the grader's own every task
is `infra`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timezone

from grader.course import Lab
from grader.surroundings import ROOT
from grader.text import clean
from grader.verdict.record import Finding, Result, Rubric, Status
from grader.words import say

_NO_CHECKS = 5
"""How pytest ends that found none."""


def grade(
    labs: Sequence[Lab],
    kernel: str,
    options: Sequence[str],
    lang: str,
    tell: Callable[[str], object] = str,
) -> tuple[Result, str]:
    """Grade on `kernel`: the result, and what pytest printed if it left none.

    Meanwhile `tell` is told, on another thread, which task and which phase of it goes on.

    `options` are the plugin's, each of them one word: until its plugins are loaded, pytest takes
    a word that is a folder for one with tests in it, and runs the conftest.py that was handed in.
    """
    command = _pytest(labs, f"--kernel={kernel}", f"--lang={lang}", *options)
    return supervise(command, labs, lang, tell)


def grade_apart(
    labs: Sequence[Lab],
    joined: Sequence[Lab],
    kernel: str,
    options: Sequence[str],
    private: Sequence[str],
    lang: str,
    tell: Callable[[str], object] = str,
) -> tuple[Result, str]:
    """The same of `labs`, and after it of `joined`, which are `labs` with private tasks.

    Of the second grading, with the options `private` too, nothing is taken but their verdicts: a
    BPF program can read the memory of the process that has their checks in it, and a script print
    that into the log of a task that is shown.
    """
    result, log = grade(labs, kernel, options, lang, tell)
    apart, failed = grade(joined, kernel, [*options, *private], lang, tell)
    if failed:  # It has what a student printed in it.
        log += objections(joined, *private)
    both = []
    for lab, shown, hidden in zip(joined, result.labs, apart.labs, strict=True):
        names = {task.id for task in lab.tasks if task.private}
        tasks = [*shown.tasks, *(task for task in hidden.tasks if task.id in names)]
        both.append(replace(shown, tasks=tuple(tasks)))
    seconds = result.seconds + apart.seconds
    return replace(result, seconds=seconds, labs=tuple(both)), log


def objections(labs: Sequence[Lab], *options: str) -> str:
    """What is said when the checks of `labs` are collected; nothing when they fit lab.toml."""
    done = subprocess.run(
        _pytest(labs, "--collect-only", "-q", *options),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=_environment(),
        cwd=ROOT,
        check=False,
    )
    if done.returncode == _NO_CHECKS:
        return "\n".join(
            say(
                "{name}: no check judges {names}. Write one.",
                name=lab.name,
                names=", ".join(task.id for task in lab.tasks),
            )
            for lab in labs
        )
    return clean(done.stdout.decode(errors="replace")).strip() if done.returncode else ""


def supervise(
    command: Sequence[str],
    labs: Sequence[Lab],
    lang: str,
    tell: Callable[[str], object] = str,
) -> tuple[Result, str]:
    """Run the grader as a child: its result, and what it printed if it left none.

    Both files have no name, so that nothing stays when this process is killed.
    """
    started = datetime.now(timezone.utc)
    reading, writing = os.pipe()
    threading.Thread(target=_follow, args=(reading, tell), daemon=True).start()
    with (
        open(writing, "wb", buffering=0) as progress,
        tempfile.TemporaryFile() as output,
        tempfile.TemporaryFile() as record,
    ):
        told = ("--progress-fd", str(progress.fileno()), "--result-fd", str(record.fileno()))
        done = subprocess.run(
            [*command, *told],
            stdin=subprocess.DEVNULL,
            stdout=output,
            env=_environment(),
            cwd=ROOT,
            pass_fds=[record.fileno(), progress.fileno()],
            # Ctrl-C is for this process; it ends the other one, which then has nothing to say.
            start_new_session=True,
            check=False,
        )
        output.seek(0)
        printed = output.read().decode(errors="replace")
        record.seek(0)
        recorded = record.read()
    try:
        return Result.from_json(recorded.decode()), ""
    except (ValueError, KeyError, TypeError):
        pass
    code = done.returncode
    ended = say("signal {n}", n=-code) if code < 0 else say("status {n}", n=code)
    why = say("The grader ended with {ended}, without a verdict.", ended=ended)
    remedy = say("Nothing is held against the submission. Grade again.")
    results = []
    for lab in labs:
        rubric = Rubric(lab)
        for task in lab.tasks:
            rubric.add(task, Finding(Status.INFRA, why, remedy).told(lang))
        results.append(rubric.result(lang))
    seconds = (datetime.now(timezone.utc) - started).total_seconds()
    kernel = {"where": "none", "release": os.uname().release, "headers": ""}
    return Result(f"{started:%Y-%m-%dT%H:%M:%SZ}", seconds, kernel, tuple(results), lang), printed


def _follow(reading: int, tell: Callable[[str], object]) -> None:
    with open(reading, encoding="utf-8", errors="replace") as steps:
        for step in steps:
            tell(clean(step).strip())


def _pytest(labs: Sequence[Lab], *options: str) -> list[str]:
    return [
        # However this process ends, the grader ends with it; its keeper then tidies up.
        *("setpriv", "--pdeathsig", "KILL"),
        *(sys.executable, "-I", "-m", "pytest"),
        *("-p", "pytest_timeout", "-p", "no:cacheprovider"),
        *("--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml")),
        *options,
        *(str(lab.folder) for lab in labs),
    ]


def _environment() -> dict[str, str]:
    """This process's, without what would change a pytest."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    return kept | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
