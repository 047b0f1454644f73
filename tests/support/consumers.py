"""A result as other systems read it: each format, checked by what its consumer checks."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import cmarkgfm
import jsonschema
import xmlschema
from cmarkgfm.cmark import Options

from grader.report.actions import commands, summary
from grader.report.classroom50 import classroom, classroom50
from grader.report.csv_table import table
from grader.report.gradescope import gradescope
from grader.report.html import html
from grader.report.junit import junit
from grader.verdict.record import Result

# Of Jenkins' xunit plugin, as the source distribution of pytest 8.4.2 has it.
JUNIT_10 = xmlschema.XMLSchema(Path(__file__).parents[1] / "schemas" / "junit-10.xsd")

RUNNER = {
    "CLASSROOM": "cs-principles",
    "ASSIGNMENT": "lab3",
    "SUBMISSION_TAG": "submit/2026-06-01T14-32-05Z-a1b2c3d",
    "COMMIT_URL": "https://example.org/commit/a1b2c3d",
    "RELEASE_URL": "https://example.org/releases/tag/submit",
}


def objects(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "properties": required | (optional or {}),
        "additionalProperties": False,
    }


def one_of(*values: str) -> dict[str, Any]:
    return {"enum": list(values)}


TEXT: dict[str, Any] = {"type": "string"}
NAME = TEXT | {"minLength": 1}
COUNT = {"type": "integer", "minimum": 0}
BOOLEAN = {"type": "boolean"}

# https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format, August 2024.
FORMAT = one_of("text", "html", "simple_format", "md", "ansi")
VISIBILITY = one_of("hidden", "after_due_date", "after_published", "visible")
GRADESCOPE = objects(
    {
        "score": {"type": "number"},
        "tests": {
            "type": "array",
            "minItems": 1,
            "items": objects(
                {"name": NAME, "number": NAME, "output": TEXT},
                {
                    "score": {"type": "number"},
                    "max_score": {"type": "number"},
                    "status": one_of("passed", "failed"),
                    "tags": {"type": "array", "items": TEXT},
                },
            ),
        },
    },
    {
        "execution_time": {"type": "number"},
        "output": TEXT,
        "output_format": FORMAT,
        "test_output_format": FORMAT,
        "test_name_format": FORMAT,
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
    },
)

# The result.json contract of Classroom 50's wiki and schemas/result-v1.schema.json, August 2026,
# without what its runner adds: owner and assignment_type.
CLASSROOM_50 = objects(
    {
        "schema": {"const": "classroom50/result/v1"},
        "classroom": NAME,
        "assignment": NAME,
        "submission": NAME | {"pattern": "^submit/"},
        "commit": NAME,
        "release": NAME,
        "review": NAME,
        "datetime": TEXT | {"pattern": r"^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$"},
        "score": COUNT,
        "max-score": COUNT,
        "tests": {
            "type": "array",
            "minItems": 1,
            "items": objects(
                {"test-name": NAME, "passed": BOOLEAN, "score": COUNT, "max-score": COUNT},
                {"status": TEXT, "message": TEXT},
            ),
        },
    }
)

# What autograding-grading-reporter 43c2d9f (September 2025) reads without an exception.
REPORTER = objects(
    {
        "version": {"const": 3},
        "status": one_of("pass", "fail", "error"),
        "max_score": COUNT,
        "tests": {
            "type": "array",
            "minItems": 1,
            "items": objects(
                {
                    "name": NAME,
                    "status": one_of("pass", "fail", "error"),
                    "score": COUNT,
                    "message": TEXT,
                    "test_code": TEXT,
                    "filename": TEXT,
                    "line_no": COUNT,
                    "duration": COUNT,
                }
            ),
        },
    }
)


def read_classroom50(result: Result) -> Any:
    record = json.loads(classroom50(result, RUNNER))
    jsonschema.validate(record, CLASSROOM_50)
    return record


def read_classroom(result: Result) -> Any:
    record = json.loads(base64.b64decode(classroom(result), validate=False))
    jsonschema.validate(record, REPORTER)
    return record


def read_gradescope(result: Result) -> Any:
    record = json.loads(gradescope(result))
    jsonschema.validate(record, GRADESCOPE)
    return record


def read_junit(result: Result) -> ET.Element:
    text = junit(result)
    JUNIT_10.validate(text)
    return ET.fromstring(text.encode())


class Terminal(io.StringIO):
    """A file that says of itself that it is a terminal."""

    def isatty(self) -> bool:
        return True


def read_table(result: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table(result), newline="")))


def run(text: str) -> tuple[list[tuple[str, dict[str, str], str]], list[str]]:
    """Find, as GitHub's runner does, the commands in a step's output, and the lines to show.

    See ActionCommand.TryParseV2 and ActionCommandManager of actions/runner 2.336.0.
    """
    found, shown, stopped = [], [], ""
    for line in text.split("\n"):
        assert stopped or "##[" not in line
        bare = line.lstrip()
        head, colons, data = bare.removeprefix("::").partition("::")
        command, _, properties = head.partition(" ")
        if not (bare.startswith("::") and colons) or (stopped and command != stopped):
            shown.append(line)
        elif stopped:
            stopped = ""
        elif command == "stop-commands":
            stopped = data
        else:
            pairs = (pair.split("=", 1) for pair in properties.split(",") if "=" in pair)
            given = {key: unescape(value, "%3A", "%2C") for key, value in pairs}
            found.append((command, given, unescape(data)))
    assert not stopped
    return found, shown


def the_points(result: Result) -> str:
    """Return the text of the annotation with the points: the first one there is."""
    annotations = [each for each in run(commands(result))[0] if each[0] in ("error", "notice")]
    command, given, text = annotations[0]
    assert (command, given) == ("notice", {"title": "labebpf"})
    return text


def unescape(text: str, *more: str) -> str:
    for code in ("%0D", "%0A", *more, "%25"):
        text = text.replace(code, chr(int(code[1:], 16)))
    return text


class Page(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.tags += [f"{tag} {name}" for name, _ in attributes if name != "align"]

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.tags.append("comment")


def rendered(markdown: str) -> str:
    """Render as cmark-gfm, GitHub's own, does, before GitHub takes out what it does not allow."""
    page: str = cmarkgfm.markdown_to_html_with_extensions(
        markdown,
        options=Options.CMARK_OPT_UNSAFE,
        extensions=["table", "autolink", "strikethrough", "tasklist"],
    )
    return page


def read_summary(result: Result) -> Page:
    return Page(rendered(summary(result)))


def read_page(result: Result) -> str:
    """Return the points on the page; what a browser makes of all of it is in test_html.py."""
    (shown,) = re.findall(r'<p class="score">([0-9/]+) <small>', html(result))
    return str(shown)


TOTALS: dict[str, Callable[[Result], tuple[float, float]]] = {
    "actions": lambda result: points(the_points(result)),
    "actions-summary": lambda result: points(read_summary(result).text.splitlines()[-1]),
    "classroom": lambda result: (
        sum(test["score"] for test in read_classroom(result)["tests"]),
        read_classroom(result)["max_score"],
    ),
    "csv": lambda result: (
        sum(int(row["points"]) for row in read_table(result)),
        sum(int(row["max_points"]) for row in read_table(result)),
    ),
    "classroom50": lambda result: (
        read_classroom50(result)["score"],
        read_classroom50(result)["max-score"],
    ),
    "html": lambda result: points(read_page(result)),
    "gradescope": lambda result: (read_gradescope(result)["score"], result.max_score),
    "junit": lambda result: (properties(result, "score"), properties(result, "max_score")),
}


def points(text: str) -> tuple[float, float]:
    score, most = text.partition(" ")[0].split("/")
    return float(score), float(most)


def properties(result: Result, name: str) -> int:
    found = read_junit(result).findall(f"testsuite/properties/property[@name='{name}']")
    return sum(int(each.attrib["value"]) for each in found)


# As mod/assign/feedback/offline of Moodle 4 writes it.
HEADER = (
    'Identifier,"Full name","Email address",Status,Group,Grade,"Maximum Grade",'
    '"Grade can be changed","Last modified (submission)","Last modified (grade)",'
    '"Feedback comments"'
)
ADA = (
    '"Participant 12","Ada, Countess of ""Lovelace""",Ada@example.org,"Submitted for grading - ",'
    '"Group A",,9.00,Yes,"Monday, 1 June 2026, 2:32 PM",-,'
)


def cells(worksheet: bytes, separator: str = ",", encoding: str = "utf-8-sig") -> list[list[str]]:
    text = io.StringIO(worksheet.decode(encoding), newline="")
    return list(csv.reader(text, delimiter=separator))
