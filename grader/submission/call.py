"""One call of one function of the student's Python, in the sandbox."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.base.errors import BehaviourError, PhaseTimeoutError, SubmissionError
from grader.base.messages import say
from grader.submission.sandbox import PYTHON, Sandbox, memory_file, read_back
from grader.submission.tracebacks import last_error, traceback_line

_CALL = Path(__file__).parent / "scripts" / "call_function.py"


def call(
    sandbox: Sandbox,
    file: str,
    function: str,
    arguments: Sequence[Any],
    *,
    binds: Sequence[str] = (),
    seconds: float,
) -> Any:
    """Return what `function` of `file` returns for `arguments`: any JSON value.

    Raises SubmissionError when it raises, BehaviourError when what it returns is no plain value,
    and PhaseTimeoutError after `seconds`. The sandbox is closed in any case.
    """
    with memory_file() as output, memory_file() as answer:
        child = sandbox.start(
            [PYTHON, "-I", "-B", "/call.py", str(answer), f"/lab/{file}", function,
             json.dumps(arguments)],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            pass_fds=[answer], binds=["--ro-bind", str(_CALL), "/call.py", *binds],
        )  # fmt: skip
        try:
            status = child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise PhaseTimeoutError(
                "wait", seconds, say("{function}() did not return.", function=function)
            ) from None
        finally:
            sandbox.close()
        log = read_back(output)
        try:
            return json.loads(read_back(answer))
        except (ValueError, RecursionError):
            pass
    if "is not JSON serializable" in log:
        raise BehaviourError(
            say(
                "{function}() returns something other than names or a truth value.",
                function=function,
            ),
            say("Return a list of strings, True or False, as its declaration says."),
            log=log,
            file=file,
        )
    last = last_error(log)
    raise SubmissionError(
        say("{function}() ends with an error: {last}", function=function, last=last)
        if last
        else say(
            "{function}() does not return: it ended with status {status}.",
            function=function,
            status=status,
        ),
        say("The log shows where, and what it printed before."),
        log=log,
        file=file,
        line=traceback_line(log, file),
    )
