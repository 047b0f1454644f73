"""Make a student's text safe to show, and cut it to size. No other module does."""

from __future__ import annotations

import re

_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c\u2028\u2029\ufffe\uffff]"
)
_CI_COMMAND = re.compile(r"##(?=\[|vso\[)|^[^\S\n]*:(?=:)", re.MULTILINE)
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


def clean(text: str | bytes) -> str:
    """Return `text` without terminal escapes and control characters, for every place that shows it.

    Commands of CI systems (:: at the start of a line, ##[ and ##vso[ anywhere) are broken up.
    Undecodable bytes become U+FFFD, and surrogates, which neither XML nor UTF-8 can hold, "?". Tabs
    and newlines stay. Bidirectional overrides, which disguise text, become U+FFFD.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", errors="replace")
    text = _ESCAPE.sub("", text.replace("\r\n", "\n"))
    text = _CI_COMMAND.sub(lambda found: f"{found[0]} ", text)
    return _CONTROL.sub("\ufffd", text).encode("utf-8", errors="replace").decode()


def blank(line: str) -> bool:
    """Tell whether `line` of output is empty, also if Python shows it as empty bytes, b''.

    The kernel ends each message of bpf_trace_printk with a newline since 5.9; one that has its own
    leaves an empty line after it.
    """
    return line.strip() in ("", "b''", 'b""')


def cut(text: str, limit: int = 20_000) -> str:
    """Return `text`, with a line in place of its middle if it is longer than `limit` characters."""
    if len(text) <= limit:
        return text
    half = limit // 2
    missing = len(text) - 2 * half
    return f"{text[:half]}\n[... {missing} characters cut ...]\n{text[-half:]}"


def last_lines(text: str, limit: int = 30) -> tuple[int, list[str]]:
    """Return how many lines of `text` are left out, and the last ones, which stay.

    `limit` lines stay, or one more: to say that one is left out takes a line too.
    """
    lines = text.splitlines()
    out = len(lines) - limit
    return (out, lines[out:]) if out > 1 else (0, lines)
