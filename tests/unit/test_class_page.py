"""What the page of a class says: counted right, safe to open, and no name where none may be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from grader.base.messages import NO_MESSAGE, say
from grader.base.text import clean
from grader.classroom.handin import HandIn, Owner, Place
from grader.classroom.marks import Mark, marks
from grader.classroom.page import page
from grader.classroom.roster import Student
from grader.classroom.runs import Run, Setting
from grader.classroom.store import Store
from grader.classroom.task_statistics import ENOUGH, distribution, failures, task_statistics
from grader.labs import find_labs
from grader.verdict.record import LabResult, Result, TaskResult
from tests.support.checkout import ROOT, labebpf
from tests.support.sample_results import HOSTILE, a_result, a_task

LAB = find_labs(ROOT / "exercises")["lab3"]
POINTS = {task.id: task.points for task in LAB.tasks}
SETTING = Setting("lab3", "lab", "grader", "native")


def verdict(*statuses: str, why: str = "It counts 2.") -> Result:
    """Make verdicts on the tasks of lab 3, in their order; those that are not named pass."""
    given = (*statuses, *["pass"] * (len(POINTS) - len(statuses)))
    tasks: list[TaskResult] = []
    for (id, points), status in zip(POINTS.items(), given, strict=True):
        told = {"why": why} if status in ("fail", "error", "timeout") else {}
        tasks.append(a_task(id, status, points, **told))
    return a_result(LabResult("lab3", "Count", tuple(tasks)))


def kept(folder: Path, results: Sequence[Result], lang: str = "en") -> tuple[list[Mark], Run]:
    """Keep a class with a student for each of `results`, and one whose hand-in is unreadable."""
    hand_ins = []
    for number in range(len(results) + 1):
        owner = Owner(f"s{number}", f"Student {number}")
        files = {"counter.c": b"%d" % number} if number < len(results) else {}
        problem = NO_MESSAGE if files else say("it is empty")
        hand_ins.append(
            (Student(owner.id, owner.name), HandIn(Place(owner, ("x/",)), files, problem))
        )
    setting = replace(SETTING, lang=lang)
    with Store.open(folder, write=True) as store:
        run = store.begin(setting, hand_ins, [student for student, _ in hand_ins])
        for waiting, result in zip(store.waiting(run), results, strict=True):
            store.finish(run, waiting.key, result)
        store.end(run)
        return marks(store, run), store.runs()[0]


def test_a_task_is_measured_by_all_and_by_those_who_reached_it(tmp_path: Path) -> None:
    results = [verdict("fail", *["blocked"] * 6)] * 10 + [verdict("pass", "fail")] * 5
    rows, _ = kept(tmp_path, results + [verdict()] * 5)
    first, second, *_ = task_statistics(rows, LAB.tasks)
    assert (first.judged, first.facility, first.reached) == (20, 0.5, 0.5)
    assert (second.judged, second.facility, second.reached) == (20, 0.25, 0.5)
    assert first.rest is None  # All others hang on it.
    assert second.rest is not None and 0 < second.rest < 1


def test_a_check_that_good_students_fail_is_pointed_at(tmp_path: Path) -> None:
    good, weak = verdict(*["pass"] * 6, "fail"), verdict("pass", *["fail"] * 5, "pass")
    rows, _ = kept(tmp_path, [good] * 12 + [weak] * 12)
    last = task_statistics(rows, LAB.tasks)[-1]
    assert last.rest is not None and last.rest < 0
    assert last.warning == "Students who pass it have fewer points elsewhere: look at the check."


def test_of_few_students_nothing_is_said(tmp_path: Path) -> None:
    rows, _ = kept(tmp_path, [verdict("fail")] * (ENOUGH - 1))
    assert {task.warning for task in task_statistics(rows, LAB.tasks)} == {""}
    assert {task.rest for task in task_statistics(rows, LAB.tasks)} == {None}


def test_the_same_failure_is_one_whatever_its_numbers(tmp_path: Path) -> None:
    told = [verdict("pass", "pass", "fail", why=f"It counts {n} at 0x{n:x}.") for n in range(4)]
    refused = verdict("error", *["blocked"] * 6, why="Refused.")
    rows, _ = kept(tmp_path, [*told, refused, verdict()])
    first, second = failures(rows, LAB.tasks)
    assert (first.task, first.gain, first.students) == ("3.1", 10, ("s4",))
    assert (second.task, len(second.students)) == ("3.3", 4)
    assert second.gain == 4 * POINTS["3.3"]


def test_a_failure_costs_what_it_alone_blocked_however_far_from_it(tmp_path: Path) -> None:
    """Of lab 3's tasks, here each needs the one before it, and the last also the third."""
    ids = list(POINTS)
    needs = {id: (before,) for before, id in pairwise(ids)} | {ids[-1]: (ids[-2], ids[2])}
    tasks = [replace(task, needs=needs.get(task.id, ())) for task in LAB.tasks]
    rows, _ = kept(tmp_path, [verdict("fail", *["blocked"] * 6)])
    assert [each.gain for each in failures(rows, tasks)] == [10]
    both = verdict("pass", "pass", "fail", "fail", "blocked", "blocked", "blocked")
    rows, _ = kept(tmp_path / "both", [both])
    gains = {each.task: each.gain for each in failures(rows, tasks)}
    assert gains == {ids[2]: POINTS[ids[2]], ids[3]: sum(POINTS[id] for id in ids[3:6])}


def test_who_was_not_judged_is_in_no_bar(tmp_path: Path) -> None:
    rows, _ = kept(tmp_path, [verdict(), verdict("infra", *["blocked"] * 6), verdict("fail")])
    assert distribution(rows) == dict.fromkeys(range(11), 0) | {10: 1, 10 - POINTS["3.1"]: 1}


class Reader(HTMLParser):
    """Reads the page as a browser does: all text, and what it would run or fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def opened(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    assert not reader.tags & {"script", "iframe", "object", "img", "form", "base"}
    assert not [name for name in reader.attributes if name.startswith("on")]
    assert all(re.match(r"#|data:", link) for link in reader.links)
    return reader


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_page_says_it_all_in_one_file(lang: str, tmp_path: Path) -> None:
    rows, run = kept(tmp_path, [verdict("pass", "fail"), verdict()], lang)
    told = " ".join(opened(page(rows, run, LAB)).text)
    for word in ("Student 0", "10/10", "9/10", "It counts 2."):
        assert word in told
    assert ("Is it complete?" in told) == (lang == "en")
    assert ("Est-ce complet" in told) == (lang == "fr")


def test_what_a_student_wrote_is_text(tmp_path: Path) -> None:
    rows, run = kept(tmp_path, [verdict("fail", why=f"<script>{clean(HOSTILE)}</script>")])
    told = "".join(opened(page(rows, run, LAB)).text)
    assert "<script>" in told


def test_an_anonymous_page_names_nobody(tmp_path: Path) -> None:
    rows, run = kept(tmp_path, [verdict("fail"), verdict()])
    shown = page(rows, run, LAB, anonymous=b"key")
    assert not re.search(r"Student \d", shown)
    assert "s0" not in opened(shown).text
    assert shown == page(rows, run, LAB, anonymous=b"key")
    assert shown != page(rows, run, LAB, anonymous=b"another")


def test_the_command_writes_it(tmp_path: Path) -> None:
    kept(tmp_path / "state", [verdict("fail"), verdict()])
    out = tmp_path / "class.html"
    done = labebpf(ROOT, "class", "report", "--out", str(out), "--state", str(tmp_path / "state"))
    assert done.returncode == 0, done.stderr
    assert "Student 1" in out.read_text()
    done = labebpf(
        ROOT,
        "class",
        "report",
        "--anonymous",
        "--out",
        str(out),
        "--state",
        str(tmp_path / "state"),
    )
    assert done.returncode == 0 and "Student 1" not in out.read_text()
