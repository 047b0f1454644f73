"""What a traceback of the student's Python tells, as the script printed it."""

from __future__ import annotations

import re


def last_error(output: str) -> str:
    """Return the exception that a traceback in `output` ends with, and its message, or ""."""
    output = output.replace("\r\n", "\n")  # From a terminal.
    place = r"Traceback \(most recent call last\)|^  File \".*\", line \d+$"
    places = list(re.finditer(place, output, re.MULTILINE))
    rest = output[places[-1].end() :] if places else ""
    errors = re.findall(r"^[A-Za-z_][\w.]*(?:: .*)?$", rest, re.MULTILINE)
    return str(errors[-1])[:200] if errors else ""


def traceback_line(output: str, name: str) -> int:
    """Return the line of the student's script where its last traceback passed, or 0."""
    found = re.findall(rf'File "(?:/lab/)?{re.escape(name)}", line (\d+)', output)
    return int(found[-1]) if found else 0
