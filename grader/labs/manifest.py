"""Typed values out of a TOML file, and which key is wrong where one is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.base.errors import CourseError
from grader.base.messages import say
from grader.base.toml import tomllib

FORMAT = 1
"""Of course.toml and lab.toml: `format` there says another once what they mean has changed."""
LANGUAGES = ("en", "fr")


@dataclass(frozen=True)
class Text:
    """A sentence in the languages of the course."""

    en: str
    fr: str

    def get(self, lang: str) -> str:
        """Return the sentence in `lang` ("en" or "fr"), in English for any other."""
        return self.fr if lang == "fr" else self.en


def read(path: Path) -> ManifestReader:
    """Read the TOML file `path`. Raises CourseError where that cannot be read."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CourseError(
            say("{path} cannot be read: {error}.", path=path, error=error), say("Correct the file.")
        ) from error
    return ManifestReader(path, "the file", data)


class ManifestReader:
    """Takes typed values out of one TOML table and says which key is wrong, and where.

    Texts have to be there in each of `languages`.
    """

    def __init__(
        self,
        path: Path,
        where: str,
        table: dict[str, Any],
        languages: Sequence[str] = LANGUAGES,
        names: Mapping[str, str] | None = None,
    ) -> None:
        """Replace each `{name}` of `names` in the strings of `table`; all else in braces stays."""
        self._path = path
        self._where = f"{path}: {where}"
        self._languages = languages
        self._names = names or {}
        self._table = {key: self._filled(value) for key, value in table.items()}

    def format(self) -> None:
        """Raise CourseError where the file is written for another labebpf than this one."""
        found = self.integer("format", default=FORMAT)
        if found == FORMAT:
            return
        raise CourseError(
            say(
                "{path} has format = {found}, and this labebpf reads {known}.",
                path=self._path,
                found=found,
                known=FORMAT,
            ),
            say("Use a newer labebpf: `engine` in course.toml names it.")
            if found > FORMAT
            else say("Take the file from a newer course, or an older labebpf."),
        )

    def _filled(self, value: Any) -> Any:
        if isinstance(value, str):
            return re.sub(r"\{(\w+)\}", lambda name: self._names.get(name[1], name[0]), value)
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        if isinstance(value, dict):
            return {key: self._filled(item) for key, item in value.items()}
        return value

    def names(self, key: str, machine: str) -> dict[str, str]:
        """Take a table of names, each a string, or a table with one for each architecture.

        An architecture that a table lacks has the name of x86_64, as the virtual machines are.
        """
        names = {}
        words = say("a string, or a table with one for x86_64")
        for name, value in self.table(key).items():
            found = value
            if isinstance(value, dict):
                found = value.get(machine, value.get("x86_64"))
            names[name] = str(self._typed(f"{key}.{name}", found, str, words))
        return names

    def table(self, key: str) -> dict[str, Any]:
        return dict(
            self._typed(key, self._table.pop(key, {}), dict, say("a table, [{key}]", key=key))
        )

    def tables(self, key: str) -> list[dict[str, Any]]:
        words = say("tables, [[{key}]]", key=key)
        values = self._typed(key, self._table.pop(key, []), list, words)
        return [self._typed(key, value, dict, words) for value in values]

    def string(self, key: str, default: str | None = None) -> str:
        return str(self._typed(key, self._table.pop(key, default), str, say("a string")))

    def integer(self, key: str, default: int | None = None) -> int:
        return int(self._typed(key, self._table.pop(key, default), int, say("a whole number")))

    def strings(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        value = self._table.pop(key, default)
        values = self._typed(
            key, list(value) if isinstance(value, tuple) else value, list, say("a list")
        )
        return tuple(self._typed(key, item, str, say("a list of strings")) for item in values)

    def text(self, key: str) -> Text:
        return self._text(key, self._table.pop(key, None))

    def texts(self, key: str, default: tuple[Text, ...] | None = None) -> tuple[Text, ...]:
        if default is not None and key not in self._table:
            return default
        values = self._typed(key, self._table.pop(key, None), list, say("a list of {{ en, fr }}"))
        return tuple(self._text(key, value) for value in values)

    def nothing_else(self) -> None:
        if self._table:
            keys = ", ".join(self._table)
            raise CourseError(
                say("{where} has unknown keys: {keys}.", where=self._where, keys=keys),
                say("Remove or rename them."),
            )

    def _text(self, key: str, value: Any) -> Text:
        table = self._typed(key, value, dict, "{ en = ..., fr = ... }")
        spoken = [isinstance(text, str) and text.strip() for text in table.values()]
        if not set(self._languages) <= set(table) <= set(LANGUAGES) or not all(spoken):
            raise CourseError(
                say("{where}: {key} lacks a language.", where=self._where, key=key),
                say("Write it in {names}.", names=", ".join(self._languages)),
            )
        only = table[self._languages[0]]
        return Text(en=table.get("en", only), fr=table.get("fr", only))

    def _typed(self, key: str, value: Any, kind: type, words: str) -> Any:
        if type(value) is not kind:
            raise CourseError(
                say("{where}: {key} must be {words}.", where=self._where, key=key, words=words),
                say("Correct the manifest."),
            )
        return value
