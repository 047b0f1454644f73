"""A TOML file in which a student chooses one of some words at each key."""

from __future__ import annotations

import pytest

from grader.base.errors import BehaviourError
from grader.checks.choices import read_choices

WORDS = ("loop", "null", "stack")
GOOD = 'one = "loop"\ntwo = "null"\n'


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "\ufeff# words\r\ntwo = 'null' # first\r\n\r\n'one' = \"l\\u006fop\"\r\n",
        'one="""loop"""\n\ttwo   =   "null"',
    ],
)
def test_each_way_to_write_it_is_read(text: str) -> None:
    assert read_choices("a.toml", text.encode(), ["one", "two"], WORDS) == {
        "one": "loop",
        "two": "null",
    }


@pytest.mark.parametrize(
    "text, line, words",
    [
        ('one = "loop"\ntwo = null\n', 2, 'cannot be read as TOML: Invalid .*. Write a .* = "'),
        ("one = " + "[" * 5000, 0, "cannot be read as TOML"),
        (GOOD + 'one = "loop"', 3, "cannot be read as TOML: Cannot overwrite"),
        ('one = "\xe9"'.encode("latin-1"), 0, "cannot be read as TOML"),
        (GOOD + 'three = "loop"', 3, "the key three, which this lab does not .* keys are one, two"),
        (f"[words]\n{GOOD}", 1, "the key words"),
        ("", 0, "not have a word yet for one, two"),
        ('one = "loop"\ntwo = ""', 2, "not have a word yet for two"),
        (GOOD.replace("null", "NULL"), 2, 'has for two is none .* There is the word "null"'),
        (GOOD.replace("null", "zero"), 2, "Write one of loop, null, stack"),
        ('one = ["loop"]\ntwo = "null"', 1, "has for one is none"),
        ("one.a = 1\ntwo = 1", 1, "has for one is none"),
        ("one = 1979-05-27\ntwo = false", 1, "has for one is none"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str | bytes, line: int, words: str) -> None:
    source = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(BehaviourError, match=words) as raised:
        read_choices("a.toml", source, ["one", "two"], WORDS)
    assert (raised.value.file, raised.value.line) == ("a.toml", line)
