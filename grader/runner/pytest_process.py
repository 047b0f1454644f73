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
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timezone

from grader.base.messages import say
from grader.base.paths import PACKAGE
from grader.base.text import clean
from grader.base.version import grader_version
from grader.labs import Course, Lab
from grader.verdict.record import Finding, Result, Status
from grader.verdict.rubric import Rubric

_NO_CHECKS = 5
"""How pytest ends that found none."""


class GivenUpError(Exception):
    """A grading was ended since nobody waits for it any more."""


def grade(
    course: Course,
    labs: Sequence[Lab],
    kernel: str,
    options: Sequence[str],
    lang: str,
    tell: Callable[[str], object] = str,
    tasks: Collection[str] = (),
    given_up: Callable[[], bool] | None = None,
) -> tuple[Result, str]:
    """Grade `labs` of `course` on `kernel`. Raises GivenUpError.

    Return the result, and what pytest printed if it left none.

    `tasks` are the ids of those to grade, at least one of each lab; all of them if it is empty.

    Meanwhile `tell` is told, on another thread, which task and which phase of it goes on.
    `given_up` is called again and again: once it returns True, the grading ends with GivenUpError.

    `options` are the plugin's. Each of them is one word, such as --out=DIR: before its plugins are
    loaded, pytest would take a DIR that is a word of its own for a folder of tests, and run the
    conftest.py that was handed in.
    """
    chosen = " or ".join(f'task(id="{task}")' for task in sorted(tasks))
    flags = (f"--kernel={kernel}", f"--lang={lang}", f"-m={chosen}", *options)
    command = _pytest(course, labs, *flags)
    return supervise(command, course, labs, lang, tell, tasks, given_up)


def grade_apart(
    course: Course,
    labs: Sequence[Lab],
    joined: Sequence[Lab],
    kernel: str,
    options: Sequence[str],
    private: Sequence[str],
    lang: str,
    tell: Callable[[str], object] = str,
    tasks: Collection[str] = (),
) -> tuple[Result, str]:
    """Grade `labs`, and then `joined`, which are `labs` with private tasks; see `grade`.

    Of the second grading, which has the options `private` too, only the verdicts on private tasks
    are taken. A BPF program can read the memory of the process that has the private checks in it,
    and a script can print that into the log of a task that is shown.
    """
    public = [lab for lab in labs if not tasks or any(task.id in tasks for task in lab.tasks)]
    results = [grade(course, public, kernel, options, lang, tell, tasks)] if public else []
    results += [grade(course, joined, kernel, [*options, *private], lang, tell, tasks)]
    apart, failed = results[-1]
    log = results[0][1] if public else ""
    if failed:  # It has what a student printed in it.
        log += objections(course, joined, *private)
    shown = {lab.lab: lab for result, _ in results[:-1] for lab in result.labs}
    both = []
    for lab in joined:
        (hidden,) = (result for result in apart.labs if result.lab == lab.name)
        names = {task.id for task in lab.tasks if task.private}
        # Where no task of the lab's own was chosen, there is nothing in them to be shown.
        own = shown.get(lab.name) or hidden
        found = [task for task in own.tasks if task.id not in names]
        found += [task for task in hidden.tasks if task.id in names]
        both.append(replace(hidden, tasks=tuple(found)))
    seconds = sum(result.seconds for result, _ in results)
    return replace(results[0][0], seconds=seconds, labs=tuple(both)), log


def objections(course: Course, labs: Sequence[Lab], *options: str) -> str:
    """Collect the checks of `labs`; return what pytest says of them, "" if they fit lab.toml."""
    done = subprocess.run(
        _pytest(course, labs, "--collect-only", "-q", *options),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=_environment(),
        cwd=course.folder,
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
    course: Course,
    labs: Sequence[Lab],
    lang: str,
    tell: Callable[[str], object] = str,
    tasks: Collection[str] = (),
    given_up: Callable[[], bool] | None = None,
) -> tuple[Result, str]:
    """Run the grader as a child; return its result, and what it printed if it left none.

    The files for both have no name, so that nothing stays when this process is killed. `given_up`
    is as for `grade`, and should itself take a moment. Raises GivenUpError.
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
        with subprocess.Popen(
            [*command, *told],
            stdin=subprocess.DEVNULL,
            stdout=output,
            env=_environment(),
            cwd=course.folder,
            pass_fds=[record.fileno(), progress.fileno()],
            # Ctrl-C is for this process; it ends the other one, which then has nothing to say.
            start_new_session=True,
        ) as child:
            code = _wait(child, given_up)
        output.seek(0)
        printed = output.read().decode(errors="replace")
        record.seek(0)
        recorded = record.read()
    try:
        return Result.from_json(recorded.decode()), ""
    except (ValueError, KeyError, TypeError):
        return _without_verdict(code, labs, lang, tasks, started), printed


def _wait(child: subprocess.Popen[bytes], given_up: Callable[[], bool] | None) -> int:
    """Wait for `child`, and kill it on an error; return its exit status. Raises GivenUpError."""
    try:
        while given_up and child.poll() is None:
            if given_up():
                raise GivenUpError
        return child.wait()
    except BaseException:
        child.kill()
        raise


def _without_verdict(
    code: int, labs: Sequence[Lab], lang: str, tasks: Collection[str], started: datetime
) -> Result:
    """Make the result of a grader that ended with status `code` and left none."""
    ended = say("signal {n}", n=-code) if code < 0 else say("status {n}", n=code)
    why = say("The grader ended with {ended}, without a verdict.", ended=ended)
    remedy = say("Nothing is held against the submission. Grade again.")
    results = []
    for lab in labs:
        rubric = Rubric(lab, {task.id: [task.id] for task in lab.tasks}, tasks or None)
        for task in lab.tasks:
            if not tasks or task.id in tasks:
                rubric.add(task, Finding(Status.INFRA, why, remedy).told(lang), task.id)
        results.append(rubric.result(lang))
    seconds = (datetime.now(timezone.utc) - started).total_seconds()
    kernel = {"where": "none", "release": os.uname().release, "headers": ""}
    when = f"{started:%Y-%m-%dT%H:%M:%SZ}"
    return Result(when, seconds, kernel, tuple(results), lang, grader_version())


def _follow(reading: int, tell: Callable[[str], object]) -> None:
    with open(reading, encoding="utf-8", errors="replace") as steps:
        for step in steps:
            tell(clean(step).strip())


def _pytest(course: Course, labs: Sequence[Lab], *options: str) -> list[str]:
    # What a conftest.py has counts for its own folder, if that lies below this one.
    top = os.path.commonpath([course.folder, *(lab.folder for lab in labs)])
    return [
        # However this process ends, the grader ends with it; its keeper then tidies up.
        *("setpriv", "--pdeathsig", "KILL"),
        *(sys.executable, "-I", "-m", "pytest"),
        *("-p", "grader.runner.plugin", "-p", "pytest_timeout", "-p", "no:cacheprovider"),
        *("--rootdir", top, "-c", str(PACKAGE / "runner" / "pytest.ini")),
        *("--confcutdir", str(course.folder), f"--course={course.folder}"),
        *options,
        # As seen from there: pytest takes no path with a bracket in it.
        *(os.path.relpath(lab.folder, course.folder) for lab in labs),
    ]


def _environment() -> dict[str, str]:
    """Return this process's environment without what would change how pytest runs."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    return kept | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
