"""The project's own pages: their links lead somewhere, and what they show is as it is."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest

from grader.base.timeline import Deviation, Moment
from grader.cli import labebpf
from grader.verdict.record import LabResult, Result, Status, TaskResult
from tests.support.checkout import ROOT
from tests.support.result_schema import SCHEMA, hold
from tests.support.sample_results import EVERY, JUDGED, PARTIAL, hostile

PAGES = sorted(
    page.relative_to(ROOT)
    for pattern in ("*.md", "docs/*.md", ".github/**/*.md", "exercises/*/*.md")
    for page in ROOT.glob(pattern)
)
CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]*`", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """Return the names that GitHub gives to the headings of `page`."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    words = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(text))
    return {word.replace(" ", "-") for word in words}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_each_link_leads_somewhere(page: Path) -> None:
    lost = []
    for link in LINK.findall(CODE.sub("", (ROOT / page).read_text())):
        path, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        target = (ROOT / page).parent / path if path else ROOT / page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


COMMAND = re.compile(r"\./labebpf((?: [^\s`|#;&)'\"]+)*)")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_each_command_is_one(page: Path) -> None:
    """It is there, and knows each option that is shown, up to those of a script."""
    text = (ROOT / page).read_text().replace("\\\n", "")
    unknown = []
    for shown in COMMAND.findall(text):
        words = shown.partition(" -- ")[0].rstrip(".:,?").split()
        command: click.Command = labebpf
        while words and isinstance(command, click.Group) and words[0] in command.commands:
            command = command.commands[words.pop(0)]
        options = {name for option in command.params for name in option.opts} | {"-h", "--help"}
        given = {word.partition("=")[0] for word in words if word.startswith("-")}
        passed_on = command.name == "test"  # to pytest
        named = words and words[0][0].islower() and isinstance(command, click.Group)
        if named or (given - options and not passed_on):
            unknown.append(shown)
    assert unknown == []


READMES = ("README.md", "README.fr.md")


@pytest.mark.parametrize("readme", READMES)
def test_two_minutes_are_enough_for_the_readme(readme: str) -> None:
    assert len((ROOT / readme).read_text().splitlines()) <= 150


def test_each_page_is_found_from_the_readme() -> None:
    text = "".join((ROOT / readme).read_text() for readme in READMES)
    lost = [name for page in ROOT.glob("docs/*.md") if (name := f"docs/{page.name}") not in text]
    assert lost == []


def test_the_page_on_results_shows_one_as_it_is() -> None:
    page = (ROOT / "docs" / "result.md").read_text()
    (shown,) = re.findall(r'```json\n(\{"schema.*?)```', page, re.DOTALL)
    assert Result.from_json(shown).score == 1
    hold(json.loads(shown))


def test_the_page_on_results_names_each_field() -> None:
    page = (ROOT / "docs" / "result.md").read_text()
    wanted = {*SCHEMA["properties"], *SCHEMA["$defs"]["task"]["properties"]}
    wanted |= {*SCHEMA["$defs"]["moment"]["properties"], *(status.value for status in Status)}
    assert {word for word in wanted if f"`{word}`" not in page} == set()


SAMPLES = [EVERY, JUDGED, PARTIAL, *(hostile(status) for status in ("fail", "infra"))]


@pytest.mark.parametrize("result", SAMPLES)
def test_a_result_is_what_its_schema_says(result: Result) -> None:
    hold(json.loads(result.to_json()))


@pytest.mark.parametrize(
    "change",
    [
        {"status": "passed"},
        {"status": "fail", "points": 1},
        {"points": -1},
        {"unjudged": 0},
        {"line": "7"},
        {"timeline": [{}]},
    ],
)
def test_what_is_no_result_is_none_to_its_schema(change: dict[str, Any]) -> None:
    record = json.loads(JUDGED.to_json())
    record["labs"][0]["tasks"][0] |= change
    with pytest.raises(jsonschema.ValidationError):
        hold(record)


def test_the_schema_has_the_fields_of_a_result() -> None:
    """All of them, and no others."""
    kinds = {"lab": LabResult, "task": TaskResult, "moment": Moment}
    for name, kind in kinds.items():
        fields = {field.name for field in dataclasses.fields(kind)}
        assert SCHEMA["$defs"][name]["properties"].keys() == fields
        assert set(SCHEMA["$defs"][name]["required"]) == fields - {"seconds"}  # It came later.
    assert SCHEMA["properties"].keys() == json.loads(EVERY.to_json()).keys()
    task, moment = (SCHEMA["$defs"][name]["properties"] for name in ("task", "moment"))
    assert set(task["status"]["enum"]) == {status.value for status in Status}
    assert set(moment["mark"]["enum"]) == {mark.value for mark in Deviation}
