"""A result in the formats that other systems read, one file for each of them.

Each format is a function from a `Result` to text; `html` can show the source too. `moodle.fill` is
none of them: it fills in a worksheet that Moodle made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from grader.report.actions import commands, summary
from grader.report.classroom50 import classroom, classroom50
from grader.report.csv_table import table
from grader.report.gradescope import gradescope
from grader.report.html import html
from grader.report.junit import junit
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
