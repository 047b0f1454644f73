"""Read catalogue.toml: what the tools say of a refused program, what that means, and what to do."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from grader.base.messages import Message, paired
from grader.labs import Text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

STAGES = ("compiler", "backend", "verifier", "kernel", "warning")
"""The tools that may refuse a program, in the order in which they get it; clang also warns."""
_UNKNOWN = Text(en="see the log", fr="voir le journal")


@dataclass(frozen=True)
class Entry:
    """One known mistake; the head of catalogue.toml explains the fields."""

    id: str
    says: Mapping[str, Sequence[str]]
    """The patterns of each stage."""
    cause: Text
    mend: Text
    seen: Sequence[str]
    warned: str = ""
    find: str = ""
    source: str = ""
    variable: str = ""
    general: bool = False
    otherwise: Mapping[str, Text] = field(default_factory=dict)

    @property
    def needs(self) -> set[str]:
        """The placeholders without whose values it says nothing."""
        fix = {"fix"} if "{fix}" in self.mend.en else set()
        return fix | ({"variable"} if self.variable else set())

    def match(self, stage: str, said: str) -> re.Match[str] | None:
        """Match what that stage said; None if it does not fit."""
        found = (re.search(pattern, said, re.MULTILINE) for pattern in self.says.get(stage, ()))
        return next(filter(None, found), None)

    def told(self, values: Mapping[str, str]) -> tuple[Message, Message]:
        """Return the cause and what to do, with `values` filled in."""
        return self._filled(self.cause, values), self._filled(self.mend, values)

    def _filled(self, text: Text, values: Mapping[str, str]) -> Message:
        def told(lang: str) -> str:
            words = _Words({key: text.get(lang) for key, text in self.otherwise.items()}, lang)
            words.update(values)
            return text.get(lang).format_map(words)

        return paired(told("en"), told("fr"))


class _Words(dict[str, str]):
    """The values of placeholders, with other words for those that are unknown."""

    def __init__(self, words: Mapping[str, str], lang: str) -> None:
        super().__init__(words)
        self._lang = lang

    def __missing__(self, key: str) -> str:
        return _UNKNOWN.get(self._lang)


@cache
def entries() -> tuple[Entry, ...]:
    """Read the catalogue, in its order."""
    text = Path(__file__).with_name("catalogue.toml").read_text(encoding="utf-8")
    return tuple(_entry(table) for table in tomllib.loads(text)["entry"])


def _entry(table: Mapping[str, Any]) -> Entry:
    rest = dict(table)
    says = {stage: rest.pop(stage) for stage in STAGES if stage in rest}
    cause, mend = Text(**rest.pop("cause")), Text(**rest.pop("mend"))
    otherwise = {key: Text(**text) for key, text in rest.pop("otherwise", {}).items()}
    return Entry(says=says, cause=cause, mend=mend, otherwise=otherwise, **rest)
