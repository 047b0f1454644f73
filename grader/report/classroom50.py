"""Classroom 50, and the reporter of GitHub Classroom that it replaces."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from typing import Any

from grader.base.errors import InfraError, UsageError
from grader.base.messages import say, translate
from grader.report.lines import explanation, name, one_line, place, safe
from grader.verdict.record import LabResult, Result, Status, TaskResult


def classroom50(result: Result, environment: Mapping[str, str] = os.environ) -> str:
    """Return the result.json of an autograder.py, schema classroom50/result/v1.

    The classroom, assignment and submission are those in the variables that Classroom 50's runner
    sets. The format has only passed or not: a task that the machine could not judge would count as
    failed. So this function then raises InfraError, which ends `labebpf report` with 3, and nothing
    is written: an autograder that ends with another status than 0 is an error of the
    infrastructure.

    Raises UsageError outside the runner, and where tasks were not selected.

    Source: https://github.com/foundation50/classroom50/wiki/Advanced-Autograding
    """
    result = safe(result)
    _require_all(result)
    who = {
        "classroom": "CLASSROOM",
        "assignment": "ASSIGNMENT",
        "submission": "SUBMISSION_TAG",
        "commit": "COMMIT_URL",
        "release": "RELEASE_URL",
    }
    unset = [variable for variable in who.values() if not environment.get(variable)]
    if unset:
        raise UsageError(
            say("There is no {names} in the environment.", names=", ".join(unset)),
            say("Run this in an autograder.py of Classroom 50."),
        )
    record = {
        "schema": "classroom50/result/v1",
        **{key: environment[variable] for key, variable in who.items()},
        "review": environment.get("REVIEW_URL") or environment["COMMIT_URL"],
        "datetime": result.started,
        "score": result.score,
        "max-score": result.max_score,
        "tests": [
            {
                "test-name": name(task),
                "passed": task.status == Status.PASS,
                "score": task.points,
                "max-score": task.max_points,
                "status": task.status,
                "message": explanation(task, result.lang),
            }
            for lab in result.labs
            for task in lab.tasks
        ],
    }
    return json.dumps(record, indent=1, ensure_ascii=False) + "\n"


def _require_all(result: Result) -> None:
    """Raise InfraError or UsageError unless each task was judged."""
    missing = [task.id for lab in result.labs for task in lab.tasks if task.unjudged]
    if missing:
        raise InfraError(
            say(
                "This machine could not judge {names}, which would count as failed.",
                names=", ".join(missing),
            ),
            say("Grade again, with --kernel vm or where ./labebpf doctor finds no gap."),
        )
    if result.unselected:
        raise UsageError(
            say(
                "Tasks were not selected, and would count as failed: {names}.",
                names=", ".join(result.unselected),
            ),
            say("Grade the whole lab."),
        )


def classroom(result: Result) -> str:
    """Return what autograding-grading-reporter takes in `<RUNNER>_RESULTS`: JSON in base64.

    The reporter shows two totals: the sum of the scores, and the share of tests that passed, times
    the maximum. Each point is a test, so that both totals are those of the result. A task that the
    machine could not judge, or that was not selected, has the status `error`; any other that did
    not pass has `fail`. For `error` the reporter says that tests errored, and not that they failed.
    It prints each text as it is, so that each is on one line. Of a failure it prints only the name,
    the line, and `test_code`, which here tells why.

    Source: https://github.com/classroom-resources/autograding-grading-reporter, 43c2d9f
    """
    result = safe(result)
    tests = [
        test
        for lab in result.labs
        for task in lab.tasks
        for test in _points(lab, task, "error" if task.unmarked else "fail", result.lang)
    ]
    statuses = {test["status"] for test in tests}
    record = {
        "version": 3,
        "status": next((status for status in ("fail", "error") if status in statuses), "pass"),
        "max_score": result.max_score,
        "tests": tests,
    }
    return base64.b64encode(json.dumps(record).encode()).decode() + "\n"


def _points(lab: LabResult, task: TaskResult, without: str, lang: str) -> list[dict[str, Any]]:
    """Make a test for each point of `task`; one that was not earned has the status `without`."""

    def numbered(number: int) -> str:
        most = task.max_points
        text = say("{task} ({number} of {most})", task=name(task), number=number, most=most)
        return translate(text, lang)

    told = one_line(f"{name(task)}: {task.status.word(lang)}. {task.why}")
    where = place(lab, task)
    more = one_line(f"{told} {task.remedy} {where and f'({where})'}")
    return [
        {
            "name": numbered(number),
            "status": "pass" if number <= task.points else without,
            "score": int(number <= task.points),
            "message": told,
            "test_code": more if without == "fail" and number == task.points + 1 else "",
            "filename": where,
            "line_no": task.line,
            "duration": 0,
        }
        for number in range(1, task.max_points + 1)
    ]
