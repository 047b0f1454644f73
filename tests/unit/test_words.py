"""What is shown is in people's words, and what is French is nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from babel.messages.pofile import read_po

from grader.authoring.translations import CLICK, forms
from grader.base.messages import DOMAIN, LOCALE
from grader.checks import event_count, line_count, listed
from grader.labs import find_labs
from grader.submission.program import DECLARED_WITH, MAP_TYPES, kinds
from grader.verdict.catalogue import entries
from tests.support.checkout import ROOT
from tests.support.words import faults

PO = LOCALE / "fr" / "LC_MESSAGES" / f"{DOMAIN}.po"
ENGLISH = "the|an|of|is|not|and|with|from|this|has|have|that|it|are|to|by|was|were|which|be|its|no"
"""Words that no French sentence has, and C has not."""
TOOLS = r"\{(?:strerror|error(?:!r)?|answer|strip)\}|(?:error|traceback|callback): \{last\}"
"""Placeholders for what the kernel, a tool or Python says, which is English."""


@pytest.mark.parametrize(
    "text",
    [
        "seen: ['a', 'b']",
        "keys [0, 3]",
        "[] among them",
        "{'a': 1}",
        "expected perf_event_array",
        "<class 'int'>",
        "{n} more",
        "1 lines",
    ],
)
def test_a_programs_words_are_found(text: str) -> None:
    assert faults(text)


@pytest.mark.parametrize(
    "text",
    [
        "compteur[0] = 2, compteur[7] = 1",
        'b["events"] and b[0]',
        "struct data_t data = {};",
        'BPF_TABLE("lru_hash", ...)',
        "events.ringbuf_output(&now, sizeof(now), 0)",
        "1 line, 21 lines and 0.1 lines",
    ],
)
def test_a_persons_words_are_not(text: str) -> None:
    assert not faults(text)


@pytest.mark.parametrize("n", [0, 1, 2, 21])
def test_what_is_counted_is_told_in_words(n: int) -> None:
    for told in (line_count(n), event_count(n), listed([n] * n), listed({0: n})):
        assert told and not faults(told)


def test_each_kind_of_table_has_the_name_that_a_student_declares_it_with() -> None:
    assert DECLARED_WITH.keys() == {*MAP_TYPES.values(), "histogram", "other"}
    assert all(word.startswith("BPF_") for word in DECLARED_WITH.values())
    assert kinds("hash") == ("hash",) and set(kinds("histogram")) <= {*MAP_TYPES.values()}


def french() -> Iterator[tuple[str, str]]:
    """Yield each English sentence with its French, of catalogues, labs and known errors."""
    for message in read_po(PO.open("rb"), locale="fr"):
        if message.id and CLICK not in dict(message.locations):
            yield from zip(forms(message.id), forms(message.string or ""), strict=True)
    for entry in entries():
        for text in (entry.cause, entry.mend, *entry.otherwise.values()):
            yield text.en, text.fr
    for lab in find_labs(ROOT / "exercises").values():
        for text in (lab.title, *(t for task in lab.tasks for t in (task.title, *task.hints))):
            yield text.en, text.fr


def test_no_english_word_is_in_a_french_sentence() -> None:
    words = rf"(?<![\w'/.<-])(?:{ENGLISH})(?![\w'/.=(-])"
    for english, said in french():
        ours = re.sub(r"« [^»]* »|\{[^}]*\}|`[^`]*`|\"[^\"]*\"|\./labebpf [^.]*", "", said)
        found = re.findall(words, ours)
        assert not found or said == english, (found, said)


def test_what_a_tool_says_is_a_quote_in_a_french_sentence() -> None:
    seen = 0
    for english, said in french():
        for placeholder in re.findall(r"\{[\w!]+\}", "".join(re.findall(TOOLS, english))):
            seen += 1
            assert re.search(rf"« [^»]*{re.escape(placeholder)}[^»]* »", said), said
    assert seen > 20


@pytest.mark.parametrize("placeholder", ["{message}", "{verdict}"])
def test_the_words_of_clang_and_of_the_verifier_are_quotes_too(placeholder: str) -> None:
    said = [text.fr for entry in entries() for text in (entry.cause, entry.mend)]
    having = [text for text in said if placeholder in text]
    assert having and all(f"« {placeholder} »" in text for text in having)
