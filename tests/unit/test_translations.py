"""Every sentence that a person reads is there in French, and says the same."""

from __future__ import annotations

import gettext
import string
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from grader.authoring.translations import CLICK, forms, renewed, sentences, words_of_click
from grader.base.errors import BehaviourError, CourseError, SubmissionError
from grader.base.messages import DOMAIN, LOCALE, Said, say, translate
from grader.base.timeline import Mark, Moment, Timeline
from grader.verdict.classify import finding_of
from grader.verdict.record import Finding
from tests.support.checkout import ROOT

PO = LOCALE / "fr" / "LC_MESSAGES" / f"{DOMAIN}.po"


@pytest.fixture(scope="module")
def french() -> Catalog:
    return read_po(BytesIO(PO.read_bytes()), locale="fr")


def filled_in(text: str) -> set[tuple[str | None, str | None, str | None]]:
    """The names that are filled into `text`, and how."""
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
        "a.py ne se termine pas proprement sur Ctrl-C, mais avec une erreur : KeyError: 'a'"
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
                (Moment(0, word, 0, (word,), Mark.WRONG),), "silent", {"places": word}
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
    assert translate(text, "fr") == text


def test_what_a_student_wrote_is_no_template() -> None:
    said = say("{name} ended with an error: {last}", name="a.py", last="{0.__class__} {oops}")
    assert "{0.__class__} {oops}" in translate(said, "fr")


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (BehaviourError(say("{name} has no BPF function yet.", name="a.c")), "a.c n'a pas encore"),
        (SubmissionError(say("{name} ended with status {status}.", name="a", status=3)), "code 3"),
        (BehaviourError("Each mkdir must leave one line."), "Chaque mkdir doit laisser une ligne."),
    ],
)
def test_a_finding_is_in_the_students_language(error: Exception, why: str) -> None:
    assert why in finding_of(error, lang="fr").why
    assert why not in finding_of(error).why


def write(root: Path, code: str) -> Path:
    (root / "exercises").mkdir()
    (root / "grader").mkdir()
    (root / "exercises" / "test_lab.py").write_text(code)
    return root


def test_sentences_are_found_where_they_are_said(tmp_path: Path) -> None:
    code = """
expect(a == "not this one", "Why it is.", expected=say("one or two"), actual=b or say("none"))
raise BehaviourError(say("It has {n} lines.", n=n), "What to do." or "What else.", log="not this")
raise ValueError("nobody reads it")
expect(a, "x", "word", expected="perf_event_array")
expect(a, "x", actual=say("{call}: {path}", call="mkdir", path=f"{a}/sub"))
"""
    found = {
        "Why it is.",
        "one or two",
        "none",
        "It has {n} lines.",
        "What to do.",
        "{call}: {path}",
    }
    assert sentences(write(tmp_path, code)).keys() == found | {"What else."}


def test_the_help_of_commands_is_found(tmp_path: Path) -> None:
    code = """
@lab.command("go")
@click.option("--fast", metavar="HOW", help="Be quick.")
@click.argument("place", metavar="[PLACE]")
def go():
    \"\"\"Go there.

    Then come back.
    \"\"\"
"""
    found = {"Be quick.", "HOW", "[PLACE]", "Go there.\n\nThen come back."}
    assert sentences(write(tmp_path, code)).keys() == found


def test_what_would_be_shown_as_it_is_must_be_translated_first(tmp_path: Path) -> None:
    root = write(tmp_path, "")
    (root / "grader" / "a.py").write_text("console.print(Text('No word of it'))")
    with pytest.raises(CourseError, match=r"grader/a.py:1: 'No word of it' cannot be translated"):
        sentences(root)


@pytest.mark.parametrize("said", ['f"It has {n} lines."', '"It has " + n', '"It has %d" % n'])
def test_a_sentence_that_cannot_be_translated_is_told(tmp_path: Path, said: str) -> None:
    with pytest.raises(CourseError, match=r"exercises/test_lab.py:1: .*cannot be translated"):
        sentences(write(tmp_path, f"raise BehaviourError({said})\n"))


@pytest.mark.parametrize(
    "code",
    [
        'expect(a, "Why.", expected="no line at all")',
        'raise BehaviourError("It is wrong.", actual=b if a else "none")',
        'Finding(Status.INFRA, "The machine is gone.")',
        'say("tables: {names}", names=", ".join(a) or "none")',
    ],
)
def test_a_sentence_where_text_is_shown_as_it_is_is_told(tmp_path: Path, code: str) -> None:
    with pytest.raises(CourseError, match=r"exercises/test_lab.py:2: '.*' is shown as it is"):
        sentences(write(tmp_path, f'said = say("none")\n{code}\n'))


def test_a_new_sentence_is_missing_until_it_is_translated(tmp_path: Path) -> None:
    root = write(tmp_path, 'raise BehaviourError("Nobody has said this before.")\n')
    files, missing = renewed("fr", root)
    assert missing == ["Nobody has said this before."]
    assert b"Each mkdir" not in files[PO], "unused ones go"


def test_it_is_plain_text_for_everything_else() -> None:
    said = say("{n} lines", n=3)
    assert isinstance(said, str) and isinstance(said, Said)
    assert said == "3 lines" and hash(said) == hash("3 lines") and f"{said}!" == "3 lines!"
