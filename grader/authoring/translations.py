"""The sentences that a person reads, found in the code, and the catalogue of their translations.

Babel reads and writes the catalogue. Which strings are sentences is seen from where they stand,
which Babel's own extractor cannot: they are arguments of the calls below, and the help of the
command line. Click's own words are among them, as it looks them up in our catalogue.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from grader.authoring.new import checks
from grader.base.errors import CourseError
from grader.base.messages import DOMAIN, LOCALE, say

_PLURALS = "nplurals=2; plural=(n > 1);"
"""Of French; the only language with them so far."""
CLICK = "click"
"""Where click's own words stand."""
_NAMED = 1 << 10
_ERROR = {"what": 0, "remedy": 1}
_SPOKEN: dict[str, dict[str, int]] = {
    "say": {"template": 0},
    "expect": {"why": 1, "remedy": 2},
    "BehaviourError": _ERROR,
    "SubmissionError": _ERROR,
    "InfraError": _ERROR,
    "UsageError": _ERROR,
    "AbortedError": _ERROR,
    "Refusal": {"why": 0, "remedy": 1},
    "BlockedError": _ERROR,
    "CourseError": _ERROR,
    "PhaseTimeoutError": {"what": 2, "remedy": 3},
    "Probe": {"detail": 2, "remedy": 3},
    "Step": {"claim": 0, "unjudged": 2},
    "Problem": _ERROR,
    "_wrong": {"what": 2},
    "_tell": {"step": 0},
    "_say": {"text": 0},
    "tell_person": {"text": 0},
    "waiting": {"text": 0},
    "translate": {"text": 0},
    "said": {"text": 0},
    "echo": {"text": 0},
    "note": {"text": 0},
    "agreed": {"question": 0},
    "option": {"help": _NAMED, "metavar": _NAMED},
    "Option": {"help": _NAMED},
    "argument": {"metavar": _NAMED},
}
"""Calls, and which of their arguments are read: by position, or named alone."""
_SEEN = {"expected": _NAMED, "actual": _NAMED}
_AS_IT_IS: dict[str, dict[str, int]] = {
    "expect": _SEEN,
    "BehaviourError": _SEEN,
    "Finding": {"why": 1, "remedy": 2, **_SEEN},
}
"""Arguments that may be a student's words, and are shown as they are; so are the values of say."""
_READ_LATER = {"what", "why", "remedy", "detail", "claim", "_REMEDY"}
"""Variables that hold such an argument until then."""
_ALWAYS = {"say", "translate", "said"}
_SINGLE_WORDS = {"Probe", "Step", "_tell", "option", "Option"}
"""Those of which a single word is a sentence too, and not a name."""
_UNSPOKEN = {"Text": 0, "print": 0, "secho": 0, "status": 0, "confirm": 0, "prompt": 0}
"""Calls that show their argument as it is: no sentence may stand there untranslated."""
_WORD = re.compile(r"(?=\w*[a-zé])[^\W\d_]{2,}")
_NO_WORDS = re.compile(r"\{.*?\}|(?:sudo )?\./labebpf.*|^labebpf:")
_OF_CLICK = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")
"""The modules of click whose words a person can meet here."""


def sentences(root: Path) -> dict[str, str]:
    """All sentences of the checkout `root`, each with a file where it stands.

    Those of labs that `labebpf new` makes are among them.

    What is filled in stands in braces, by name. Raises CourseError for a sentence that cannot be
    translated, since it is put together in another way, or stands where text is shown as it is.
    """
    found: dict[str, str] = {}
    as_it_is: list[tuple[str, str]] = []
    for name, tree in _trees(root):
        for text in _spoken(tree, name):
            found.setdefault(text, name)
        as_it_is += _left(tree, name)
    for place, text in as_it_is:
        if text in found or (" " in text and _count(text) > 1):
            raise CourseError(
                say("{place}: {code} is shown as it is.", place=place, code=repr(text)),
                'Write it as say("...").',
            )
    return found


def _trees(root: Path) -> Iterator[tuple[str, ast.Module]]:
    """Each file whose sentences people read, by its name, and the checks of new labs."""
    for folder in ("exercises", "grader"):
        for path in sorted((root / folder).rglob("*.py")):
            if not {"scripts", "guest"} & set(path.parts):
                yield str(path.relative_to(root)), ast.parse(path.read_bytes())
    for name, written in checks(root):
        yield name, ast.parse(written)


def words_of_click() -> list[str | tuple[str, str]]:
    """What click itself says, as it is installed here; of two forms both, for one and for more."""
    found: dict[str | tuple[str, str], None] = {}
    for module in _OF_CLICK:
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
    """The catalogue of `lang` as the sentences of `root` make it, by path, and compiled.

    Also those that have no translation yet. Unused ones go.
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
        said = forms(message.string) if message and message.string else ("",)
        if not all(said):
            missing.append(" / ".join(forms(text)))
        new.add(text, said[0] if len(said) == 1 else said, locations=[(file, 0)])
    written, compiled = BytesIO(), BytesIO()
    write_po(written, new, width=98, sort_by_file=True, include_lineno=False)
    write_mo(compiled, new)
    return {path: written.getvalue(), path.with_suffix(".mo"): compiled.getvalue()}, missing


def forms(text: str | Sequence[str]) -> tuple[str, ...]:
    """The singular and the plural of a message, or what it is in both cases."""
    return (text,) if isinstance(text, str) else tuple(text)


def _spoken(tree: ast.Module, file: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any(map(_makes_command, node.decorator_list)):
            yield ast.get_docstring(node) or ""
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in _READ_LATER:
            yield from _texts(node.value, file, 2)
        if not isinstance(node, ast.Call):
            continue
        name = _name(node)
        for parameter, value in _given(node, _SPOKEN.get(name, {})):
            least = 1 if name in _SINGLE_WORDS else 2
            if name in _ALWAYS or parameter == "metavar":
                least = 0
            yield from _texts(value, file, least)
        if name in _UNSPOKEN and node.args and file.startswith("grader/"):
            for text in _texts(node.args[0], file, 2):
                raise _untranslated(f"{file}:{node.lineno}", repr(text))


def _left(tree: ast.Module, file: str) -> Iterator[tuple[str, str]]:
    """Strings that stand where text is left as it is: where, and what."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        values = [value for _, value in _given(node, _AS_IT_IS.get(_name(node), {}))]
        if _name(node) == "say":
            values = [
                keyword.value
                for keyword in node.keywords
                # Put together of what is no sentence: a command, a path.
                if not isinstance(keyword.value, ast.JoinedStr)
            ]
        for value in values:
            for text in _texts(value, file, 1):
                yield f"{file}:{value.lineno}", text


def _name(call: ast.Call) -> str:
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def _given(call: ast.Call, wanted: Mapping[str, int]) -> Iterator[tuple[str, ast.expr]]:
    """The arguments of `call` that are `wanted`, by name and position."""
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    for parameter, position in wanted.items():
        if parameter in named:
            yield parameter, named[parameter]
        elif position < len(call.args):
            yield parameter, call.args[position]


def _makes_command(decorator: ast.expr) -> bool:
    """Whether the function below it is a command, whose docstring is its help."""
    made = getattr(getattr(decorator, "func", None), "attr", "")
    return made in ("command", "group")


def _texts(value: ast.expr, file: str, least: int) -> Iterator[str]:
    """The sentences that `value` can be; it is one from `least` words on."""
    if isinstance(value, ast.Constant):
        if isinstance(value.value, str) and _count(value.value) >= least:
            yield value.value
    elif isinstance(value, ast.IfExp):
        yield from (*_texts(value.body, file, least), *_texts(value.orelse, file, least))
    elif isinstance(value, ast.BoolOp):
        for each in value.values:
            yield from _texts(each, file, least)
    elif isinstance(value, ast.JoinedStr | ast.BinOp):
        parts = [part.value for part in ast.walk(value) if isinstance(part, ast.Constant)]
        if any(isinstance(part, str) and _count(part) for part in parts):
            raise _untranslated(f"{file}:{value.lineno}", ast.unparse(value))


def _untranslated(place: str, code: str) -> CourseError:
    return CourseError(
        say("{place}: {code} cannot be translated.", place=place, code=code),
        'Write it as say("... {name} ...", name=value).',
    )


def _count(text: str) -> int:
    """The words in `text`, without what is filled in, and what is to be typed."""
    return len(_WORD.findall(_NO_WORDS.sub("", text)))
