"""Explain what Python said of a script: the student's own line, and the catalogue's sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from grader.base.errors import BehaviourError, SubmissionError
from grader.base.text import cut
from grader.submission.tracebacks import Error, find_error
from grader.verdict.catalogue import KnownError, entries, filled
from grader.verdict.explain import Explanation, bounded, refused_line
from grader.verdict.source import SourceFile

_WIDEST = 400
"""Columns of a line of the script that are searched."""


def explain_script(error: SubmissionError | BehaviourError, source: bytes) -> Explanation | None:
    """Explain `error`, which the script `source` led to; None if no entry fits.

    The log is cut to size before anything is looked for in it.
    """
    log = bounded(error.log)
    found = find_error(log, error.file)
    if found is None:
        return None
    file = SourceFile(source)
    line = _undecoded(source) if "Non-UTF-8 code" in found.message else error.line
    for entry, values in _look_up(found, file.line(line)[:_WIDEST], refused_line(log)):
        place = line or (_find(filled(entry.find, values), file) if entry.find else 0)
        shown = {key: cut(" ".join(value.split()), 400) for key, value in values.items()}
        what, remedy = entry.told(shown)
        return Explanation(
            what, remedy, entry.id, shown, error.file, place, file.excerpt(place), log
        )
    return None


def _look_up(
    error: Error, line: str, compiled: str
) -> Iterator[tuple[KnownError, Mapping[str, str]]]:
    """Find the entries that fit an error, its line, and what clang refuses; the best first."""
    place = f"{'callback: ' if error.callback else ''}{error.place}"
    for entry in entries():
        match = entry.match("python", error.message)
        if match is None or not re.search(entry.place, place):
            continue
        values = _groups(match)
        on = re.search(filled(entry.on, values), line)
        of_c = re.search(entry.compiled, compiled[:_WIDEST])
        if on and of_c:
            yield entry, {**values, **_groups(on), **_groups(of_c)}


def _groups(match: re.Match[str]) -> dict[str, str]:
    return {key: value for key, value in match.groupdict().items() if value}


def _find(pattern: str, file: SourceFile) -> int:
    """Find the line that `pattern` matches, comments aside; 0 if it is not just one."""
    lines = enumerate((line[:_WIDEST].partition("#")[0] for line in file.lines), 1)
    found = [number for number, line in lines if re.search(pattern, line)]
    return found[0] if len(found) == 1 else 0


def _undecoded(source: bytes) -> int:
    """Find the first line that is not UTF-8, which Python 3.10 numbers one too high; 0 if none."""
    try:
        source.decode()
    except UnicodeDecodeError as error:
        return source.count(b"\n", 0, error.start) + 1
    return 0
