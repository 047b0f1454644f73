"""From what the tools printed to the student's own line, and a sentence that helps.

What they say is looked up in the catalogue. What is not in it is shown as it is, never guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.base.errors import SubmissionError
from grader.base.messages import Message
from grader.base.text import clean, cut
from grader.verdict.catalogue import Entry, entries
from grader.verdict.source import Quote, SourceFile

_LOG_LIMIT = 1 << 16
_LINE_LIMIT = 4000
_LAST_LINES = 8
_DIAGNOSTIC = re.compile(
    r"^/virtual/main\.c:(\d{1,9}):(\d{1,9}): (fatal error|error|warning|note): (.*)(?=\n(.*))",
    re.MULTILINE,
)
_COUNT = re.compile(r"(?:\d{1,9} (?:warning|error)s?(?: and )?)+ generated\.")
"""What clang ends with."""
_GUTTER = re.compile(r"^ *\d+ \| ?")
_BACKEND = re.compile(r"^(?:error: /virtual/main\.c|LLVM ERROR|Error at line).*$", re.MULTILINE)
_REFUSED = re.compile(r"^bpf: Failed to load program: .*$", re.MULTILINE)
_FINAL = re.compile(r"^processed \d+ insns", re.MULTILINE)
_QUOTED = re.compile(r"; (.*?)(?: @ (\S+):(\d{1,9}))?")
_INSTRUCTION = re.compile(r"(\d{1,9}): \(")
_CALL = re.compile(r"\(85\) call (bpf_\w+)#\d+")


@dataclass(frozen=True)
class Explanation:
    """What the catalogue knows of an error, and where it is in the student's `file`.

    `known` is the entry's id, `values` its placeholders; `line` counts from 1 and is 0 if unknown.
    `excerpt` is that line, with a caret where one can be set. `log` is bounded.
    """

    what: Message
    remedy: Message
    known: str
    values: Mapping[str, str]
    file: str
    line: int
    excerpt: str
    log: str


@dataclass(frozen=True)
class _Diagnostic:
    """What clang says of a place in the student's file, after BCC's rewriting."""

    kind: str
    message: str
    column: int
    quote: Quote


@dataclass(frozen=True)
class _Found:
    """The entry that fits, its placeholders, and the warning of clang's that it is about."""

    entry: Entry
    match: re.Match[str]
    values: Mapping[str, str]
    warning: _Diagnostic | None = None


@dataclass(frozen=True)
class _Refusal:
    """What the verifier printed: its last lines, and what it says of each instruction."""

    said: str
    quotes: Sequence[Quote]
    """The lines of the source that it quotes, in the order in which it went through them."""
    places: Mapping[int, Quote | None]
    calls: Mapping[int, str]
    """The helper that an instruction calls, empty if it calls none."""
    last: int

    def line(self, file: SourceFile, insn: int | None) -> int:
        """The line of instruction `insn`, or of the last one; 0 if it cannot be told.

        Where the kernel said EINVAL, BCC has the log of a second load, without any lines of the
        source: then a call is found if the file has only one like it.
        """
        last = self.quotes[-1] if self.quotes else None
        if quote := last if insn is None else self.places.get(insn):
            return file.place(quote, self.quotes)
        call = self.calls.get(self.last if insn is None else insn, "")
        return file.find(_written(call)) if call and not self.quotes else 0


def explain(error: SubmissionError, source: bytes) -> Explanation | None:
    """Say what `error` comes from, and on which line of `source`; None if no entry fits.

    The log is bounded before anything is looked for in it.
    """
    log = clean(cut(error.log, _LOG_LIMIT))
    log = "\n".join(line[:_LINE_LIMIT] for line in log.split("\n"))
    file = SourceFile(source if error.file.endswith(".c") else b"")
    told = list(_diagnostics(log))
    first = next((d for d in told if "error" in d.kind), None)
    same = [d for d in told if first and d.quote == first.quote and d.kind != "note"]
    backend = "\n".join(_BACKEND.findall(log))
    refusal = _refusal(log)
    if same:
        stage, said = "compiler", "\n".join(d.message for d in same)
    elif backend:
        stage, said = "backend", backend
    elif refusal:
        stage, said = "verifier", refusal.said
    else:
        stage, said = "kernel", f"{log}\n{clean(error.what)}"
    for found in _look_up(stage, said, told):
        line = column = 0
        diagnostic = same[_line_of(found.match)] if same else found.warning
        if diagnostic:
            line, column = _place(diagnostic, file, told)
        elif refusal and stage == "verifier":
            insn = found.values.get("insn")
            line = refusal.line(file, int(insn) if insn else None)
        if found.entry.find and (only := file.find(_filled(found.entry.find, found.values))):
            line, column = only, 0
        values = _values(found, file, error.file, line)
        if found.entry.variable and "variable" not in {*values, *found.entry.otherwise}:
            continue  # It is only about one that can be told.
        excerpt = file.excerpt(line, column=column, name=values.get("variable", ""))
        what, remedy = found.entry.told(values)
        line = line or error.line
        return Explanation(what, remedy, found.entry.id, values, error.file, line, excerpt, log)
    return None


def _look_up(stage: str, said: str, told: Sequence[_Diagnostic]) -> Iterator[_Found]:
    """The entries that fit what the stage said, the best first."""
    for entry in entries():
        match = entry.match(stage, said)
        if match is None:
            continue
        if not entry.warned or stage == "compiler":
            yield _Found(entry, match, match.groupdict())
            continue
        for warning in told:
            if warned := re.search(entry.warned, warning.message):
                yield _Found(entry, match, {**match.groupdict(), **warned.groupdict()}, warning)


def _line_of(match: re.Match[str]) -> int:
    """On which line of the text the match ends, from 0."""
    return match.string.count("\n", 0, match.end())


def _place(
    diagnostic: _Diagnostic, file: SourceFile, told: Sequence[_Diagnostic]
) -> tuple[int, int]:
    """The student's line and column, 0 for what cannot be told.

    A column is that of the line as it is quoted: BCC may have rewritten it.
    """
    line = file.place(diagnostic.quote, [other.quote for other in told], of_compiler=True)
    return line, diagnostic.column if file.reads(line, diagnostic.quote.text) else 0


def _values(found: _Found, file: SourceFile, name: str, line: int) -> dict[str, str]:
    """The placeholders that can be told, safe to show, each on one line."""
    values = {key: value for key, value in found.values.items() if value}
    values["file"] = name
    if source := file.line(line).strip():
        values["source"] = source
    if found.entry.variable and (variable := file.name_on(line, found.entry.variable)):
        values["variable"] = variable
    return {key: cut(" ".join(clean(value).split()), 400) for key, value in values.items()}


def _diagnostics(log: str) -> Iterator[_Diagnostic]:
    """What clang says of the student's file; what it says of headers is not the student's.

    It quotes a line once for what it says of the same place.
    """
    quote = Quote("")
    for found in _DIAGNOSTIC.finditer(log):
        number, column, kind, message, quoted = found.groups()
        again = _DIAGNOSTIC.match(f"{quoted}\n") or _COUNT.fullmatch(quoted)
        if quote.number != int(number) or not again:
            quote = Quote(_GUTTER.sub("", quoted), int(number))
        yield _Diagnostic(kind, message, int(column), quote)


def _refusal(log: str) -> _Refusal | None:
    """What the verifier printed, None when it did not.

    It ends with its statistics, or with an empty line on kernels that have none.
    """
    start, end = _REFUSED.search(log), _FINAL.search(log)
    if not start and not end:
        return None
    text = log[start.end() if start else 0 : end.start() if end else None].lstrip("\n")
    said: list[str] = []
    quotes: list[Quote] = []
    places: dict[int, Quote | None] = {}
    calls: dict[int, str] = {}
    last = -1
    for line in (text if end else text.partition("\n\n")[0]).split("\n"):
        if quoted := _QUOTED.fullmatch(line):
            words, path, number = quoted.groups()
            # Those of BCC's own headers are passed over.
            if words.strip() and path in (None, "main.c"):
                quotes.append(Quote(words, int(number or 0)))
            continue
        if instruction := _INSTRUCTION.match(line):
            last = int(instruction[1])
            called = _CALL.search(line)
            calls[last] = called[1] if called else ""
            places[last] = quotes[-1] if quotes else None
        if line.strip() and not line.startswith(("cur state:", "old state:")):
            said.append(line.rstrip())
    return _Refusal("\n".join(said[-_LAST_LINES:]), quotes, places, calls, last) if said else None


def _written(helper: str) -> str:
    """A pattern for how a student writes a call of `helper`, as an operation of a table too."""
    if operation := re.fullmatch(r"bpf_map_(\w+)_elem", helper):
        return rf"\b{helper}\s*\(|\.(?:{operation[1]}|\w*increment|insert)\w*\s*\("
    if helper == "bpf_perf_event_output":
        return rf"\b{helper}\s*\(|\.perf_submit\w*\s*\("
    return rf"\b{helper}\s*\(|\.{helper.removeprefix('bpf_')}\s*\("


def _filled(pattern: str, values: Mapping[str, str]) -> str:
    """`pattern` with its placeholders filled in; one that was not told matches nothing."""

    def value(placeholder: re.Match[str]) -> str:
        told = values.get(placeholder[1])
        return re.escape(told) if told else "(?!)"

    return re.sub(r"\{([a-z]+)\}", value, pattern)
