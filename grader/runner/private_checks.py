"""Private checks: an instructor's, of which pytest shows the verdicts and nothing else.

They run in one pytest with the lab's own. Each report on one is replaced by a new one, before
anybody is shown it: what is not put in cannot come out, be it an assertion, a traceback, a file's
name, or what was printed.
"""

from __future__ import annotations

import faulthandler
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from grader.base.errors import CourseError, UsageError
from grader.base.messages import say, translate
from grader.submission.sandbox import visible
from grader.verdict.record import Finding, Status
from grader.verdict.rubric import PRIVATE

_NAME = pytest.StashKey[tuple[str, str]]()
_BROKEN = say("The private checks are not in order. Give --reveal to see what is wrong.")
_SHOWING = {
    "--collect-only": "collectonly",
    "--fixtures": "showfixtures",
    "--fixtures-per-test": "show_fixtures_per_test",
    "--pdb": "usepdb",
    "--setup-only": "setuponly",
    "--setup-plan": "setupplan",
    "--setup-show": "setupshow",
    "--trace": "trace",
    "-o log_cli": "log_cli_level",
}
"""pytest's options that show what is in checks while they run, and what they set."""


def refuse_to_show(config: pytest.Config) -> None:
    """Raise UsageError where an option would show what is in private checks."""
    shown = [name for name, key in _SHOWING.items() if getattr(config.option, key, None)]
    shown += ["-o log_cli"] if config.getini("log_cli") else []
    shown += ["-s"] if config.option.capture in ("no", "tee-sys") else []
    if shown:
        raise UsageError(
            say("{shown} would show the private checks.", shown=shown[0]),
            say("Leave it out, or give --reveal as well."),
        )


def keep_quiet(config: pytest.Config) -> None:
    """Turn off what would tell of private checks without a report."""
    config.addinivalue_line("filterwarnings", "ignore")
    # A signal, maybe the submission's, would have Python print where it was.
    faulthandler.disable()
    # The cache would have all node ids.
    config.pluginmanager.unregister(name="nfplugin")


def name(item: pytest.Item, lab: str, task: str, number: int) -> None:
    """Give a private check a name to show: of its task, and with its number there, from 1."""
    item.stash[_NAME] = (lab, f"{task} ({number})" if number > 1 else task)


def is_private(item: pytest.Item) -> bool:
    return _NAME in item.stash


def start_of(item: pytest.Item) -> dict[str, Any]:
    """Return the node id and the location to show for a private check."""
    lab, name = item.stash[_NAME]
    folder = f"private/{lab}/checks"
    return {"nodeid": f"{folder}::{name}", "location": (folder, None, name)}


def judge(item: pytest.Item, following: pytest.Item | None) -> list[pytest.TestReport]:
    """Run a private check; return its reports, which nobody has been shown yet.

    Raises KeyboardInterrupt, and CourseError, which tells nothing of the check, for any other
    error.
    """
    try:
        return runtestprotocol(item, log=False, nextitem=following)
    except (KeyboardInterrupt, pytest.exit.Exception):
        raise KeyboardInterrupt from None
    except Exception:
        raise CourseError(_BROKEN) from None


def bare(item: pytest.Item, report: pytest.TestReport, lang: str) -> pytest.TestReport:
    """Make a report on `item` with nothing of `report` in it but outcome, status and time."""
    sentence = translate(PRIVATE, lang)
    explained: dict[str, Any] = {"failed": sentence, "skipped": ("", 0, sentence)}
    new = pytest.TestReport(
        **start_of(item),
        keywords={},
        outcome=report.outcome,
        longrepr=explained.get(report.outcome),
        when=report.when,
        duration=report.duration,
    )
    if told := getattr(report, "labebpf", None):
        new.labebpf = asdict(Finding(Status(told["status"])))  # type: ignore[attr-defined]
    return new


def bare_collection() -> pytest.CollectReport:
    """Make the report on private checks that cannot be collected."""
    return pytest.CollectReport("private", "failed", _BROKEN, [])


def private_folder(given: Path) -> Path:
    """Return the full path of `given`, if private checks can lie there. Raises UsageError."""
    folder = given.resolve()
    if not folder.is_dir():
        raise UsageError(
            say("There is no folder {given}.", given=given), say("Give --private one that exists.")
        )
    if visible(folder):
        raise UsageError(
            say("Student code could see what is in {given}.", given=given),
            say("Move it out of /usr."),
        )
    return folder
