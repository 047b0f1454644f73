"""The catalogue of translations: renewed from the sentences that Babel finds in the code.

Every sentence is marked by `say`, in Python and in the page's template. Those of a new lab stand in
templates of Python: they are found in what is made of these. Click's own words are in the catalogue
as well, since click looks them up there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract, extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from grader.authoring.new import checks
from grader.base.messages import DOMAIN, LOCALE

KEYWORDS = {"say": None}
"""The marks: functions whose first argument is a sentence."""
_WHERE = {
    "exercises": [("**/test_*.py", "python"), ("**/conftest.py", "python")],
    "grader": [("**.py", "python"), ("**.html.j2", "jinja2")],
}
"""The files that are looked at in each folder, and Babel's extractor for them."""
CLICK = "click"
"""The place that the catalogue names for click's own words."""
_CLICK_MODULES = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")
"""The modules of click whose words a person can meet here."""
_PLURALS = "nplurals=2; plural=(n > 1);"
"""The plural forms of French."""


def sentences(root: Path) -> dict[str, str]:
    """Find the sentences of the checkout `root`, each with a file where it stands."""
    found: dict[str, str] = {}
    for text, file in _marked(root):
        found.setdefault(text, file)
    return found


def _marked(root: Path) -> Iterator[tuple[str, str]]:
    for folder, methods in _WHERE.items():
        for name, _, text, _, _ in extract_from_dir(root / folder, methods, {}, KEYWORDS):
            yield str(text), f"{folder}/{name}"
    for name, made in checks(root):
        for _, text, _, _ in extract("python", BytesIO(made.encode()), KEYWORDS):
            yield str(text), name


def words_of_click() -> list[str | tuple[str, str]]:
    """Find what the installed click says; where it has a plural, the singular and the plural."""
    found: dict[str | tuple[str, str], None] = {}
    for module in _CLICK_MODULES:
        path = Path(click.__file__).with_name(f"{module}.py")
        if path.exists():
            with path.open("rb") as file:
                for _, _, text, _ in extract_python(file, {"_": None, "ngettext": (1, 2)}, (), {}):
                    if isinstance(text, str):
                        found[text] = None
                    elif text and text[0] and text[1]:
                        found[text[0], text[1]] = None
    return list(found)


def renewed(lang: str, root: Path) -> tuple[dict[Path, bytes], list[str]]:
    """Renew the catalogue of `lang`: return its files, written and compiled, and what it lacks.

    The catalogue lacks the sentences of `root` that have no translation. Translations of sentences
    that are gone are left out.
    """
    path = LOCALE / lang / "LC_MESSAGES" / f"{DOMAIN}.po"
    old = read_po(BytesIO(path.read_bytes()), locale=lang, domain=DOMAIN)
    new = Catalog(
        locale=lang,
        domain=DOMAIN,
        fuzzy=False,
        header_comment="# What a person reads, in another language. Renewed by: ./labebpf words",
        project="labebpf",
        version="1",
        last_translator="labebpf",
        language_team=lang,
        creation_date=old.creation_date,
        revision_date=old.creation_date,
    )
    # Babel's own differ from release to release.
    new.mime_headers = [("Plural-Forms", _PLURALS)]
    missing = []
    wanted: dict[str | tuple[str, str], str] = dict.fromkeys(words_of_click(), CLICK)
    wanted.update(sentences(root))
    for text, file in wanted.items():
        message = old.get(text)
        translated = forms(message.string) if message and message.string else ("",)
        if not all(translated):
            missing.append(" / ".join(forms(text)))
        string = translated[0] if len(translated) == 1 else translated
        new.add(text, string, locations=[(file, 0)])
    written, compiled = BytesIO(), BytesIO()
    write_po(written, new, width=98, sort_by_file=True, include_lineno=False)
    write_mo(compiled, new)
    return {path: written.getvalue(), path.with_suffix(".mo"): compiled.getvalue()}, missing


def forms(text: str | Sequence[str]) -> tuple[str, ...]:
    """Return the singular and the plural of a message; where it has no plural, the one text."""
    return (text,) if isinstance(text, str) else tuple(text)
