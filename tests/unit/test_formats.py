"""Each format as its consumer reads it. Nothing here is graded."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest

from grader.base.errors import InfraError, UsageError
from grader.base.text import clean
from grader.report.actions import SUMMARY_LIMIT, commands, summary
from grader.report.classroom50 import classroom50
from grader.report.csv_table import COLUMNS, table
from grader.report.formats import FORMATS
from grader.report.html import html
from grader.report.lines import safe
from grader.verdict.record import LabResult, Result, Status
from tests.support.consumers import (
    RUNNER,
    TOTALS,
    Page,
    read_classroom,
    read_classroom50,
    read_gradescope,
    read_junit,
    read_summary,
    read_table,
    rendered,
    run,
    the_points,
)
from tests.support.sample_results import (
    EVERY,
    HOSTILE,
    JUDGED,
    PARTIAL,
    TOKEN,
    a_result,
    a_task,
    hostile,
)


def test_every_format_is_read_here() -> None:
    assert TOTALS.keys() == FORMATS.keys()
    statuses = {task.status for lab in (*EVERY.labs, *PARTIAL.labs) for task in lab.tasks}
    assert statuses == {status.value for status in Status}
    assert (EVERY.score, EVERY.max_score) == (6, 19)


@pytest.mark.parametrize("result", [EVERY, JUDGED], ids=["every status", "all judged"])
@pytest.mark.parametrize("name", TOTALS)
def test_the_consumer_takes_it_and_the_total_is_the_record_s(name: str, result: Result) -> None:
    if name == "classroom50" and result is EVERY:
        with pytest.raises(InfraError):
            classroom50(result, RUNNER)
    else:
        assert TOTALS[name](result) == (result.score, result.max_score)


SHOWN_TO_PEOPLE = ("actions", "actions-summary", "html")


@pytest.mark.parametrize("status", [status.value for status in Status])
@pytest.mark.parametrize("name", TOTALS)
def test_hostile_text_breaks_no_format_and_earns_nothing(name: str, status: str) -> None:
    result = hostile(status)
    if name == "classroom50" and status in ("infra", "unselected"):
        with pytest.raises(InfraError if status == "infra" else UsageError):
            classroom50(result, RUNNER)
    else:
        most = result.selected_max if name in SHOWN_TO_PEOPLE else 2
        assert TOTALS[name](result) == (result.score, most)
        text = FORMATS[name](result) if name != "classroom50" else classroom50(result, RUNNER)
        assert text.encode().decode() == text
        assert not set(text) & set("\x00\x08\x1b\x85\u202e\ufffe\ud800")


def test_what_was_not_selected_is_nobodys_failure() -> None:
    assert [test["status"] for test in read_classroom(PARTIAL)["tests"]] == [
        "pass",
        "pass",
        "error",
    ]
    first, second = read_gradescope(PARTIAL)["tests"]
    assert first["score"] == 2 and "score" not in second and "status" not in second
    (suite,) = read_junit(PARTIAL)
    assert (suite.get("failures"), suite.get("errors"), suite.get("skipped")) == ("0", "0", "1")
    for text in (the_points(PARTIAL), read_summary(PARTIAL).text, Page(html(PARTIAL)).text):
        assert "2/2" in text and "Not selected: 3.2" in text and "2/3" not in text


def test_junit_has_the_time_of_each_task() -> None:
    (suite,) = read_junit(PARTIAL)
    assert [case.get("time") for case in suite.iter("testcase")] == ["0.250", "0.000"]
    assert suite.get("time") == "0.250"


@pytest.mark.parametrize("name", FORMATS)
def test_a_result_without_a_task_is_none(name: str) -> None:
    for empty in (a_result(), a_result(LabResult("lab3", "Lab", ()))):
        with pytest.raises(InfraError, match="no task"):
            FORMATS[name](empty)


def test_what_is_blocked_by_the_machine_counts_as_its_doing() -> None:
    counted, traced = EVERY.labs
    assert not any(task.unjudged for task in counted.tasks)
    assert [task.id for task in traced.tasks if task.unjudged] == ["1.2", "1.3"]
    assert EVERY.unjudged == 6


def test_text_is_cleaned_and_names_are_one_line() -> None:
    task = safe(hostile("fail")).labs[0].tasks[1]
    assert "\n" in task.log
    assert not any("\n" in text for text in (task.id, task.title, task.file, task.hint))
    assert "\ufffd" in task.why
    assert "\n::" not in task.log


def test_classroom50_says_whose_result_it_is() -> None:
    record = read_classroom50(JUDGED)
    assert [record[key] for key in ("classroom", "assignment")] == ["cs-principles", "lab3"]
    assert record["review"] == record["commit"] == RUNNER["COMMIT_URL"]
    reviewed = json.loads(classroom50(JUDGED, RUNNER | {"REVIEW_URL": "https://example.org/r"}))
    assert reviewed["review"] == "https://example.org/r"
    assert [test["passed"] for test in record["tests"]] == [True, *[False] * 4]
    for name in RUNNER:
        with pytest.raises(UsageError, match=name):
            classroom50(JUDGED, RUNNER | {name: ""})


def test_classroom50_has_no_word_for_what_was_not_judged() -> None:
    with pytest.raises(InfraError, match=r"1\.2, 1\.3"):
        classroom50(EVERY, RUNNER)


def test_both_totals_of_the_old_reporter_are_the_record_s() -> None:
    record = read_classroom(EVERY)
    passed = [test for test in record["tests"] if test["status"] == "pass"]
    share = len(passed) / len(record["tests"]) * record["max_score"]
    assert share == pytest.approx(EVERY.score)
    assert [test["name"] for test in passed[:2]] == [
        "3.1 Étape 3.1 (1 of 2)",
        "3.1 Étape 3.1 (2 of 2)",
    ]


@pytest.mark.parametrize(
    "statuses, wanted",
    [
        (["pass"], "pass"),
        (["pass", "infra"], "error"),
        (["infra", "blocked"], "error"),
        (["infra", "timeout"], "fail"),
        (["error"], "fail"),
        (["pass", "blocked"], "fail"),
    ],
)
def test_the_old_reporter_tells_the_machine_s_errors_from_failures(
    statuses: list[str], wanted: str
) -> None:
    machines = {"infra", "blocked"} if "infra" in statuses else set()
    tasks = tuple(
        a_task(f"3.{number}", status, 1, unjudged=status in machines)
        for number, status in enumerate(statuses)
    )
    assert read_classroom(a_result(LabResult("lab3", "", tasks)))["status"] == wanted


@pytest.mark.parametrize("status", ["infra", "fail"])
def test_nothing_that_the_old_reporter_prints_begins_a_line_of_a_student_s(status: str) -> None:
    for test in read_classroom(hostile(status))["tests"]:
        assert "\n" not in test["name"] + test["message"] + test["test_code"]
        assert test["test_code"].startswith("3.2 ") == (test["status"] == "fail")


def test_the_old_reporter_tells_once_why_a_task_failed() -> None:
    told = [test["test_code"] for test in read_classroom(EVERY)["tests"] if test["test_code"]]
    assert told[0] == "3.2 Étape 3.2: fail. It counts 2. Count once. (lab3/counter.c)"
    assert [text[:3] for text in told] == ["3.2", "3.3", "3.4", "3.5"]


def test_gradescope_shows_what_was_not_judged_as_ungraded() -> None:
    record = read_gradescope(EVERY)
    assert "6 of them could not be judged on this machine" in record["output"]
    tests = {test["number"]: test for test in record["tests"]}
    for number in ("1.2", "1.3"):
        assert not {"score", "max_score", "status"} & tests[number].keys()
    assert tests["1.2"]["output"] == "This kernel does not offer kprobes."
    judged = [test for test in record["tests"] if "score" in test]
    assert sum(test["score"] for test in judged) == record["score"]
    assert {test["number"] for test in judged if test["status"] == "passed"} == {"3.1", "1.1"}
    assert "could not be judged" not in read_gradescope(JUDGED)["output"]


def test_junit_has_failures_errors_and_what_neither_is() -> None:
    root = read_junit(EVERY)
    cases = {case.attrib["name"][:3]: [each.tag for each in case] for case in root.iter("testcase")}
    assert cases == {
        "3.1": [],
        "3.2": ["failure"],
        "3.3": ["error"],
        "3.4": ["error"],
        "3.5": ["skipped"],
        "1.1": [],
        "1.2": ["skipped"],
        "1.3": ["skipped"],
    }
    counts = [root.attrib, *(suite.attrib for suite in root)]
    assert [(c["tests"], c["failures"], c["errors"]) for c in counts] == [
        ("8", "1", "2"),
        ("5", "1", "2"),
        ("3", "0", "0"),
    ]
    assert [suite.attrib["skipped"] for suite in root] == ["1", "2"]


def test_junit_explains_in_the_body_which_is_all_that_gitlab_shows() -> None:
    failure = read_junit(EVERY).find(".//failure")
    assert failure is not None
    assert failure.attrib == {"message": "fail: It counts 2."}
    assert failure.text is not None
    assert "where: counter.c:14" in failure.text
    assert "| first line\n| \n| third line" in failure.text


def test_junit_names_are_unique_as_gitlab_wants_them() -> None:
    names = [(c.attrib["classname"], c.attrib["name"]) for c in read_junit(EVERY).iter("testcase")]
    assert len(set(names)) == len(names) == 8


def test_junit_has_the_hostile_text_as_text() -> None:
    root = read_junit(hostile("fail"))
    assert [case.tag for case in root.iter("testcase")] == ["testcase"] * 2
    (failure,) = root.iter("failure")
    assert "\n" not in failure.attrib["message"]
    assert "</failure>]]><script>alert(1)</script><!-- & &amp; -->" in "".join(failure.itertext())


def test_actions_have_an_annotation_for_each_failure_the_worst_first() -> None:
    found, shown = run(commands(EVERY))
    assert [(command, given.get("title", "")) for command, given, _ in found] == [
        ("group", ""),
        ("endgroup", ""),
        ("notice", "labebpf"),
        ("error", "3.3 Étape 3.3"),
        ("error", "3.2 Étape 3.2"),
        ("error", "3.4 Étape 3.4"),
        ("notice", "1.2 Étape 1.2"),
    ]
    _, given, text = found[4]
    assert given == {"file": "lab3/counter.c", "line": "14", "title": "3.2 Étape 3.2"}
    assert text.startswith("It counts 2.\nIt is attached twice.\nCount once.\nexpected: 1\n")
    assert "         | third line" in shown


def test_actions_take_no_command_from_a_student() -> None:
    text = commands(hostile("fail"), TOKEN)
    found, shown = run(text)
    assert [command for command, _, _ in found] == ["group", "endgroup", "notice", "error"]
    _, given, data = found[3]
    assert given.keys() == {"file", "line", "title"}
    assert given["line"] == "3"
    assert given["file"].startswith("lab3/=cmd")
    assert "100%0A%" in given["title"]
    assert "100%0A%" in data
    # Without the fence too.
    fence = (f"::stop-commands::{TOKEN}", f"::{TOKEN}::")
    bare = "\n".join(line for line in text.split("\n") if line not in fence)
    report = [line for line in bare.split("\n") if not line.startswith("::")]
    assert not [line for line in report if line.lstrip().startswith("::")]
    assert shown


def test_no_line_for_actions_is_folded() -> None:
    title = "x " + "::error::pwned " * 40
    folded = a_result(LabResult("lab3", title, (a_task("3.1", "fail", 1, why=title),)))
    lines = [line.lstrip() for line in commands(folded).split("\n")]
    assert not [line for line in lines if line.startswith("::error::pwned")]


def test_each_output_for_actions_has_a_token_of_its_own() -> None:
    tokens = {commands(EVERY).split("\n")[1] for _ in range(8)}
    assert len(tokens) == 8
    assert all(len(token) == len("::stop-commands::") + 32 for token in tokens)


def test_the_summary_has_a_table_for_each_lab_and_a_fold_for_each_task_to_do() -> None:
    page = read_summary(EVERY)
    assert page.tags.count("h2") == page.tags.count("table") == 2
    assert page.tags.count("tr") == 2 + 8
    assert page.tags.count("td") == 4 * 8
    assert page.tags.count("details") == page.tags.count("pre") == 6
    assert 'lab3 Compter les "dossiers": 2/9' in page.text
    assert "| first line\n| \n| third line" in page.text
    assert "6 of them could not be judged on this machine." in page.text.splitlines()[-1]


def test_the_summary_has_no_element_of_a_student_s() -> None:
    assert set(read_summary(hostile("fail")).tags) == set(read_summary(EVERY).tags)
    page = read_summary(hostile("fail"))
    assert page.tags.count("td") == 4 * 2
    assert "</pre></details></td></failure>]]><script>alert(1)</script>" in page.text
    assert "`code` [x](javascript:alert(1)) ![i](http://x/y.png)" in page.text


def test_a_summary_that_github_would_drop_loses_its_folds_alone() -> None:
    tasks = tuple(a_task(f"3.{n}", "fail", 1, log="<" * 20_000) for n in range(40))
    long = a_result(LabResult("lab3", "Lab", tasks))
    text = summary(long)
    assert len(text.encode()) <= SUMMARY_LIMIT
    page = read_summary(long)
    assert page.tags.count("td") == 4 * 40
    assert "details" not in page.tags
    assert TOTALS["actions-summary"](long) == (0, 40)


def test_csv_has_a_row_for_each_task() -> None:
    rows = read_table(EVERY)
    assert tuple(rows[0]) == COLUMNS
    assert [row["status"] for row in rows if row["lab"] == "lab1"] == ["pass", "infra", "blocked"]
    assert rows[1] == {
        "lab": "lab3",
        "task": "3.2",
        "title": "Étape 3.2",
        "status": "fail",
        "points": "0",
        "max_points": "1",
        "unjudged": "0",
        "why": "It counts 2.",
        "file": "lab3/counter.c",
        "line": "14",
    }
    assert table(EVERY).count("\r\n") == 1 + 8
    assert sum(int(row["unjudged"]) for row in rows) == EVERY.unjudged


FORMULAS = [
    "=",
    "+",
    "-",
    "@",
    "\t=",
    "\r\n=",
    " \n @",
    "\uff1d",
    "\x00=",
    "a;=",
    'a"; =',
    'a;";"=',
]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("start", FORMULAS)
def test_no_cell_is_a_formula(start: str, separator: str) -> None:
    """Nor one of those that a spreadsheet of another country makes of it."""
    text = f"{start}cmd|' /C calc'!A0"
    task = a_task("3.1", "fail", 1, why=text, file=text)
    bad = a_result(LabResult(text, text, (task,)))
    rows = list(csv.reader(io.StringIO(table(bad), newline=""), delimiter=separator))
    assert any("cmd" in cell for row in rows for cell in row)
    for row in rows:
        assert not [cell for cell in row if cell.lstrip(' "')[:1] in tuple("=+-@\uff1d\t\r")]


def test_the_hostile_sample_is_hostile() -> None:
    """As it is, it gets through: what is asserted above can fail."""
    assert HOSTILE.startswith("=")
    found, _ = run(HOSTILE.partition("\t")[0])
    assert [command for command, _, _ in found] == ["error"]
    assert {"script", "comment", "code", "h1"} <= set(Page(rendered(clean(HOSTILE))).tags)
    with pytest.raises(ET.ParseError):
        ET.fromstring(f"<failure>{clean(HOSTILE)}</failure>")
