"""What becomes of a mutant: it does not compile, it loses points, or it survives."""

from __future__ import annotations

import re
from enum import Enum

from grader.authoring.mutants import Mutant
from grader.verdict.record import WRONG, Result, Status

_REFUSED_BY_CLANG = re.compile(r"^/virtual/main\.c:\d+:\d+: (?:fatal )?error: ", re.MULTILINE)


class MutantOutcome(str, Enum):
    """What became of a mutant."""

    NOT_COMPILING = "not compiling"
    CAUGHT = "caught"
    EQUIVALENT = "equivalent"
    NOT_JUDGED = "not judged"
    SURVIVED = "survived"


def is_refused_unseen(mutant: Mutant) -> bool:
    """Tell whether `mutant` is a Python file with a syntax error, which needs no grading."""
    if not mutant.file.endswith(".py"):
        return False
    try:
        compile(mutant.text, mutant.file, "exec")
    except SyntaxError:
        return True
    return False


def outcome_of(
    mutant: Mutant, result: Result, unjudged: frozenset[str], *, equivalent: bool
) -> MutantOutcome:
    """Decide what became of a mutant that got `result`.

    `unjudged` are the tasks that might have caught it on another kernel; `equivalent` says that it
    is listed as doing nothing wrong.
    """
    tasks = [task for lab in result.labs for task in lab.tasks]
    lost = [task for task in tasks if task.status in WRONG]
    if mutant.file.endswith(".c") and any(_REFUSED_BY_CLANG.search(task.log) for task in lost):
        return MutantOutcome.NOT_COMPILING
    if lost:
        return MutantOutcome.CAUGHT
    if equivalent:
        return MutantOutcome.EQUIVALENT
    infra = any(task.status == Status.INFRA and task.id not in unjudged for task in tasks)
    return MutantOutcome.NOT_JUDGED if unjudged or infra else MutantOutcome.SURVIVED
