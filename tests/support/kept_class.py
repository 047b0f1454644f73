"""A class that is kept as if it had been graded, and what the command hands out of it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.base.messages import NO_MESSAGE, say
from grader.classroom.handin import HandIn, Owner, Place
from grader.classroom.roster import Student
from grader.classroom.runs import Setting
from grader.classroom.store import Store
from grader.verdict.record import LabResult, Result
from tests.support.checkout import ROOT, labebpf
from tests.support.sample_results import a_result, a_task

SETTING = Setting("lab3", "lab", "grader", "native")
MOST = 10
NAMES = {
    11: "Ada Lovelace",
    12: "Борис Годунов",
    13: "عائشة بنت أحمد",
    14: "王小明",
    15: "Seán O'Neil",
    16: "under_score_99_name",
    17: '../..\\~ ."evil"\n',
}


def scored(points: int, status: str = "fail") -> Result:
    """Make a verdict of so many of ten points, which names the first line of the program."""
    failed = a_task("3.2", status, MOST - points, why="It counts 2.", file="counter.c", line=1)
    return a_result(LabResult("lab3", "Count", (a_task("3.1", "pass", points), failed)))


@dataclass(frozen=True)
class Member:
    """Someone in a class: with a verdict, with an unreadable hand-in, or without one."""

    student: Student
    result: Result | None = None
    source: str = ""
    """Where the hand-in lay; "" for none."""
    late: bool = False
    files: dict[str, bytes] = field(default_factory=dict)


def member(number: int, points: int | None = 5) -> Member:
    """Make someone whom Moodle knows by `number`; without points, their hand-in is unreadable."""
    student = Student(f"s{number}", NAMES[number], f"{number}@example.org", str(number))
    source = f"x_{number}_assignsubmission_file/"
    return Member(student, None if points is None else scored(points), source)


MISSING = Member(Student("zoe", "Zoe", "", "18"))
CLASS = [*(member(number, number - 10) for number in NAMES if number != 15), member(15, None)]


def keep(state: Path, members: Sequence[Member], lang: str = "en") -> Path:
    """Keep a class as if it had been graded; each has files of their own."""
    hand_ins, results = [], {}
    setting = replace(SETTING, lang=lang)
    for each in members:
        files = each.files or {
            "counter.c": f"int of_{each.student.id};\n".encode(),
            "counter.py": b"print()",
        }
        problem = (
            NO_MESSAGE if each.result else say("{place} is damaged, or no archive", place="<b>")
        )
        taken = files if each.result else {}
        place = Place(Owner(each.student.id), (each.source,), 1, "2026-06-01T10:00:00Z", each.late)
        if each.source:
            hand_ins.append((each.student, HandIn(place, taken, problem)))
            results[each.student.id] = each.result
    with Store.open(state, write=True) as store:
        run = store.begin(setting, hand_ins, [each.student for each in members])
        for grading in store.gradings(run):
            if result := results[grading.student.id]:
                store.finish(run, grading.key, result)
        store.end(run)
    return state


def regrade(state: Path, student: str, result: Result) -> None:
    """Give a student another verdict, in a new run, which counts from now on."""
    with Store.open(state, write=True) as store:
        (base,) = store.runs()
        run = store.again(base, SETTING, [student])
        (waiting,) = store.waiting(run)
        store.finish(run, waiting.key, result)
        store.apply(run)


def export(state: Path, system: str, *more: object, status: int = 0, lang: str = "en") -> str:
    """Call the command, and return all that it says; in French with `lang`."""
    given = ("--for", system, "--state", state, *more)
    done = labebpf(ROOT, "class", "export", *map(str, given), LABEBPF_LANG=lang)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def opened(path: Path) -> dict[str, bytes]:
    """Read a zip; assert that each name in it lies below the folder where it is unpacked."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == sorted(set(names))
        for name in names:
            assert not re.search(r"[\x00-\x1f\\:]|//", name)
            assert not any(part.startswith((".", "~", "-")) or not part for part in name.split("/"))
        return {name: archive.read(name) for name in names}
