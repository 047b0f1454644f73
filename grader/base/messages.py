"""What a person reads: written in English, and said in the reader's language by gettext.

A sentence that is the same each time is written as it is, where only sentences stand. One with
something in it is made by `say`, and remembers what it was made of:

    raise BehaviourError(say("{file} has no BPF function yet.", file=name), "Write the function.")

What is filled in is shown as it is: a student may have called a table `event`, or printed `all`,
which are words of ours too. So is what a check expected and what it saw. A word that is meant as
one of ours is made by `say` itself:

    raise BehaviourError(why, remedy, expected=found.type, actual=say("none"))

`translate` is called once, where the sentence is about to be kept or shown.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

Value = TypeVar("Value")

LOCALE = Path(__file__).parents[1] / "locale"
DOMAIN = "labebpf"


class Said(str):
    """English text that is there in another language too. Made by `say` and `paired`."""

    told: Callable[[str], str]
    """The same in a language; in English in one that it is not there in."""


def say(template: str, **values: object) -> Said:
    """`template` with `values` filled in as str.format does it.

    Of these, what was said is said in the language too, and all else is as it is in each.
    """

    def told(lang: str) -> str:
        filled = {name: shown(value, lang) for name, value in values.items()}
        return _catalogue(lang).gettext(template).format(**filled)

    return _said(template.format(**values), told)


def sentence(text: str) -> Said:
    """`text`, which is a sentence of ours without anything filled in, or was said already."""
    return text if isinstance(text, Said) else _said(text, lambda lang: translate(text, lang))


def paired(en: str, fr: str) -> Said:
    """Text of which both languages stand side by side, as in a lab's manifest."""
    return _said(en, lambda lang: fr if lang == "fr" else en)


def _said(text: str, told: Callable[[str], str]) -> Said:
    said = Said(text)
    said.told = told
    return said


def translate(text: str, lang: str) -> str:
    """`text` of ours in `lang`; as it is where there is no translation, or no such language."""
    if isinstance(text, Said):
        return text.told(lang)
    return _catalogue(lang).gettext(text) if text else ""


def shown(value: Value, lang: str) -> Value | str:
    """`value` in `lang` if it was said, and as it is if it may be anybody's."""
    return value.told(lang) if isinstance(value, Said) else value


@cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALE, languages=[lang], fallback=True)
