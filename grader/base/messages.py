"""The sentences that a person reads: marked in the code, in English, and translated by gettext.

Each is marked by `say` where it stands, also one with nothing to fill in:

    raise BehaviourError(say("{file} has no BPF function yet.", file=name), say("Write it."))

Babel's extractor finds these calls, and `./labebpf words` brings the catalogue up to date. A
parameter of the type Message takes nothing else, so that mypy finds what is not marked.

Values are shown as they are, in every language: a student may have called a table `event`, or
printed `all`, which are words of ours too. So is what a check expected and what it saw. A value
that is one of our words is a Message itself:

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


class Message(str):
    """A sentence of ours: a str in English, which `told` gives in each language.

    Made by `say` and `paired`; of text that is the same in each language, such as a command, by the
    class itself.
    """

    told: Callable[[str], str]

    def __new__(cls, text: str = "", told: Callable[[str], str] | None = None) -> Message:
        """Make a message of English `text`."""
        message = super().__new__(cls, text)
        message.told = told or (lambda _: text)
        return message


NO_MESSAGE = Message()


def say(template: str, /, **values: object) -> Message:
    """Mark `template` as a sentence, and fill `values` in as str.format does; without any, nothing.

    Values that are messages are translated with it, and all others are the same in each language.
    """

    def filled(text: str, lang: str) -> str:
        if not values:
            return text
        return text.format(**{name: shown(value, lang) for name, value in values.items()})

    return Message(
        template.format(**values) if values else template,
        lambda lang: filled(_catalogue(lang).gettext(template), lang) if template else "",
    )


def paired(en: str, fr: str) -> Message:
    """Make a message whose languages stand side by side in data, as in a lab's manifest."""
    return Message(en, lambda lang: fr if lang == "fr" else en)


def translate(message: Message, lang: str) -> str:
    """Return `message` in `lang`, and in English where it has no translation.

    Text that is no message comes from code without types: it is returned as it is.
    """
    return shown(message, lang)


def shown(value: Value, lang: str) -> Value | str:
    """Return `value` in `lang` if it is a message, and as it is if it may be anybody's."""
    return value.told(lang) if isinstance(value, Message) else value


@cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALE, languages=[lang], fallback=True)
