"""How many messages of each tool are explained: the table in tests/broken/table.md.

A message is what a tool said first of a file of tests/broken, names and numbers left out. A file is
a counter-example where its header says what it must not be explained by (`not:`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.verdict.catalogue import entries
from tests.support.broken_programs import FOLDER, entry_of, recorded
from tests.support.broken_scripts import OF_BCC, SCRIPTS
from tests.support.machine_programs import LOADS, Said, kept

TABLE = FOLDER / "table.md"
COLUMNS = (
    "said by",
    "files",
    "messages",
    "explained",
    "in the tool's words",
    "counter-examples",
    "explained falsely",
)
SHOWN = ("compiler", "fix", "verifier", "syntax", "none")
"""What is told in the tools' own words."""
_CLANG = {"0.18": 11, "0.26": 14, "0.31": 19, "0.37": 21}
"""The clang that each BCC of an image stands on."""
_COMPILER = re.compile(r"^/virtual/main\.c:\d+:\d+: (?:fatal )?error: (.*)$", re.MULTILINE)
_BACKEND = re.compile(
    r"^(?:error: (?!/virtual/main\.c:\d+:\d+: error)|LLVM ERROR|Error at).*$", re.M
)
_VERIFIER = re.compile(
    r"^bpf: Failed to load program: .*\n([\s\S]*?)(?=^processed \d+ insns|\Z)", re.M
)
_PYTHON = re.compile(r"^(?:Exception|[A-Z]\w+(?:Error|Exit)\b).*$", re.MULTILINE)


@dataclass(frozen=True)
class Message:
    """What one tool said of a file."""

    source: str
    words: str
    said: Said


def message_of(said: Said) -> Message:
    """Find which tool refused a file, and its words without names and numbers."""
    linux, bcc = said.where.split("/")
    found: list[tuple[str, str]] = []
    if said.file.suffix == ".py":
        found = [(f"BCC {bcc}, Python", words) for words in _PYTHON.findall(said.log)[-1:]]
    elif compiler := _COMPILER.search(said.log):
        found = [(f"clang {_CLANG[bcc]}", compiler[1])]
    elif backend := _BACKEND.search(said.log):
        found = [(f"LLVM {_CLANG[bcc]}", backend[0])]
    elif verifier := _VERIFIER.search(said.log):
        lines = [line for line in verifier[1].splitlines() if _is_verdict(line)]
        found = [(f"verifier {linux}", lines[-1] if lines else "")]
    source, words = found[0] if found else (f"BCC {bcc}", said.log.partition("\n")[0])
    return Message(source, _bare(words), said)


def _is_verdict(line: str) -> bool:
    return bool(line.strip()) and not re.match(
        r"Exception|cur state|old state|\d+: \(|;|from \d", line
    )


def _bare(words: str) -> str:
    words = re.sub(r"'[^']*'|\"[^\"]*\"|0x[0-9a-f]+|-?\d+", "_", words)
    return re.sub(r"in function \S+ .*?: ", "", words)


def nots_of(file: Path) -> list[str]:
    """Return the entries that a file must not be explained by."""
    text = file.read_bytes().decode(errors="replace") if file.exists() else ""
    return re.findall(r"^ \* not: (\S+)$", text, re.MULTILINE)


def table() -> str:
    """Count, for each tool of each machine, and name what is told by another entry than here."""
    every = [*kept(), *_excerpts()]
    messages = [message_of(said) for said in every if said.known != LOADS]
    rows = [_row(source, messages) for source in sorted({m.source for m in messages}, key=_order)]
    count = {kind: [e for e in entries() if ("python" in e.says) == kind] for kind in (True, False)}
    return "\n".join(
        [
            "# What the tools say of the programs here, and what is told of it",
            "",
            "Made by `tests/support/broken_table.py` from what is kept in `tests/unit/logs/all_*`:",
            "see CONTRIBUTING.md, \"Explain another error\".",
            "",
            f"| {' | '.join(COLUMNS)} |",
            "| --- " * len(COLUMNS) + "|",
            *rows,
            "",
            f"Entries: {len(count[False])} for programs, {len(count[True])} for scripts. Scripts:",
            f"{len(SCRIPTS)} for each Python there is, {len(OF_BCC)} with BCC.",
            "",
            "## Told otherwise than on Linux 6.18 with BCC 0.26",
            "",
            *(f"- {line}" for line in differing(every)),
            "",
        ]
    )  # fmt: skip


def _excerpts() -> list[Said]:
    """Return what was said where no machine of ours is, each as if of a program of its own."""
    ours = {said.where for said in kept()}
    return [
        Said(where, Path(f"{known}_{number}.c"), known, log)
        for number, (where, known, log) in enumerate(recorded())
        if where not in ours
    ]


def _row(source: str, messages: Sequence[Message]) -> str:
    here = [message for message in messages if message.source == source]
    words = {message.words for message in here}
    shown = {message.words for message in here if message.said.known in SHOWN}
    known = {message.words for message in here if message.said.known not in SHOWN}
    counter = [message.said for message in here if nots_of(message.said.file)]
    false = sum(said.known in nots_of(said.file) for said in counter)
    files = {message.said.file for message in here}
    cells = (source, len(files), len(words), len(known), len(shown - known), len(counter), false)
    return f"| {' | '.join(map(str, cells))} |"


def _order(source: str) -> tuple[str, float]:
    number = re.search(r"\d+(?:\.\d+)?", source)
    return source.split()[0] + source.rpartition(",")[2], _version(number[0] if number else "0")


def _version(number: str) -> float:
    major, _, minor = number.partition(".")
    return int(major) + int(minor or 0) / 1000


def differing(every: Sequence[Said]) -> list[str]:
    """Name each file that another entry explains, or that is not refused, and where."""
    found: dict[tuple[str, str], list[str]] = {}
    for said in every:
        at_home = said.file.parent.name != "recorded" or said.known == LOADS
        if said.known != entry_of(said.file) and at_home and said.file.parent.name != "warned":
            found.setdefault((said.file.name, said.known), []).append(said.where)
    return [
        f"{name}: {known} ({', '.join(where)})" for (name, known), where in sorted(found.items())
    ]
