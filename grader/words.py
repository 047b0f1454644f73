"""What a person reads: written in English, and said in the reader's language by gettext.

A sentence that is the same each time is written as it is. One with something in it is made by
`say`, and remembers what it was made of:

    raise Wrong(say("{file} has no BPF function yet.", file=name), "Write the function.")

`translate` is called once, where the sentence is about to be kept or shown.
"""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "labebpf"


class Said(str):
    """An English sentence that can be said in another language. Made by `say`."""

    template: str
    values: dict[str, object]


def say(template: str, **values: object) -> Said:
    """`template` with `values` filled in as str.format does it."""
    said = Said(template.format(**values))
    said.template, said.values = template, values
    return said


def translate(text: str, lang: str) -> str:
    """`text` in `lang`; as it is where there is no translation, or no such language."""
    if not isinstance(text, Said):
        return _catalogue(lang).gettext(text) if text else ""
    values = {
        name: translate(value, lang) if isinstance(value, str) else value
        for name, value in text.values.items()
    }
    return _catalogue(lang).gettext(text.template).format(**values)


@cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALE, languages=[lang], fallback=True)
