"""From what the tools printed to the student's own line, and a sentence that helps.

clang speaks of /virtual/main.c, a copy that BCC has rewritten: its lines are found again in the
student's file by their text. What is not recognised is shown as it is, never guessed at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.errors import SubmissionError
from grader.text import clean, cut

_CLANG = re.compile(
    r"^/virtual/main\.c:(\d+):(\d+): (?:fatal )?error: (.*)\n(?:\s*\d* *\|? ?)(.*)$", re.MULTILINE
)
_FINAL = re.compile(r"\nprocessed \d+ insns")
_SOURCE = re.compile(r"^; (.*?)(?: @ \S+:\d+)?$", re.MULTILINE)


_LOG_LIMIT = 1 << 16


@dataclass(frozen=True)
class _Known:
    """A message of the verifier, of LLVM or of the kernel, and what it means."""

    pattern: str
    what: str
    remedy: str


_KNOWN = (
    _Known(
        r"invalid mem access '(?:map_value|\w*mem)_or_null'",
        "The verifier refuses to follow a pointer that may be NULL: {source}",
        "lookup() gives NULL when the key is not there. Test the pointer before you follow it.",
    ),
    _Known(
        r"infinite loop detected|back-edge from insn|too complex|BPF program is too large",
        "The verifier cannot see the end of a loop.",
        "Give the loop a constant bound, and a way out.",
    ),
    _Known(
        r"[Ss]tack limit (?:of 512 bytes )?is exceeded",
        "The program needs more than the 512 bytes of stack that BPF has.",
        "Make the local variables smaller.",
    ),
    _Known(
        r"too many arg(?:ument)?s",
        "A call has more than five arguments, which BPF cannot have.",
        "bpf_trace_printk takes a format and three values at most.",
    ),
    _Known(
        r"events/[^:\n]{1,200}/id\): No such file|cannot attach kprobe|attach_tracepoint|"
        r"Failed to attach BPF",
        "The place that the program names does not exist in this kernel, or cannot be probed.",
        "Check the category and the event, or the function's name.",
    ),
)


def explain(error: SubmissionError, source: bytes) -> SubmissionError:
    """`error` with a better sentence, and with the student's line where that can be found."""
    log = cut(clean(error.log), _LOG_LIMIT)
    lines = source.decode(errors="replace").splitlines() if error.file.endswith(".c") else []
    compiler = _CLANG.search(log)
    if compiler:
        number, _, message, quoted = compiler.groups()
        return SubmissionError(
            f"The compiler refuses {error.file}: {message}.",
            "Mend that line; the log has the compiler's own words.",
            log=log,
            file=error.file,
            line=_line_of(quoted, lines, near=int(number)),
        )
    quoted = _verifier_line(log)
    for known in _KNOWN:
        if re.search(known.pattern, log) or re.search(known.pattern, error.what):
            line = _line_of(quoted, lines)
            shown = lines[line - 1].strip() if line else "see the log"
            return SubmissionError(
                known.what.format(source=shown),
                known.remedy,
                log=log,
                file=error.file,
                line=line or error.line,
            )
    verdict = _verifier_verdict(log)
    if verdict:
        return SubmissionError(
            f"The verifier refuses {error.file}: {verdict}.",
            "The log shows the instruction, and above it the line of the program it belongs to.",
            log=log,
            file=error.file,
            line=_line_of(quoted, lines),
        )
    return error


def _verifier_verdict(log: str) -> str:
    """The verifier's last sentence, which stands before its statistics."""
    end = _FINAL.search(log)
    if not end:
        return ""
    said = [line.strip() for line in log[: end.start()].splitlines() if line.strip()]
    return said[-1].rstrip(".") if said else ""


def _verifier_line(log: str) -> str:
    """The last source line that the verifier's log quotes, as the student wrote it."""
    end = _FINAL.search(log)
    quoted = _SOURCE.findall(log[: end.start()] if end else log)
    return quoted[-1] if quoted else ""


def _line_of(quoted: str, lines: list[str], near: int = 0) -> int:
    """The number of the line that reads like `quoted`, 0 if none does; the nearest of several."""
    wanted = _bare(quoted)
    if len(wanted) < 3:
        return 0
    found = [number for number, line in enumerate(lines, 1) if _bare(line) == wanted]
    if not found:
        found = [number for number, line in enumerate(lines, 1) if wanted in _bare(line)]
    return min(found, key=lambda number: abs(number - near)) if found else 0


def _bare(line: str) -> str:
    """A line without blanks, and without BCC's way of writing a map call."""
    line = re.sub(r"bpf_map_(\w+)_elem\(\(void \*\)bpf_pseudo_fd\(\d+, *-?\d+\), *", r".\1(", line)
    return re.sub(r"\s+", "", re.sub(r"\w+\.(lookup|update|delete)\(", r".\1(", line))
