"""Explain what the tools printed: find the student's own line, and the catalogue's sentences on it.

What the catalogue does not have is shown in the tools' own words, and never guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.base.errors import SubmissionError
from grader.base.messages import Message
from grader.base.text import clean, cut
from grader.verdict.catalogue import KnownError, entries, filled
from grader.verdict.source import Quote, SourceFile

_LOG_LIMIT = 1 << 16
_LINE_LIMIT = 4000
_LAST_LINES = 20
_WARNINGS = 20
_DIAGNOSTIC = re.compile(
    r"^/virtual/main\.c:(\d{1,9}):(\d{1,9}): (fatal error|error|warning|note): (.*)"
    r"(?=\n(.*)(?:\n([ ~|]*)\^[ ~^]*\n([ |]+)([^ |\n][^\n]*))?)",
    re.MULTILINE,
)
"""A message, the line that is quoted below it, and below its caret what clang would write."""
_COUNT = re.compile(r"(?:\d{1,9} (?:warning|error)s?(?: and )?)+ generated\.")
"""The last line that clang prints."""
_GUTTER = re.compile(r"^ *\d+ \| ?")
_BACKEND = re.compile(
    r"^(?:error: /virtual/main\.c|error: .* in inline asm|LLVM ERROR|Error at line).*$",
    re.MULTILINE,
)
_REFUSED = re.compile(r"^bpf: Failed to load program: .*$", re.MULTILINE)
_FINAL = re.compile(r"^processed \d+ insns", re.MULTILINE)
_CODE_OF_LIBRARY = re.compile(r"^    .*$", re.MULTILINE)
"""The lines that a traceback quotes, which have BCC's messages before they are filled in."""
_QUOTED = re.compile(r"; (.*?)(?: @ (\S+):(\d{1,9}))?")
_INSTRUCTION = re.compile(r"(\d{1,9}): \(")
_CALL = re.compile(r"\(85\) call (bpf_\w+)#\d+")


@dataclass(frozen=True)
class Explanation:
    """What the catalogue knows of an error, and where the error is in the student's `file`.

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
    """What clang says of a place in the student's file, as BCC rewrote that file."""

    kind: str
    message: str
    column: int
    quote: Quote
    fix: str = ""
    """What clang would write below the caret, "" for no such hint."""


@dataclass(frozen=True)
class _Found:
    """The entry that fits, its placeholders, and what clang says that the entry is about."""

    entry: KnownError
    stage: str
    values: Mapping[str, str]
    diagnostic: _Diagnostic | None = None


@dataclass(frozen=True)
class _Refusal:
    """What the verifier printed: its last lines, and what it says of each instruction."""

    said: str
    quotes: Sequence[Quote]
    """The lines of the source that the verifier quotes, in the order in which it meets them."""
    places: Mapping[int, Quote | None]
    calls: Mapping[int, str]
    """The helper that each instruction calls, "" if it calls none."""
    last: int

    def line(self, file: SourceFile, insn: int | None) -> int:
        """Find the line of instruction `insn`, of the last one for None; 0 if it is unknown.

        Where the kernel answered EINVAL, BCC has the log of a second load, which quotes no lines of
        the source: then a call is found if the file has only one of its helper.
        """
        last = self.quotes[-1] if self.quotes else None
        if quote := last if insn is None else self.places.get(insn):
            return file.place(quote, self.quotes)
        call = self.calls.get(self.last if insn is None else insn, "")
        return file.find(_written(call)) if call and not self.quotes else 0


def explain(error: SubmissionError, source: bytes) -> Explanation | None:
    """Explain `error`, which `source` led to; None if no entry of the catalogue fits.

    The log is cut to size before anything is looked for in it.
    """
    log = bounded(error.log)
    file = SourceFile(source if error.file.endswith(".c") else b"")
    told = list(_diagnostics(log))
    same = _of_first_error(told)
    refusal = _refusal(log)
    if same:
        every = _look_up_compiler(same)
    elif backend := "\n".join(_BACKEND.findall(log)):
        every = _look_up("backend", backend, told)
    elif refusal:
        every = _look_up("verifier", refusal.said, told)
    else:
        said = _CODE_OF_LIBRARY.sub("", log)
        every = _look_up("kernel", f"{said}\n{clean(error.what)}", told)
    for found in every:
        insn = found.values.get("insn")
        of_verifier = refusal if found.stage == "verifier" else None
        refused = of_verifier.line(file, int(insn) if insn else None) if of_verifier else 0
        place = _where(found, file, told, refused)
        if place is None:
            continue  # The message has another reason here.
        line, column = place
        values = _values(found, file, error.file, line)
        if not found.entry.needs <= {*values, *found.entry.otherwise}:
            continue  # The entry is only about what can be named.
        if refused not in (0, line) and values.get("variable", "") not in file.names(refused):
            continue  # What is refused is about another variable.
        excerpt = file.excerpt(line, column=column, name=values.get("variable", ""))
        what, remedy = found.entry.told(values)
        line = line or error.line
        return Explanation(what, remedy, found.entry.id, values, error.file, line, excerpt, log)
    return None


def _where(
    found: _Found, file: SourceFile, told: Sequence[_Diagnostic], refused: int
) -> tuple[int, int] | None:
    """Find the line and column that are to be shown, 0 for what is unknown.

    `refused` is the line that the verifier names. None where the entry is about a line that reads
    otherwise.
    """
    line, column = refused, 0
    if found.diagnostic:
        line, column = _place(found.diagnostic, file, told)
    find, source = (filled(each, found.values) for each in (found.entry.find, found.entry.source))
    only = file.find(find) if find else 0
    if only:
        line, column = only, 0
    if source and ((find and not only) or not file.has(line, source)):
        return None
    return line, column


def warned_of(printed: str, source: bytes) -> Explanation | None:
    """Explain what is wrong in a program that is loaded: its first warning, or as it is written."""
    log, file = bounded(printed), SourceFile(source)
    told = list(_diagnostics(log))
    for warning in told[:_WARNINGS]:
        line, column = _place(warning, file, told)
        for entry in entries():
            if line and entry.match("warning", warning.message) and file.has(line, entry.source):
                excerpt = file.excerpt(line, column=column)
                return Explanation(*entry.told({}), entry.id, {}, "", line, excerpt, log)
    return _wrong_as_written(file, log)


def _wrong_as_written(file: SourceFile, log: str) -> Explanation | None:
    """Explain the first line of a program that an entry is about, and that no tool warns of."""
    printing = [number for number, line in enumerate(file.lines, 1) if "%" in line]
    for entry in (each for each in entries() if "written" in each.says):
        for number in printing[:_WARNINGS]:
            values = {"variable": file.name_on(number, entry.variable)}
            patterns = (filled(pattern, values) for pattern in entry.says["written"])
            if any(re.search(pattern, file.line(number)[:_LINE_LIMIT]) for pattern in patterns):
                excerpt = file.excerpt(number, name=values["variable"])
                told = entry.told(values)
                return Explanation(*told, entry.id, values, "", number, excerpt, log)
    return None


def refused_line(log: str) -> str:
    """Return the line of the program that clang's first error in `log` is about, "" for none."""
    return next((each.quote.text for each in _diagnostics(log) if "error" in each.kind), "")


def bounded(log: str) -> str:
    """Return `log` safe to show, and cut to the size in which anything is looked for."""
    log = clean(cut(log, _LOG_LIMIT))
    return "\n".join(line[:_LINE_LIMIT] for line in log.split("\n"))


def _of_first_error(told: Sequence[_Diagnostic]) -> list[_Diagnostic]:
    """Return what clang says of the line of its first error, before and after it, without notes."""
    first = next((each for each in told if "error" in each.kind), None)
    return [each for each in told if first and each.quote == first.quote and each.kind != "note"]


def _look_up(stage: str, said: str, told: Sequence[_Diagnostic]) -> Iterator[_Found]:
    """Find the entries that fit what the stage said, the best first."""
    for entry in entries():
        match = entry.match(stage, said)
        if match is None:
            continue
        if not entry.warned:
            yield _Found(entry, stage, match.groupdict())
            continue
        for warning in told:
            if warned := re.search(entry.warned, warning.message):
                yield _Found(entry, stage, {**match.groupdict(), **warned.groupdict()}, warning)


def _look_up_compiler(same: Sequence[_Diagnostic]) -> Iterator[_Found]:
    """Find the entries that fit what clang says of the line of its first error, the best first.

    The first message counts, whatever the order of the entries: what clang says after its first
    error often follows from that. A warning before it may tell more, and is no error by itself.
    """
    messages = [each.message for each in same]
    error = next(at for at, each in enumerate(same) if "error" in each.kind)
    for at in range(error + 1):
        said = "\n".join(messages[at:])
        for entry in entries():
            # What begins on a later line is about a later message.
            matches = (match for match in entry.matches("compiler", said) if _at_once(match))
            match = next(matches, None)
            if match and (at == error or not entry.general):
                last = at + said.count("\n", 0, match.end())
                yield _Found(entry, "compiler", match.groupdict(), same[last])


def _at_once(match: re.Match[str]) -> bool:
    return "\n" not in match.string[: match.start()]


def _place(
    diagnostic: _Diagnostic, file: SourceFile, told: Sequence[_Diagnostic]
) -> tuple[int, int]:
    """Find the student's line and column, 0 for what is unknown.

    The column is known only where BCC left the line as the student wrote it.
    """
    line = file.place(diagnostic.quote, [other.quote for other in told], of_compiler=True)
    return line, diagnostic.column if file.reads(line, diagnostic.quote.text) else 0


def _values(found: _Found, file: SourceFile, name: str, line: int) -> dict[str, str]:
    """Return the placeholders whose values are known, safe to show, each on one line."""
    values = {key: value for key, value in found.values.items() if value}
    values["file"] = name
    if source := file.line(line).strip():
        values["source"] = source
    if found.entry.variable and (variable := file.name_on(line, found.entry.variable)):
        values["variable"] = variable
    if "message" in values:
        values["message"] = values["message"].rstrip("?.")  # The entry's sentence goes on.
    if found.diagnostic and found.diagnostic.fix:
        values["fix"] = found.diagnostic.fix
    return {key: cut(" ".join(clean(value).split()), 400) for key, value in values.items()}


def _diagnostics(log: str) -> Iterator[_Diagnostic]:
    """Read what clang says of the student's file, and leave out what it says of headers.

    Clang quotes a line once for all that it says of the same place.
    """
    quote = Quote("")
    for found in _DIAGNOSTIC.finditer(log):
        number, column, kind, message, quoted, caret, before, fix = found.groups()
        again = _DIAGNOSTIC.match(f"{quoted}\n") or _COUNT.fullmatch(quoted)
        if quote.number != int(number) or not again:
            quote = Quote(_GUTTER.sub("", quoted), int(number))
        there = caret is not None and len(caret) == len(before)
        yield _Diagnostic(kind, message, int(column), quote, fix.rstrip() if there else "")


def _refusal(log: str) -> _Refusal | None:
    """Read what the verifier printed; None if nothing in `log` is from it.

    Its output ends with statistics, or with an empty line on kernels that print none.
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
            # Lines of BCC's own headers are left out.
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
    """Return a pattern for a student's call of `helper`, also as an operation of a table."""
    if operation := re.fullmatch(r"bpf_map_(\w+)_elem", helper):
        return rf"\b{helper}\s*\(|\.(?:{operation[1]}|\w*increment|insert)\w*\s*\("
    if copies := re.fullmatch(r"bpf_probe_read(?:_user|_kernel)?(_str)?", helper):
        # BCC takes the older one where it finds no other.
        return rf"\bbpf_probe_read(?:_user|_kernel)?{copies[1] or ''}\s*\("
    if helper == "bpf_perf_event_output":
        return rf"\b{helper}\s*\(|\.perf_submit\w*\s*\("
    return rf"\b{helper}\s*\(|\.{helper.removeprefix('bpf_')}\s*\("
