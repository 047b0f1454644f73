"""The student's C file, in which places are found again that the tools name after rewriting it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from grader.base.text import clean

_WIDTH = 120
"""Columns of an excerpt."""
_WIDEST = 400
"""Columns of a line that are searched."""
_NEAREST = 40
"""Quoted lines that are looked up to place another."""
_NO_CODE = re.compile(r"""'(?:\\.|[^'\\\n])'|"(?:\\.|[^"\\\n])*"?|/\*[\s\S]*?(?:\*/|\Z)|//.*""")
_POINTER = r"(?:\(void\*\))?bpf_pseudo_fd\(\d+,-?\d+\)"
_REWRITTEN = (
    (rf"bpf_map_(\w+?)_elem_?\({_POINTER},", r".\1("),
    (rf"bpf_perf_event_output\(([^(),]+),{_POINTER},CUR_CPU_IDENTIFIER,", r".perf_submit(\1,"),
    (rf"bpf_ringbuf_reserve\({_POINTER},(.*),0\)", r".ringbuf_reserve(\1)"),
    (rf"bpf_ringbuf_output\({_POINTER},", ".ringbuf_output("),
    (r"\bbpf_ringbuf_(submit|discard)\(", r".ringbuf_\1("),
    (
        r'\(\{char_fmt\[\]=((?:"(?:[^"\\]|\\.)*")?[^;"\n]{0,80});'
        r"bpf_trace_printk_\(_fmt,sizeof\(_fmt\)([^;\n]*)\);\}\)",
        r"bpf_trace_printk(\1\2)",
    ),
    (r",BPF_(?:ANY|NOEXIST)\)", ")"),
)
"""What BCC makes of the operations of its tables, blanks left out, and what the student wrote."""
_CHARACTER = re.compile(r"<U\+([0-9A-F]{4,5})>")
_UNDECODABLE = re.compile(r"<[89A-F][0-9A-F]>")
"""How clang shows a character that it does not print, and a byte that is of no character."""
_OPERATION = re.compile(r"\b\w+\.(lookup|update|insert|delete|perf_submit|ringbuf_\w+)\(")


@dataclass(frozen=True)
class Quote:
    """A line of the rewritten file as a tool quotes it. Its number is 0 where none is told."""

    text: str
    number: int = 0


class SourceFile:
    """A C file by its lines, which are numbered from 1; 0 stands for none."""

    def __init__(self, data: bytes) -> None:
        self.lines = data.decode(errors="replace").replace("\r\n", "\n").split("\n")

    def line(self, number: int) -> str:
        """Return the text of a line as it may be shown, "" if there is none."""
        return clean(self.lines[number - 1]) if 0 < number <= len(self.lines) else ""

    def find(self, pattern: str) -> int:
        """Find the line that `pattern` matches, comments and strings aside; 0 if not just one."""
        found = {number for number, _ in self._search(pattern)}
        return found.pop() if len(found) == 1 else 0

    def has(self, number: int, pattern: str) -> bool:
        """Tell whether `pattern` matches in a line, comments and strings aside."""
        return any(self._search(pattern, number))

    def name_on(self, number: int, pattern: str) -> str:
        """Find the name on a line that `pattern` finds anywhere in the file; "" if not just one."""
        names = {match["variable"] for _, match in self._search(pattern)}
        names &= self.names(number)
        return names.pop() if len(names) == 1 else ""

    def names(self, number: int) -> set[str]:
        """Return the words on a line; "" is always among them."""
        return {"", *re.findall(r"[A-Za-z_]\w*", self.line(number))}

    def reads(self, number: int, quoted: str) -> bool:
        """Tell whether a line is what is quoted, blanks aside."""
        return number > 0 and _squeezed(self.lines[number - 1]) == _squeezed(quoted)

    def place(
        self, quote: Quote, others: Sequence[Quote] = (), *, of_compiler: bool = False
    ) -> int:
        """Find the line that a tool quotes; 0 if that cannot be told.

        A line is found by its text. The numbers in quotes are those of the rewritten file, which
        has more lines above. Where `others` were found, they show the difference: so a number tells
        which of equal lines is quoted, and where a line stands that was rewritten beyond
        recognition. In what the compiler quotes (`of_compiler`), only each TRACEPOINT_PROBE has
        added lines.
        """
        if _UNDECODABLE.search(quote.text):
            return next((n for n, line in enumerate(self.lines, 1) if "\ufffd" in line), 0)
        shifted = not of_compiler or "TRACEPOINT_PROBE" in self._code
        if not shifted and quote.number <= len(self.lines) and self.reads(quote.number, quote.text):
            return quote.number
        found = self._like(quote.text)
        if len(found) == 1:
            return found[0]
        if quote.text.strip() == "}" and (extra := self._closes_nothing):
            return extra
        near = sorted(
            {other for other in others if other.number and quote.number},
            key=lambda other: abs(other.number - quote.number),
        )
        seen = [(other.number, self._like(other.text)) for other in near[:_NEAREST]]
        guesses = [quote.number - number + like[0] for number, like in seen if len(like) == 1]
        if found and guesses:
            return min(found, key=lambda line: abs(line - guesses[0]))
        if found and not shifted:
            return min(found, key=lambda line: abs(line - quote.number))
        words = set(re.findall(r"\w{2,}", quote.text))
        alike = (line for line in guesses if words & set(re.findall(r"\w{2,}", self.line(line))))
        return 0 if found else next(alike, 0)

    def excerpt(self, number: int, *, column: int = 0, name: str = "") -> str:
        """Return a line with its number, and a caret below `column` (bytes, from 1) or `name`."""
        text = self.line(number)
        if not text.strip():
            return ""
        raw = self.lines[number - 1]
        before = ""
        if column:
            before = raw.encode(errors="replace")[: column - 1].decode(errors="replace")
        named = list(re.finditer(rf"\b{re.escape(name)}\b", raw)) if name else []
        if len(named) == 1:
            before = raw[: named[0].start()]
        pointed = raw == text and (column or len(named) == 1)
        text, caret = text.expandtabs(4).rstrip(), len(before.expandtabs(4))
        start = max(0, caret - _WIDTH // 2) if len(text) > _WIDTH else 0
        shown = f"{number:>5} | {text[start : start + _WIDTH]}"
        return f"{shown}\n      | {' ' * (caret - start)}^" if pointed else shown

    @cached_property
    def _code(self) -> str:
        """The file with blanks for its comments, and for what is in its strings."""

        def blank(found: re.Match[str]) -> str:
            return re.sub(r"[^\n\"]", " ", found[0])

        return _NO_CODE.sub(blank, "\n".join(self.lines))

    def _search(self, pattern: str, only: int = 0) -> Iterator[tuple[int, re.Match[str]]]:
        lines = [line[:_WIDEST] for line in self._code.split("\n")]
        for number, line in enumerate(lines, 1):
            if only not in (0, number):
                continue
            following = "\n".join(lines[number : number + 1]) if "\n" in pattern else ""
            text = f"{line}\n{following}" if following else line
            for match in re.finditer(pattern, text):
                if match.start() <= len(line):
                    yield number, match

    @cached_property
    def _closes_nothing(self) -> int:
        """The line of the first closing brace that none was opened for; 0 if there is none."""
        depth = 0
        for number, line in enumerate(self._code.split("\n"), 1):
            for brace in re.findall(r"[{}]", line):
                depth += 1 if brace == "{" else -1
                if depth < 0:
                    return number
        return 0

    @cached_property
    def _bare(self) -> list[str]:
        return _bare("\n".join(self.lines)).split("\n")

    def _like(self, quoted: str) -> list[int]:
        """Return the lines that read like `quoted`, else those that have `quoted` in them."""
        wanted = _bare(_original(_CHARACTER.sub(lambda code: chr(int(code[1], 16)), quoted)))
        same = [number for number, line in enumerate(self._bare, 1) if wanted and line == wanted]
        if same or len(wanted) < 3:
            return same
        return [number for number, line in enumerate(self._bare, 1) if wanted in line]


def _original(quoted: str) -> str:
    """Return a quoted line, blanks left out, with BCC's rewriting undone."""
    text = _squeezed(quoted)
    for rewritten, written in _REWRITTEN:
        text = re.sub(rewritten, written, text)
    return text


def _bare(text: str) -> str:
    """Return `text` without blanks, and without the names of the tables that are operated on."""
    return _OPERATION.sub(r".\1(", _squeezed(text)).replace(".insert(", ".update(")


def _squeezed(text: str) -> str:
    return re.sub(r"[^\S\n]+", "", text)
