"""What a student chose in a TOML file: one of some words at each of some keys."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from difflib import get_close_matches

from grader.base.errors import BehaviourError
from grader.base.messages import Message, say
from grader.base.toml import tomllib

_MOST_BYTES = 8 * 1024
"""A reader of TOML takes more time, and memory, the more parts a key has."""
_LONGEST_WORD = 100


def read_choices(
    file: str, source: bytes, keys: Sequence[str], words: Collection[str]
) -> dict[str, str]:
    """Read `source`, the TOML of `file`: at each of `keys` stands one of `words`.

    Raises BehaviourError, with the line, where that is not so.
    """
    form = say('Write a line for each: {key} = "{word}"', key=keys[0], word=min(words))
    if len(source) > _MOST_BYTES:
        what = say("{file} has more than {n} bytes.", file=file, n=_MOST_BYTES)
        raise _wrong(file, 0, what, form)
    try:
        text = source.decode("utf-8-sig").replace("\r\n", "\n")
        found = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        what = say("{file} cannot be read as TOML: {error}.", file=file, error=error)
        raise _wrong(file, _line_told(str(error), source), what, form) from error
    if others := [key for key in found if key not in keys]:
        what = say(
            "{file} has the key {key}, which this lab does not ask for.", file=file, key=others[0]
        )
        remedy = say("Its keys are {names}.", names=", ".join(keys))
        raise _wrong(file, _line(text, others[0]), what, remedy)
    if missing := [key for key in keys if found.get(key, "") == ""]:
        names = ", ".join(missing)
        what = say("{file} does not have a word yet for {names}.", file=file, names=names)
        raise _wrong(file, _line(text, missing[0]), what, form)
    for key in keys:
        if not isinstance(found[key], str) or found[key] not in words:
            what = say("What {file} has for {key} is none of the words.", file=file, key=key)
            raise _wrong(file, _line(text, key), what, _remedy(found[key], words))
    return {key: found[key] for key in keys}


def _remedy(value: object, words: Collection[str]) -> Message:
    """Name the word that `value` is probably meant for, or all of them."""
    given = value[:_LONGEST_WORD].strip().lower() if isinstance(value, str) else ""
    for near in get_close_matches(given, words, n=1):
        return say('There is the word "{near}".', near=near)
    return say("Write one of {names}.", names=", ".join(sorted(words)))


def _line_told(error: str, source: bytes) -> int:
    """Find the line that tomllib's `error` names, 0 if it names none."""
    if "at end of document" in error:
        return source.rstrip().count(b"\n") + 1
    at = re.search(r"at line (\d+)", error)
    return int(at[1]) if at else 0


def _line(text: str, key: str) -> int:
    """Find the line where `key` stands, 0 where none does."""
    lines = enumerate(text.split("\n"), 1)
    begins = re.compile(rf"""[\s"'\[]*{re.escape(key)}\b""")
    return next((number for number, line in lines if begins.match(line)), 0)


def _wrong(file: str, line: int, what: Message, remedy: Message) -> BehaviourError:
    return BehaviourError(what, remedy, file=file, line=line)
