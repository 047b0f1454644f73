"""Read the catalogues: what the tools say of a program or a script, what it means, what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from grader.base.messages import Message, paired
from grader.base.toml import tomllib
from grader.labs import Text

STAGES = ("compiler", "backend", "verifier", "kernel", "warning", "written", "python")
"""Where a mistake shows: at the tools that may refuse a program, in the order in which they get it;
in a `warning` of clang's; in the text, as it is `written`, that no tool mentions; in Python."""
_FILES = ("catalogue.toml", "scripts.toml")
_ASSIGNED = r"\b(?P<variable>[A-Za-z_]\w*)\s*=\s*(?:\([^()]*\)\s*)?\w+\.(?:%s)\w*\s*\("
"""Finds the variable that the result of a table's method is put into, after a cast or not."""
_UNKNOWN = Text(en="see the log", fr="voir le journal")


@dataclass(frozen=True)
class KnownError:
    """One known mistake; the heads of catalogue.toml and scripts.toml explain the fields."""

    id: str
    says: Mapping[str, Sequence[str]]
    """The patterns of each stage."""
    cause: Text
    mend: Text
    seen: Sequence[str] = ()
    warned: str = ""
    place: str = "^(?:callback: )?script$"
    on: str = ""
    compiled: str = ""
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
        return next(self.matches(stage, said), None)

    def matches(self, stage: str, said: str) -> Iterator[re.Match[str]]:
        """Match what that stage said, by each pattern in turn."""
        found = (re.search(pattern, said, re.MULTILINE) for pattern in self.says.get(stage, ()))
        return filter(None, found)

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
def entries() -> tuple[KnownError, ...]:
    """Read the catalogues, in their order."""
    here = Path(__file__)
    texts = [here.with_name(name).read_text(encoding="utf-8") for name in _FILES]
    return tuple(_entry(table) for text in texts for table in tomllib.loads(text)["entry"])


def filled(pattern: str, values: Mapping[str, str]) -> str:
    """Fill in the placeholders of `pattern`; one without a value matches nothing."""

    def value(placeholder: re.Match[str]) -> str:
        told = values.get(placeholder[1])
        return re.escape(told) if told else "(?!)"

    return re.sub(r"\{([a-z]+)\}", value, pattern)


def _entry(table: Mapping[str, Any]) -> KnownError:
    rest = dict(table)
    says = {stage: rest.pop(stage) for stage in STAGES if stage in rest}
    if "assigned" in rest:
        rest["variable"] = _ASSIGNED % rest.pop("assigned")
    cause, mend = Text(**rest.pop("cause")), Text(**rest.pop("mend"))
    otherwise = {key: Text(**text) for key, text in rest.pop("otherwise", {}).items()}
    return KnownError(says=says, cause=cause, mend=mend, otherwise=otherwise, **rest)
