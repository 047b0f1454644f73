"""What a person reads: written in English, and said in the reader's language by gettext.

A sentence that is the same each time is written as it is. One with something in it is made by
`say`, and remembers what it was made of:

    raise Wrong(say("{file} has no BPF function yet.", file=name), "Write the function.")

`translate` is called once, where the sentence is about to be kept or shown.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "labebpf"


class Said(str):
    """English text that is there in another language too. Made by `say` and `paired`."""

    told: Callable[[str], str]
    """The same in a language; in English in one that it is not there in."""


def say(template: str, **values: object) -> Said:
    """`template` with `values` filled in as str.format does it."""

    def told(lang: str) -> str:
        filled = {
            name: translate(value, lang) if isinstance(value, str) else value
            for name, value in values.items()
        }
        return _catalogue(lang).gettext(template).format(**filled)

    return _said(template.format(**values), told)


def paired(en: str, fr: str) -> Said:
    """Text of which both languages stand side by side, as in a lab's manifest."""
    return _said(en, lambda lang: fr if lang == "fr" else en)


def _said(text: str, told: Callable[[str], str]) -> Said:
    said = Said(text)
    said.told = told
    return said


def translate(text: str, lang: str) -> str:
    """`text` in `lang`; as it is where there is no translation, or no such language."""
    if isinstance(text, Said):
        return text.told(lang)
    return _catalogue(lang).gettext(text) if text else ""


@cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALE, languages=[lang], fallback=True)
