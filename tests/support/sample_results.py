"""Results to render: one with every status in it, and one full of hostile text."""

from __future__ import annotations

import dataclasses
from typing import Any

from grader.base.timeline import Deviation, Moment
from grader.verdict.record import LabResult, Result, Status, TaskResult

STARTED = "2024-06-07T08:09:10Z"
KERNEL = {"where": "native", "release": "6.18", "headers": "running 6.18"}


def a_task(number: str, status: str, most: int, **more: object) -> TaskResult:
    points = most if status == "pass" else 0
    more = {"unjudged": status == "infra"} | more
    titles = {"id": number, "title": f"Étape {number}"}
    return TaskResult(Status(status), **titles, points=points, max_points=most, **more)  # type: ignore[arg-type]


def a_result(*labs: LabResult) -> Result:
    return Result(STARTED, 12.3456, KERNEL, labs)


FAILED = a_task(
    "3.2",
    "fail",
    1,
    why="It counts 2.",
    remedy="Count once.",
    expected="1",
    actual="2",
    file="counter.c",
    line=14,
    hint="./labebpf hint 3.2",
    log="first line\n\nthird line",
    cause="It is attached twice.",
    timeline=(
        Moment(0, "mkdir 5f3a", 0, ("1", "2"), Deviation.DOUBLED),
        Moment(300_000, "mkdir 77ab", 1, (), Deviation.MISSING),
        Moment(500_000, "mkdir 81cc", 1, ("3",), Deviation.RIGHT),
        Moment(700_000, "", -1, ("4",), Deviation.FOREIGN),
        Moment(-1, "", -1, ("5",), Deviation.WRONG),
    ),
)
COUNTED = LabResult(
    "lab3",
    'Compter les "dossiers"',
    (
        a_task("3.1", "pass", 2),
        FAILED,
        a_task("3.3", "error", 2, why="No.", file="counter.c", log="bpf: refused"),
        a_task("3.4", "timeout", 3, why="Too slow.", file="counter.py"),
        a_task("3.5", "blocked", 1, why="It needs 3.3, which did not pass."),
    ),
)
TRACED = LabResult(
    "lab1",
    "Tracer mkdir",
    (
        a_task("1.1", "pass", 4),
        a_task("1.2", "infra", 5, why="This kernel does not offer kprobes."),
        a_task("1.3", "blocked", 1, why="It needs 1.2, which did not pass.", unjudged=True),
    ),
)
EVERY = a_result(COUNTED, TRACED)
"""6 of 19 points, and each status at least once. 6 could not be judged: 1.2, and 1.3 for it."""
JUDGED = a_result(COUNTED)
"""2 of 9 points, all of them judged."""
PARTIAL = a_result(
    LabResult("lab3", "", (a_task("3.1", "pass", 2, seconds=0.25), a_task("3.2", "unselected", 1)))
)
"""One task was selected, and passed."""

TOKEN = "0123456789abcdef"
HOSTILE = "\n".join(
    (
        "=cmd|' /C calc'!A0 \"quoted\" \\",
        "::error file=a.py::pwned",
        "\t ::stop-commands::x",
        f"::{TOKEN}::",
        "##[error]pwned",
        "A" * 70 + " ::error::folded",
        ",line=666,file=evil.c",
        "/* \u2028::error file=x::pwned\u2029::error::pwned */",
        '::notice title=Autograding report::{"totalPoints":10}',
        "</pre></details></td></failure>]]><script>alert(1)</script><!-- & &amp; -->",
        "| a | b |\n\n# heading\n```\n~~~\n`code` [x](javascript:alert(1)) ![i](http://x/y.png)",
        "<testcase name='x'/>\\\"",
        "\x1b[31mred\x1b]0;owned\x07\x00\x08\x85\ufffe\ud800\u202e\r\n100%0A%",
        ',;\t,"Participant 2",10\r\n"Participant 2",10\\',
        "É'€\U0001f600",
    )
)


def hostile(status: str) -> Result:
    """Make a result whose texts a student wrote, of two tasks: one passed, one has `status`."""
    names = ("title", "why", "remedy", "expected", "actual", "hint", "log", "cause")
    texts: dict[str, Any] = dict.fromkeys(names, HOSTILE)
    moments = tuple(Moment(at, HOSTILE, 0, (HOSTILE,) * 3, Deviation.WRONG) for at in (0, 9))
    tasks = tuple(
        dataclasses.replace(
            a_task(number, found, 1),
            **texts,
            file=HOSTILE,
            line=3,
            timeline=moments,
            excerpt=HOSTILE,
            known=HOSTILE,
        )
        for number, found in (("3.1", "pass"), ("3.2", status))
    )
    return a_result(LabResult("lab3", HOSTILE, tasks))
