"""Every sentence that a person reads is there in French, and says the same."""

from __future__ import annotations

import ast
import gettext
import re
import string
from collections.abc import Iterator
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from grader.authoring.new import checks
from grader.authoring.translations import (
    CLICK,
    KEYWORDS,
    forms,
    renewed,
    sentences,
    words_of_click,
)
from grader.base.errors import BehaviourError, SubmissionError
from grader.base.messages import DOMAIN, LOCALE, Message, say, translate
from grader.base.timeline import Deviation, Moment, Timeline
from grader.cli import labebpf
from grader.verdict.classify import finding_of
from grader.verdict.record import Finding
from tests.support.checkout import ROOT

PO = LOCALE / "fr" / "LC_MESSAGES" / f"{DOMAIN}.po"


@pytest.fixture(scope="module")
def french() -> Catalog:
    return read_po(BytesIO(PO.read_bytes()), locale="fr")


def filled_in(text: str) -> set[tuple[str | None, str | None, str | None]]:
    """Return the names that are filled into `text`, and how."""
    parts = string.Formatter().parse(text)
    return {(name, form, conversion) for _, name, form, conversion in parts if name}


def test_every_sentence_has_a_translation_and_none_is_left_over(french: Catalog) -> None:
    there = {message.id for message in french if message.id and all(forms(message.string or ""))}
    wanted = sentences(ROOT).keys() | set(words_of_click())
    assert wanted <= there, "Write them into grader/locale, then: ./labebpf words"
    # Another release of click says other things.
    ours = {message.id for message in french if CLICK not in dict(message.locations)}
    assert ours - {""} <= wanted, "Run: ./labebpf words"


def test_the_compiled_catalogue_is_of_the_written_one(french: Catalog) -> None:
    with PO.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in french:
        if isinstance(message.id, str) and message.id:
            assert compiled.gettext(message.id) == message.string, "Run: ./labebpf words"
        elif message.id:
            one, many = message.id
            said = tuple(compiled.ngettext(one, many, number) for number in (1, 2))
            assert said == forms(message.string or ""), "Run: ./labebpf words"


def test_a_translation_is_another_text_with_the_same_things_filled_in(french: Catalog) -> None:
    messages = [message for message in french if message.id]
    assert len(messages) > 200
    for message in messages:
        for english, said in zip(forms(message.id), forms(message.string or ""), strict=True):
            # For one the number may be a word, "one".
            assert filled_in(said) == filled_in(english), english
        assert not message.fuzzy


def test_what_is_filled_in_is_said_in_the_language_too() -> None:
    how = say("an error: {last}", last="KeyError: 'a'")
    said = say("{name} does not end cleanly on Ctrl-C, but with {how}", name="a.py", how=how)
    assert said == "a.py does not end cleanly on Ctrl-C, but with an error: KeyError: 'a'"
    assert translate(said, "fr") == (
        "a.py ne se termine pas proprement sur Ctrl-C, mais avec une erreur : « KeyError: 'a' »"
    )
    assert translate(said, "en") == translate(said, "tlh") == said


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_no_word_of_ours_is_one_when_it_is_a_students(french: Catalog, lang: str) -> None:
    """A table `event`, a line `all`, a function `load`: any text that the catalogue has."""
    words = [word for message in french for word in forms(message.id) if word]
    assert {"event", "all", "none", "load", "Total:"} <= set(words)
    for word in words:
        assert word in translate(say("{name}: {what}", name=word, what=say("empty")), lang)
        wrong = BehaviourError(
            say("{name} declares no table named {table}.", name=word, table=word),
            say("Its words are {names}.", names=word),
            expected=word,
            actual=word,
            timeline=Timeline(
                (Moment(0, word, 0, (word,), Deviation.WRONG),), "silent", {"places": word}
            ),
        )
        found = finding_of(wrong, lang=lang)
        again = Finding.read(asdict(found)).told(lang)
        for finding in (found, again):
            assert (finding.expected, finding.actual) == (word, word)
            assert finding.why.count(word) >= 2
            assert word in finding.remedy and word in finding.cause
            assert finding.timeline[0].event == finding.timeline[0].reports[0] == word
        assert finding_of(AssertionError(word), lang=lang).why == word.split("\n")[0]


@pytest.mark.parametrize("text", ["", "nobody translates this", "{", "{0} {name}"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert translate(say(text), "fr") == translate(Message(text), "fr") == text


def test_what_a_student_wrote_is_no_template() -> None:
    said = say("{name} ended with an error: {last}", name="a.py", last="{0.__class__} {oops}")
    assert "{0.__class__} {oops}" in translate(said, "fr")


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (BehaviourError(say("{name} has no BPF function yet.", name="a.c")), "a.c n'a pas encore"),
        (
            SubmissionError(say("{name} ended with status {status}.", name="a", status=3)),
            "code de sortie 3",
        ),
        (
            BehaviourError(say("Each mkdir must leave one line.")),
            "Chaque mkdir doit laisser une ligne.",
        ),
    ],
)
def test_a_finding_is_in_the_students_language(error: Exception, why: str) -> None:
    assert why in finding_of(error, lang="fr").why
    assert why not in finding_of(error).why


def write(root: Path, code: str) -> Path:
    (root / "exercises" / "lab20").mkdir(parents=True)
    (root / "grader").mkdir()
    (root / "exercises" / "lab20" / "test_lab20.py").write_text(code)
    return root


def test_sentences_are_found_where_they_are_marked(tmp_path: Path) -> None:
    code = """
expect(a == "not this one", say("Why it is."), expected=say("one or two"), actual=b or say("none"))
raise BehaviourError(say("It has {n} lines.", n=n), say("What to do.") if n else say("What else."))
expect(a, x, actual=say("{call}: {path}", call=say("a packet"), path=path))
"""
    found = {"Why it is.", "one or two", "none", "It has {n} lines.", "What to do.", "What else."}
    root = write(tmp_path, code)
    (root / "grader" / "page.html.j2").write_text('<h1>{{ say("Report") }} {{ name }}</h1>')
    assert sentences(root).keys() == found | {"{call}: {path}", "a packet", "Report"}


def marks(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield what is marked, at each place."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in KEYWORDS:
            yield node.args[0]


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Yield the code that says something to people: of the grader, of the labs, of new labs."""
    for folder in ("grader", "exercises"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "scripts" not in path.parts:
                yield str(path.relative_to(ROOT)), ast.parse(path.read_bytes())
    for name, made in checks(ROOT):
        yield name, ast.parse(made)


def test_babel_finds_all_that_is_marked() -> None:
    """Not what stands within an f-string, before Python 3.12."""
    found = sentences(ROOT)
    for name, tree in sources():
        for marked in marks(tree):
            assert not isinstance(marked, ast.JoinedStr | ast.BinOp | ast.IfExp), name
            assert not isinstance(marked, ast.Constant) or marked.value in found, name


SENTENCE = re.compile(r"[A-Z][\w']* (\S+ )+\S*[^.\s][.?]")
NOT_TOLD = {
    "grader/authoring/new.py",  # What known answers say of themselves, in English.
    "grader/kernel/tracefs_copy.py",
    "grader/submission/view.py",
}


def test_no_sentence_is_left_unmarked() -> None:
    """Types find a str where a Message is expected; this, one that is printed or kept as a str."""
    for name, tree in sources():
        nodes = list(ast.walk(tree))
        known = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}  # Docstrings.
        known |= {id(part) for marked in marks(tree) for part in ast.walk(marked)}
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                unmarked = SENTENCE.fullmatch(node.value) and id(node) not in known
                assert not unmarked or name in NOT_TOLD, f"{name}:{node.lineno}: {node.value}"


def helps(command: click.Command) -> Iterator[str]:
    """Yield what `--help` says of `command` and those below it, in English."""
    yield command.help or ""
    for parameter in command.params:
        yield from filter(None, (parameter.metavar, getattr(parameter, "help", None)))
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from helps(each)


def test_all_help_of_the_command_line_is_marked() -> None:
    assert set(helps(labebpf)) - {""} <= sentences(ROOT).keys()


def test_a_new_sentence_is_missing_until_it_is_translated(tmp_path: Path) -> None:
    root = write(tmp_path, 'raise BehaviourError(say("Nobody has said this before."))\n')
    files, missing = renewed("fr", root)
    assert missing == ["Nobody has said this before."]
    assert b"Each mkdir" not in files[PO], "unused ones go"


def test_braces_mean_something_only_where_a_value_is_filled_in() -> None:
    assert say("Write {} or {name}.") == translate(say("Write {} or {name}."), "fr")


def test_it_is_plain_text_for_everything_else() -> None:
    said = say("{n} lines", n=3)
    assert isinstance(said, str) and isinstance(said, Message)
    assert said == "3 lines" and hash(said) == hash("3 lines") and f"{said}!" == "3 lines!"
