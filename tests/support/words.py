"""What in a text for people is a program's word, and no person's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.verdict.record import Finding

_FAULTS = {
    "a list of Python": r"(?<![\w)\]])\[(?:['\"\d-]|\])|(?<!\w)\{['\"\d]",
    "an object of Python": r"<(?:class|\w+ object|function|generator)\b",
    "a placeholder without its value": r"\{[a-z_]+\}",
    "one of many": r"(?<![\d.,])1 (?:lines|events|names|calls|bytes|mkdirs|processes)\b",
}
_MAPS = r"\b(?:perf_event_array|percpu_\w+|lru_hash|stack_trace|ringbuf(?!_))\b"
"""What the kernel calls kinds of maps that BCC declares with a macro, BPF_..."""


def faults(text: str) -> list[str]:
    """Name what in `text` is a program's word, and no person's."""
    found = [name for name, pattern in _FAULTS.items() if re.search(pattern, text)]
    if re.search(_MAPS, text) and "BPF_" not in text:
        found.append("a map's kind in the kernel's words")
    return found


def faults_told(finding: Finding) -> Iterator[str]:
    """Yield the faults of what a student is told, each with its text.

    Logs are left out: they are the tools' own words.
    """
    for text in (finding.why, finding.cause, finding.remedy, finding.expected, finding.actual):
        yield from (f"{fault}: {text}" for fault in faults(text))
