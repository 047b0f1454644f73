"""A result on a terminal, and where there is none."""

from __future__ import annotations

import dataclasses
import io
from typing import Any

import pytest
from rich.console import Console

from grader.report.terminal import describe, kernel_of, render
from grader.verdict.record import LabResult, Result, Status, TaskResult
from tests.support.consumers import Terminal

JUDGED = [status for status in Status if status is not Status.UNSELECTED]
HOSTILE = "[red]x[/red] [/] [link=http://x]y[/link] :smile: {points} %s"
KERNEL = {"where": "native", "release": "6.18", "headers": "running 6.18"}


def a_task(status: str, number: int = 1, **more: object) -> TaskResult:
    points = 2 if status == "pass" else 0
    titles = {"id": f"9.{number}", "title": f"Step {number}"}
    return TaskResult(Status(status), **titles, points=points, max_points=2, **more)  # type: ignore[arg-type]


def shown(
    *tasks: TaskResult, lang: str = "en", terminal: bool = False, details: bool = True
) -> str:
    result = Result("2024-06-07T08:09:10Z", 1, KERNEL, (LabResult("lab9", "Lab", tasks),), lang)
    file = Terminal() if terminal else io.StringIO()
    console = Console(file=file, force_terminal=terminal, width=120, highlight=False)
    render(console, result, details=details)
    return file.getvalue()


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("status", [status.value for status in JUDGED])
def test_every_status_has_a_line(status: str, lang: str, terminal: bool) -> None:
    text = shown(a_task(status), lang=lang, terminal=terminal)
    line = next(line for line in text.splitlines() if "9.1" in line)
    assert Status(status).word(lang) in line
    assert "Step 1" in line
    assert ("2/2" if status == "pass" else "0/2") in line


FRENCH = {"pass": "réussi", "fail": "échec", "error": "erreur", "timeout": "trop lent"}
FRENCH |= {"blocked": "bloqué", "infra": "infra"}


def test_a_status_is_a_word_of_the_reader_and_the_titles_stay_below_each_other() -> None:
    seen = [status for status in Status if status is not Status.UNSELECTED]
    for lang in ("en", "fr"):
        text = shown(*(a_task(status.value) for status in seen), lang=lang, details=False)
        lines = [line for line in text.splitlines() if "Step 1" in line]
        words = [line.split("/2  ")[1].partition("  ")[0] for line in lines]
        assert words == [FRENCH[s.value] if lang == "fr" else s.value for s in seen]
        assert len({line.index("Step 1") for line in lines}) == 1


def test_scores_and_the_kernel_are_told() -> None:
    text = shown(a_task("pass"), a_task("fail", 2))
    assert "lab9  Lab  2/4" in text
    assert "Total: 2/4  (Linux 6.18, this machine's own)\n" in text
    assert "Not judged" not in text


@pytest.mark.parametrize(
    "kernel, told",
    [
        ({"where": "native", "release": "6.9", "headers": "running 6.9"},
         "Linux 6.9, this machine's own"),
        ({"where": "native", "release": "6.18", "headers": "borrowed 6.1"},
         "Linux 6.18, this machine's own, with the headers of 6.1"),
        ({"where": "vm", "release": "6.12", "headers": "running 6.12"},
         "Linux 6.12 in a virtual machine"),
        ({"where": "none", "release": "6.18", "headers": ""}, "Linux 6.18, where nothing ran"),
        ({}, ""),
    ],
)  # fmt: skip
def test_where_it_ran_is_told_in_words(kernel: dict[str, str], told: str) -> None:
    assert kernel_of(Result("", 1, kernel, ())) == told


@pytest.mark.parametrize("width", [60, 80])
def test_on_a_terminal_nothing_is_folded_within_a_word_or_loses_its_place(width: int) -> None:
    title = "The verifier accepts the program and its hash table compteur"
    log = "\n".join([" ".join(["bpf: Failed to load program"] * 5), "", "  7: (85) call"])
    task = a_task("error", why="Why " * 30, log=log)
    task = dataclasses.replace(task, title=title)
    result = Result("", 1, KERNEL, (LabResult("lab9", "Lab", (task,)),))
    file = Terminal()
    render(Console(file=file, width=width, color_system=None, highlight=False), result)
    lines = [line.rstrip() for line in file.getvalue().splitlines()]
    assert max(map(len, lines)) <= width
    at = next(number for number, line in enumerate(lines) if "9.1" in line)
    first = lines[at]
    column = first.index("The verifier")
    shown = [first[column:]]
    while lines[at + len(shown)].startswith(" " * column):
        shown.append(lines[at + len(shown)][column:])
    assert len(shown) > 1 and " ".join(shown) == title
    logged = lines[next(i for i, line in enumerate(lines) if "bpf: Failed" in line) :]
    logged = logged[: logged.index("")]
    assert len(logged) > 3
    assert all(line.startswith("         |") for line in logged)
    assert " ".join(" ".join(line[11:] for line in logged).split()) == " ".join(log.split())


@pytest.mark.parametrize(
    "lang, words",
    [
        ("en", ["expected: 1 line", "seen: 2 lines", "where: a.c:7", "hint: ./labebpf hint 9.1"]),
        ("fr", ["attendu : 1 line", "vu : 2 lines", "où : a.c:7", "indice : ./labebpf hint 9.1"]),
    ],
)
def test_a_failure_is_told_whole(lang: str, words: list[str]) -> None:
    task = a_task(
        "fail",
        why="Too many lines.",
        remedy="Print once.",
        expected="1 line",
        actual="2 lines",
        file="a.c",
        line=7,
        hint="./labebpf hint 9.1",
        log="first\nlast\n",
    )
    text = shown(task, lang=lang)
    for part in ["Too many lines.", "Print once.", *words, "| first", "| last"]:
        assert part in text


def test_a_place_without_a_line_is_a_file() -> None:
    assert "where: a.c\n" in shown(a_task("fail", file="a.c"))


@pytest.mark.parametrize("status", ["blocked", "infra"])
def test_what_was_not_judged_has_a_reason_and_no_hint(status: str) -> None:
    text = shown(a_task(status, why="Because.", file="a.c", hint="./labebpf hint 9.1", log="x"))
    assert "Because." in text
    assert "hint" not in text
    assert "a.c" not in text


@pytest.mark.parametrize(
    "lang, words",
    [("en", "Not judged on this machine: 4."), ("fr", "Non jugés sur cette machine : 4.")],
)
def test_points_that_the_machine_could_not_judge_are_told(lang: str, words: str) -> None:
    tasks = a_task("infra", unjudged=True), a_task("blocked", 2, unjudged=True), a_task("pass", 3)
    assert words in shown(*tasks, lang=lang)


@pytest.mark.parametrize("details", [False, True])
def test_the_total_is_out_of_what_was_selected(details: bool) -> None:
    tasks = a_task("unselected"), a_task("pass", 2), a_task("fail", 3), a_task("unselected", 4)
    text = shown(*tasks, details=details)
    assert "lab9  Lab  2/4" in text
    assert "  Not selected: 9.1, 9.4." in text and "Step 1" not in text
    assert "Total: 2/4 for the selected tasks  (Linux" in text


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("place", ["why", "remedy", "expected", "actual", "log", "file"])
def test_a_students_markup_is_shown_as_it_is(place: str, terminal: bool) -> None:
    changed: dict[str, Any] = {place: HOSTILE}
    assert HOSTILE in shown(dataclasses.replace(a_task("fail"), **changed), terminal=terminal)


def test_a_lab_may_have_markup_in_its_title() -> None:
    result = Result("", 1, {}, (LabResult("lab9", HOSTILE, (a_task("pass"),)),))
    console = Console(file=io.StringIO(), width=200)
    render(console, result)
    assert HOSTILE in console.file.getvalue()  # type: ignore[attr-defined]


def test_a_terminal_has_colours_and_a_file_has_none() -> None:
    tasks = [a_task(status.value, why="w", expected="e", log="l") for status in Status]
    assert "\x1b[" not in shown(*tasks)
    assert "\x1b[" in shown(*tasks, terminal=True)


def test_colours_without_a_terminal_fold_nothing() -> None:
    """As FORCE_COLOR asks for: else a student's words would come to stand at a line's start."""
    tasks = (a_task("fail", why=f"It printed {'A' * 110} ::error::pwned"),)
    result = Result("", 1, KERNEL, (LabResult("lab9", "Lab", tasks),))
    for file in (io.StringIO(), Terminal()):
        render(Console(file=file, force_terminal=True, width=120, highlight=False), result)
        lines = [line.lstrip() for line in file.getvalue().splitlines()]
        assert any(line.startswith("::error") for line in lines) == file.isatty()


def test_a_long_log_shows_its_end_and_says_how_much_is_not_shown() -> None:
    text = shown(a_task("error", log="\n".join(f"line {number}" for number in range(100))))
    assert "| line 99" in text
    assert "| line 70\n" in text
    assert "| line 69\n" not in text
    assert "[... 70 lines before; result.json has them ...]" in text


def test_without_details_failures_have_no_more_than_their_line() -> None:
    """pytest has shown them already; it shows nothing of what was blocked."""
    text = shown(a_task("fail", why="Wrong."), a_task("blocked", 2, why="Waits."), details=False)
    assert "Wrong." not in text
    assert "Waits." in text


def test_a_task_without_a_reason_is_not_described() -> None:
    assert list(describe(a_task("fail"), "en")) == []


def test_the_students_line_stands_below_its_place() -> None:
    excerpt = "    7 |     f([red]1[/]);\n      |     ^"
    task = a_task("error", why="x", file="a.c", line=7, excerpt=excerpt)
    lines = [line.strip() for line in shown(task).splitlines()]
    at = next(number for number, line in enumerate(lines) if line.endswith(": a.c:7"))
    assert lines[at + 1 : at + 3] == ["7 |     f([red]1[/]);", "|     ^"]
