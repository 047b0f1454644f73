"""Gradescope's results.json."""

from __future__ import annotations

import json
from typing import Any

from grader.base.messages import (
    say,
    translate,
)
from grader.report.lines import explanation, headline, safe
from grader.verdict.record import Result, Status, TaskResult


def gradescope(result: Result) -> str:
    """Return what an autograder writes to /autograder/results/results.json.

    The total is the score at the top, which Gradescope takes before those of the tests. A task that
    the machine could not judge, or that was not selected, has neither score nor status, so that it
    is shown as ungraded. The text on top says how many points were not judged, and which tasks not
    selected.

    Source: https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format
    """
    result = safe(result)
    record = {
        "score": result.score,
        "execution_time": round(result.seconds),
        "output": headline(result),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_test(task, result.lang) for lab in result.labs for task in lab.tasks],
    }
    return json.dumps(record, indent=1, ensure_ascii=False) + "\n"


def _test(task: TaskResult, lang: str) -> dict[str, Any]:
    test: dict[str, Any] = {
        "number": task.id,
        "name": task.title,
        "output": explanation(task, lang),
        "tags": [task.status],
    }
    if task.unmarked:
        test["name"] += f" ({translate(say('not judged'), lang)})"
    else:
        test["score"] = task.points
        test["max_score"] = task.max_points
        test["status"] = "passed" if task.status == Status.PASS else "failed"
    return test
