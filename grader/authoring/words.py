"""The sentences that students read, found in the code, and the catalogue of their translations.

Babel reads and writes the catalogue. Which strings are sentences is seen from where they stand,
which Babel's own extractor cannot: they are arguments of the calls below.
"""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from grader.authoring.new import checks
from grader.errors import CourseError
from grader.words import DOMAIN, LOCALE

_NAMED = 1 << 10
_ERROR = {"what": 0, "remedy": 1}
_SEEN = {"expected": _NAMED, "actual": _NAMED}
_SPOKEN: dict[str, dict[str, int]] = {
    "say": {"template": 0},
    "expect": {"why": 1, "remedy": 2, **_SEEN},
    "Wrong": {**_ERROR, **_SEEN},
    "SubmissionError": _ERROR,
    "Infra": _ERROR,
    "UsageError": _ERROR,
    "Blocked": _ERROR,
    "PhaseTimeout": {"what": 2, "remedy": 3},
    "Finding": {"why": 1, "remedy": 2, **_SEEN},
    "Probe": {"detail": 2, "remedy": 3},
}
"""Calls, and which of their arguments are read: by position, or named alone."""
_INSTRUCTORS = {"authoring", "course", "formats"}
"""Rooms whose messages are for instructors, who read English."""


def sentences(root: Path) -> dict[str, str]:
    """All sentences of the checkout `root`, each with a file where it stands.

    Those of labs that `labebpf new` makes are among them.

    What is filled in stands in braces, by name. Raises CourseError for a sentence that cannot be
    translated, since it is put together in another way.
    """
    found: dict[str, str] = {}
    for folder in ("exercises", "grader"):
        for path in sorted((root / folder).rglob("*.py")):
            name = str(path.relative_to(root))
            if _INSTRUCTORS.isdisjoint(path.relative_to(root).parts):
                for text in _spoken(ast.parse(path.read_bytes()), name):
                    found.setdefault(text, name)
    for name, written in checks(root):
        for text in _spoken(ast.parse(written), name):
            found.setdefault(text, name)
    return found


def renewed(lang: str, root: Path) -> tuple[dict[Path, bytes], list[str]]:
    """The catalogue of `lang` as the sentences of `root` make it, by path, and compiled.

    Also those that have no translation yet. Unused ones go.
    """
    path = LOCALE / lang / "LC_MESSAGES" / f"{DOMAIN}.po"
    old = read_po(BytesIO(path.read_bytes()), locale=lang, domain=DOMAIN)
    new = Catalog(
        locale=lang,
        domain=DOMAIN,
        fuzzy=False,
        header_comment="# What students read, in another language. Renewed by: ./labebpf words",
        project="labebpf",
        version="1",
        last_translator="labebpf",
        language_team=lang,
        creation_date=old.creation_date,
        revision_date=old.creation_date,
    )
    missing = []
    for text, file in sentences(root).items():
        message = old.get(text)
        if message is None or not message.string:
            missing.append(text)
        new.add(text, message.string if message else "", locations=[(file, 0)])
    written, compiled = BytesIO(), BytesIO()
    write_po(written, new, width=98, sort_by_file=True, include_lineno=False)
    write_mo(compiled, new)
    return {path: written.getvalue(), path.with_suffix(".mo"): compiled.getvalue()}, missing


def _spoken(tree: ast.Module, file: str) -> Iterator[str]:
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        for parameter, position in _SPOKEN.get(name, {}).items():
            value = given.get(parameter)
            if value is None and position < len(call.args):
                value = call.args[position]
            if name == "say" and isinstance(value, ast.Constant):
                yield str(value.value)
            elif value is not None:
                yield from _texts(value, file)


def _texts(value: ast.expr, file: str) -> Iterator[str]:
    """The sentences that `value` can be."""
    if isinstance(value, ast.Constant):
        if isinstance(value.value, str) and _has_words(value.value):
            yield value.value
    elif isinstance(value, ast.IfExp):
        yield from (*_texts(value.body, file), *_texts(value.orelse, file))
    elif isinstance(value, ast.BoolOp):
        for each in value.values:
            yield from _texts(each, file)
    elif isinstance(value, ast.JoinedStr | ast.BinOp) and _has_words(ast.unparse(value)):
        raise CourseError(
            f"{file}:{value.lineno}: {ast.unparse(value)} cannot be translated.",
            'Write it as say("... {name} ...", name=value).',
        )


def _has_words(text: str) -> bool:
    """Whether `text` differs from language to language: it has words beside what is filled in."""
    try:
        parts = [part for part, *_ in string.Formatter().parse(text)]
    except ValueError:  # Braces that are none of str.format's.
        parts = [text]
    words = "".join(parts).replace(".", " ").replace(",", " ").split()
    return sum(word.isalpha() for word in words) > 1
