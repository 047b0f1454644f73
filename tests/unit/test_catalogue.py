"""The catalogue: every entry was seen, is told in two languages, and needs nothing untold."""

from __future__ import annotations

import codecs
import os
import re
import string
from dataclasses import replace
from pathlib import Path

import pytest

from grader.base.errors import SubmissionError
from grader.base.messages import (
    say,
    translate,
)
from grader.labs import Text
from grader.verdict.catalogue import KnownError, entries
from grader.verdict.explain import Explanation, explain
from tests.support.broken_programs import (
    ELSEWHERE,
    PROGRAMS,
    RECORDED,
    WARNED,
    entry_of,
    printed,
    recorded,
)
from tests.support.broken_table import TABLE, nots_of, table
from tests.support.machine_programs import LOADED, explained, keep, kept

SAYINGS = recorded()
KEPT = kept()
IDS = [entry.id for entry in entries()]
OF_PROGRAMS = [entry for entry in entries() if "python" not in entry.says]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def always(entry: KnownError) -> set[str]:
    """Return the placeholders that have a value whichever of the entry's patterns fits."""
    groups = []
    for stage, patterns in entry.says.items():
        warned = set() if stage == "compiler" else set(re.compile(entry.warned).groupindex)
        on = set(re.compile(re.sub(r"\{[a-z]+\}", "", entry.on)).groupindex)
        compiled = set(re.compile(entry.compiled).groupindex)
        groups += [
            warned | on | compiled | set(re.compile(pattern).groupindex) for pattern in patterns
        ]
    return set.intersection(*groups)


def test_an_entry_is_there_once() -> None:
    assert len(IDS) == len(set(IDS)) >= 60


@pytest.mark.parametrize("entry", entries(), ids=IDS)
def test_both_languages_say_the_same_of_what_can_be_told(entry: KnownError) -> None:
    known = always(entry) | {"file", "source", *entry.otherwise, *entry.needs}
    if entry.variable:
        assert "variable" in re.compile(entry.variable).groupindex
    for text in (entry.cause, entry.mend):
        assert text.en and text.fr and text.en != text.fr
        assert placeholders(text.en) | {"message"} == placeholders(text.fr) | {"message"}
        assert placeholders(text.en) <= known
    assert set(re.findall(r"\{([a-z]+)\}", entry.find + entry.on)) <= known


@pytest.mark.parametrize("entry", OF_PROGRAMS, ids=lambda entry: entry.id)
def test_an_entry_was_seen_where_it_says_and_nowhere_else(entry: KnownError) -> None:
    """A broken program was refused with it by the kernel here, a log is another's."""
    proved = {where for where, known, _ in SAYINGS if known == entry.id}
    proved |= {said.where for said in KEPT if said.known == entry.id}
    if entry.id in map(entry_of, (*PROGRAMS, *WARNED)):
        proved.add(RECORDED)
    assert proved, "no program and no log shows it"
    assert set(entry.seen) == proved


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_broken_program_is_for_an_entry_and_says_what_it_shows(program: Path) -> None:
    assert entry_of(program) in IDS
    data = program.read_bytes()
    text = data.decode("utf-16" if data.startswith(codecs.BOM_UTF16_LE) else "utf-8-sig")
    assert re.match(r"/\*\n \* shows: [A-Z].+\.\n( \* (hook|not): \S+\n)* \*/\n", text)
    for known in re.findall(r"^ \* not: (\S+)$", text, re.MULTILINE):
        assert known in IDS and known != entry_of(program)
    assert program.with_suffix(".txt").is_file()


def test_each_entry_has_a_program() -> None:
    there = {entry_of(program) for program in (*PROGRAMS, *WARNED, *ELSEWHERE)}
    assert there - {"none"} == {entry.id for entry in OF_PROGRAMS}


@pytest.mark.parametrize("program", ELSEWHERE, ids=lambda path: path.stem)
def test_what_was_refused_elsewhere_is_explained(program: Path) -> None:
    source = program.read_bytes()
    named = re.search(rb"shows: [A-Z].+\.\n[ #*]+recorded: (\S+)\n", source)
    assert named
    where, entry_id = named[1].decode(), entry_of(program)
    (log, *_) = [
        *(said.log for said in KEPT if (said.where, said.file) == (where, program)),
        *(log for at, known, log in SAYINGS if (at, known) == (where, entry_id)),
    ]
    told = program.with_suffix(".txt")
    said = printed(
        SubmissionError(say("It is refused."), log=log, file="program" + program.suffix), source
    )
    if os.environ.get("LABEBPF_GOLDEN") == "write":
        told.write_text(said, encoding="utf-8")
    assert said == told.read_text(encoding="utf-8")


@pytest.mark.parametrize("where, known, log", SAYINGS, ids=lambda value: str(value)[:9])
def test_what_other_kernels_and_compilers_said_is_known(where: str, known: str, log: str) -> None:
    error = explain(SubmissionError(say("It is refused."), log=log, file="a.c"), b"")
    assert isinstance(error, Explanation)
    assert error.known == known
    for lang in ("en", "fr"):
        told = translate(error.what, lang) + translate(error.remedy, lang)
        for value in ("{}", *error.values.values()):
            told = told.replace(value, "")
        assert not re.search(r"[{}]", told)


@pytest.mark.parametrize("where", sorted({said.where for said in KEPT}))
def test_what_was_said_in_a_machine_is_explained_as_it_was(where: str) -> None:
    here = [said for said in KEPT if said.where == where]
    assert len(here) >= 200
    now = {said.file: explained(said.file, said.log, said.known in LOADED)[0] for said in here}
    if os.environ.get("LABEBPF_GOLDEN") == "write":
        keep([replace(said, known=now[said.file]) for said in here])
    assert now == {said.file: said.known for said in kept() if said.where == where}


def test_no_counter_example_is_explained_by_what_it_is_not() -> None:
    told = {(said.where, said.file.name) for said in KEPT if said.known in nots_of(said.file)}
    assert not told


def test_the_table_of_messages_says_what_is_kept() -> None:
    """LABEBPF_GOLDEN=write writes it anew; what it lists below the table is to be read."""
    if os.environ.get("LABEBPF_GOLDEN") == "write":
        TABLE.write_text(table(), encoding="utf-8")
    assert TABLE.read_text(encoding="utf-8") == table()


def entry(known: str) -> KnownError:
    return next(entry for entry in entries() if entry.id == known)


def test_what_could_not_be_told_has_words_in_its_place() -> None:
    cause, _ = entry("E23").told({})
    assert translate(cause, "fr").endswith("voir le journal")
    assert cause == "The verifier refuses to follow a pointer, which may be NULL: see the log"


@pytest.mark.parametrize("call", ["lookup(&key)", "ringbuf_reserve(sizeof(*data))"])
def test_a_pointer_has_its_name_behind_a_cast_too(call: str) -> None:
    name = call.partition("(")[0]
    patterns = [each.variable for each in entries() if name in each.variable]
    assert patterns
    for pattern in patterns:
        found = re.search(pattern, f"data = (struct data_t *)events.{call};")
        assert found and found["variable"] == "data", pattern


def test_a_value_is_no_template() -> None:
    values = {"variable": "{file}", "source": "{0.__class__} {variable}"}
    cause, _ = entry("E23").told(values)
    assert cause.endswith("follow {file}, which may be NULL: {0.__class__} {variable}")


def test_the_first_pattern_that_fits_gives_the_values() -> None:
    text = Text("{name}", "{name}")
    made = KnownError("E00", {"kernel": ["no (?P<name>one)", "(?P<name>any)"]}, text, text, ())
    match = made.match("kernel", "any\nno one")
    assert match and match["name"] == "one"
    assert made.match("verifier", "any") is None
