"""A run of a script that came to its end by itself, as it should or not, and lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from grader.base.errors import BehaviourError, SubmissionError
from grader.base.messages import say
from grader.submission.tracebacks import last_error, traceback_line


@dataclass(frozen=True)
class Ended:
    """How a run of `command` ended: its exit status, its lines that are not blank, its output."""

    command: str
    status: int
    lines: tuple[str, ...]
    log: str

    def require_status(self, *statuses: int) -> None:
        """Raise BehaviourError for another exit status than these, or for a traceback."""
        last = last_error(self.log)
        if self.status in statuses and not last:
            return
        raise BehaviourError(
            say("{command} does not end as it should.", command=self.command),
            say("Let it end by sys.exit() with the status that the handout says."),
            expected=say("exit status {status}", status=" / ".join(map(str, statuses))),
            actual=say("a traceback: {last}", last=last)
            if last
            else say("exit status {status}", status=self.status),
            log=self.log,
        )


def early_end(name: str, status: int | None, output: str) -> BehaviourError | SubmissionError:
    """Make the error for the script `name`, which ended where it was to run until Ctrl-C."""
    if status == 0 and "Traceback" not in output:
        return BehaviourError(
            say("{name} ended before anything happened.", name=name),
            say("Load the program, then wait for events in a loop, until Ctrl-C."),
            expected=say("a script that runs until Ctrl-C"),
            actual=say("it ended by itself, with status 0"),
            log=output,
            file=name,
        )
    last = last_error(output)
    return SubmissionError(
        say("{name} ended with an error: {last}", name=name, last=last)
        if last
        else say("{name} ended with status {status}.", name=name, status=status),
        say("The log shows where, and what it printed before."),
        log=output,
        file=name,
        line=traceback_line(output, name),
    )


def json_lines(lines: Iterable[str]) -> list[dict[str, Any]]:
    """Read `lines` of output, each one object of JSON. Raises BehaviourError for another one."""
    return [_object(line) for line in lines]


def _object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
        if isinstance(found, dict):
            return found
    except (ValueError, RecursionError):
        pass
    raise BehaviourError(
        say("A line of the output is not an object of JSON."),
        say("Print nothing else, and each event by print(json.dumps(...), flush=True)."),
        expected='{"...": ...}',
        actual=line[:200],
    )
