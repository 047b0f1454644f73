"""A class graded on a real kernel, from the archive to the marks."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import zipfile
from pathlib import Path

import pytest

from grader.authoring.answers import answers
from grader.labs import find_labs
from tests.support.checkout import ROOT, command, copy, labebpf
from tests.support.cluster import Cluster, gradings
from tests.support.waiting import wait_until

LAB = find_labs(ROOT / "exercises")["lab3"]
ANSWERS = {each.id: each for each in answers("wrong") + answers("right")}
CLASS = {
    "Ada Lovelace": "",
    "Bob": "lab3/empty.c",
    "Chloé": "lab3/no_null_check.c",
    "Dan": "lab3/counts_rmdir.c",
    "Eve": "",
}
"""Who hands in which known answer, "" for the solution."""


def hand_ins(folder: Path) -> tuple[Path, dict[str, int]]:
    """Make what Moodle gives of them, and of one who hands in a picture; the points of each."""
    points = {}
    with zipfile.ZipFile(folder / "submissions.zip", "w") as archive:
        for number, (name, id) in enumerate(CLASS.items(), 100):
            loses = ANSWERS[id].loses if id else {}
            points[name] = sum(task.points for task in LAB.tasks if task.id not in loses)
            source = folder / f"{number}"
            if id:
                ANSWERS[id].lay_out(LAB, source)
            for file in LAB.edits:
                home = source / LAB.name if id else ROOT / "solutions" / LAB.name
                place = f"{name}_{number}_assignsubmission_file/{file}"
                archive.writestr(place, (home / file).read_bytes())
        archive.writestr("Zoë_200_assignsubmission_file/me.png", b"\x89PNG")
    return folder / "submissions.zip", points


def roster(folder: Path) -> Path:
    """Write Moodle's worksheet of all who hand in and of one who does not; return its path."""
    names = [*((100 + n, name) for n, name in enumerate(CLASS)), (200, "Zoë"), (300, "Nobody")]
    lines = ["Identifier,Full name,Grade,Maximum grade,Feedback comments"]
    lines += [f"Participant {number},{name},,10," for number, name in names]
    (folder / "grades.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "grades.csv"


def grade_class(checkout: Path, folder: Path) -> list[str]:
    archive, sheet = folder / "submissions.zip", folder / "grades.csv"
    command = ["class", "grade", str(archive), "--lab", LAB.name, "--roster", str(sheet)]
    return [*command, "--state", str(folder / "state"), "--kernel", "native"]


def exported(checkout: Path, folder: Path) -> dict[str, dict[str, str]]:
    done = labebpf(checkout, "class", "export", "--for", "csv", "--state", str(folder / "state"))
    return {row["name"]: row for row in csv.DictReader(io.StringIO(done.stdout.lstrip("\ufeff")))}


@pytest.mark.timeout(600)
def test_a_class_from_the_archive_to_the_worksheet(checkout: Path, tmp_path: Path) -> None:
    _, points = hand_ins(tmp_path)
    sheet = roster(tmp_path)
    done = labebpf(checkout, *grade_class(checkout, tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "hand-ins: 6, unreadable: 1; students without one: 1" in done.stderr.replace("\n", " ")
    rows = exported(checkout, tmp_path)
    assert {name: int(rows[name]["points"]) for name in CLASS} == points
    assert {name: rows[name]["state"] for name in ("Zoë", "Nobody")} == {
        "Zoë": "unreadable",
        "Nobody": "missing",
    }
    assert rows["Zoë"]["points"] == rows["Nobody"]["points"] == ""
    marks = ["class", "export", "--for", "moodle", "--worksheet", str(sheet)]
    filled = labebpf(checkout, *marks, "--state", str(tmp_path / "state"))
    given = {row["Full name"]: row["Grade"] for row in csv.DictReader(io.StringIO(filled.stdout))}
    assert given == {name: str(n) for name, n in points.items()} | {"Zoë": "", "Nobody": ""}


@pytest.mark.timeout(600)
def test_a_class_that_is_killed_goes_on_and_is_graded_anew_where_its_lab_is_mended(
    checkout: Path, tmp_path: Path
) -> None:
    _, points = hand_ins(tmp_path)
    roster(tmp_path)
    first = subprocess.Popen(
        command(*grade_class(checkout, tmp_path)),
        cwd=checkout,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    results = tmp_path / "state" / "results"

    def graded() -> list[Path]:
        return [path for path in results.rglob("*.json") if not path.name.startswith(".")]

    assert wait_until(lambda: bool(graded()), 120)
    first.send_signal(signal.SIGKILL)
    first.wait()
    kept = {path: path.stat().st_mtime_ns for path in graded()}
    status = labebpf(checkout, "class", "status", "--state", str(tmp_path / "state"))
    assert "waiting" in status.stdout and "not yet" in status.stdout
    done = labebpf(checkout, *grade_class(checkout, tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert {name: int(exported(checkout, tmp_path)[name]["points"]) for name in CLASS} == points

    checks = checkout / "exercises" / LAB.name / f"test_{LAB.name}.py"
    checks.write_text(checks.read_text() + "# mended\n")
    again = labebpf(checkout, *grade_class(checkout, tmp_path))
    told = again.stderr.replace("\n", " ")
    assert "New run 2, because of a change in the lab: 4 to grade" in told
    assert {name: int(exported(checkout, tmp_path)[name]["points"]) for name in CLASS} == points


@pytest.mark.timeout(600)
def test_two_workers_grade_a_class_though_one_is_killed(checkout: Path, tmp_path: Path) -> None:
    """Natively one grading waits for the other: what is killed has a hand-in in its hands."""
    _, points = hand_ins(tmp_path)
    roster(tmp_path)
    results = tmp_path / "state" / "results"
    cluster = Cluster(tmp_path)
    try:
        cluster.scheduler()
        workers = [cluster.worker(), cluster.worker()]
        grading = subprocess.Popen(
            command(*grade_class(ROOT, tmp_path), "--scheduler", cluster.url),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert wait_until(lambda: any(results.rglob("*.json")), 200), cluster.log
        os.killpg(workers[0].pid, signal.SIGKILL)
        said, _ = grading.communicate()
    finally:
        cluster.end()
    assert grading.returncode == 0, said + cluster.log
    assert {name: int(exported(ROOT, tmp_path)[name]["points"]) for name in CLASS} == points
    assert len([*results.rglob("*.json")]) == 4  # Two handed in the same.
    assert wait_until(lambda: not gradings("native"), 60), gradings("native")


def test_the_hand_ins_of_a_lab_that_is_not_there_are_wrong_usage(tmp_path: Path) -> None:
    hand_ins(tmp_path)
    done = labebpf(copy(tmp_path / "c"), "class", "grade", "x.zip", "--lab", "lab90")
    assert done.returncode == 2
    assert "There is no lab named lab90" in done.stderr
