"""CSV, for spreadsheets and scripts."""

from __future__ import annotations

import csv
import io

from grader.verdict.formats.words import one_line, place, safe
from grader.verdict.record import Result

COLUMNS = ("lab", "task", "title", "status", "points", "max_points", "why", "file", "line")
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def table(result: Result) -> str:
    """A row for each task, as RFC 4180 has it: commas, quotes where needed, CRLF.

    The column `status` tells `infra` from what the submission lost. A cell that a spreadsheet
    would take for a formula begins with an apostrophe
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
                    *map(_harmless, names),
                    task.points,
                    task.max_points,
                    *map(_harmless, found),
                    task.line or "",
                ]
            )
    return text.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
