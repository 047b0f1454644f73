"""A result in the formats that other systems read, one file for each of them.

Each format is a function from a `Result` to text; `html` can show the source too. `moodle.fill` is
none of them: it fills in a worksheet that Moodle made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from grader.verdict.formats.actions import commands, summary
from grader.verdict.formats.classroom import classroom, classroom50
from grader.verdict.formats.gradescope import gradescope
from grader.verdict.formats.html import html
from grader.verdict.formats.junit import junit
from grader.verdict.formats.table import table
from grader.verdict.record import Result

FORMATS: Mapping[str, Callable[[Result], str]] = {
    "actions": commands,
    "actions-summary": summary,
    "classroom": classroom,
    "classroom50": classroom50,
    "csv": table,
    "gradescope": gradescope,
    "html": html,
    "junit": junit,
}
