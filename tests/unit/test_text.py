"""A student's text, made safe to show, in one place."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest

from grader.base.text import clean, cut, last_lines


@pytest.mark.parametrize(
    "text, shown",
    [
        ("plain é 漢 😀 ≤", "plain é 漢 😀 ≤"),
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb", "a\nb"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[1;1Hx", "x"),
        ("\x1b[?25lx\x1b[38;5;1my", "xy"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bMx", "x"),
    ],
)
def test_escapes_go_and_text_stays(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "a\x00b",
        "a\x07b",
        "a\x08b",
        "a\rb",
        "a\x0bb",
        "a\x0cb",
        "a\x1bb",
        "a\x7fb",
        "a\x85b",
        "a\x9b31mb",
        "a\u200eb",
        "a\u200fb",
        "a\u202eb",
        "a\u202ab",
        "a\u2066b",
        "a\u2069b",
    ],
    ids=ascii,
)
def test_control_characters_are_replaced_one_by_one(text: str) -> None:
    assert clean(text) == text[0] + "\ufffd" + text[2:]


@pytest.mark.parametrize(
    "text",
    [
        "\x1b\x1b[0m[31mx",
        "\x1b]0;never ended",
        "\x1b[",
        "\x1b",
        "\x1b[31",
        "\x1b\x1b[m]0;x\x07",
        "\x1bP1;2|x\x1b\\",
        "\x9d0;x\x9c",
        "\x1b[\x1b[0m31mx",
    ],
    ids=ascii,
)
def test_no_broken_or_nested_escape_survives(text: str) -> None:
    assert not {"\x1b", "\x07", "\x9b", "\x9c", "\x9d"} & set(clean(text))
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize("data, shown", [(b"a\xffb", "a\ufffdb"), (b"\xc3\xa9", "é"), (b"", "")])
def test_bytes_need_not_be_utf_8(data: bytes, shown: str) -> None:
    assert clean(data) == shown


def test_surrogates_do_not_stay() -> None:
    shown = clean("a\udcff\ud800b")
    assert shown[0] + shown[-1] == "ab"
    assert shown.encode("utf-8").decode("utf-8") == shown


def test_whatever_is_cleaned_can_stand_in_xml() -> None:
    text = "".join(map(chr, [*range(0x3000), *range(0xD7F0, 0xE010), *range(0xFFF0, 0x10010)]))
    element = ElementTree.fromstring(f"<log>{escape(clean(text))}</log>")
    assert element.text
    assert "é" in element.text


def test_a_short_text_is_not_cut() -> None:
    assert cut("x" * 100, 100) == "x" * 100
    assert cut("") == ""


@pytest.mark.parametrize("length, limit", [(101, 100), (101, 99), (5000, 100), (20_001, 20_000)])
def test_a_long_text_keeps_its_ends_and_says_how_much_is_missing(length: int, limit: int) -> None:
    text = "".join(chr(ord("a") + number % 26) for number in range(length))
    head, said, tail = cut(text, limit).split("\n")
    assert text.startswith(head)
    assert text.endswith(tail)
    assert len(head) + len(tail) <= limit
    assert said == f"[... {length - len(head) - len(tail)} characters cut ...]"


def test_of_the_lines_before_the_last_ones_one_is_shown_and_two_are_counted() -> None:
    assert last_lines("a\nb\nc", limit=2) == (0, ["a", "b", "c"])
    assert last_lines("a\nb\nc\nd", limit=2) == (2, ["c", "d"])
