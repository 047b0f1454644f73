"""CSV, for spreadsheets and scripts."""

from __future__ import annotations

import csv
import io
import re

from grader.report.lines import one_line, place, safe
from grader.verdict.record import Result

COLUMNS = (
    *("lab", "task", "title", "status", "points", "max_points", "unjudged"),
    *("why", "file", "line"),
)
# At a cell's start, and after what another country's spreadsheet takes for the end of a cell.
_FORMULA = re.compile('(^|[;\t][ "]*)(?=[=+@\uff1d\uff0b\uff0d\uff20-])')


def table(result: Result) -> str:
    """Render a row for each task, as RFC 4180 has it: commas, quotes where needed, CRLF.

    `unjudged` are the points that are missing because of the machine, and not of the submission.
    What a spreadsheet would take for a formula begins with an apostrophe
    (https://owasp.org/www-community/attacks/CSV_Injection).
    """
    result = safe(result)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for lab in result.labs:
        for task in lab.tasks:
            names = (lab.lab, task.id, task.title, task.status)
            found = (one_line(task.why), place(lab, task))
            writer.writerow(
                [
                    *map(harmless, names),
                    task.points,
                    task.max_points,
                    task.max_points if task.unjudged else 0,
                    *map(harmless, found),
                    task.line or "",
                ]
            )
    return text.getvalue()


def harmless(cell: str) -> str:
    """Return `cell` so that no spreadsheet takes it for a formula."""
    return _FORMULA.sub(r"\1'", cell)
