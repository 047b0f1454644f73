"""Classes made by chance, as each system hands them out: all verdicts, and all rows, are right.

LABEBPF_ROUNDS says how many classes of each system are graded.
"""

from __future__ import annotations

import csv
import io
import os
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from grader.classroom.marks import Mark, marks
from grader.classroom.store import Store
from grader.labs import Lab, find_labs
from tests.support.checkout import ROOT, labebpf
from tests.support.generated_class import (
    SYSTEMS,
    Answered,
    Pupil,
    make_class,
    roster,
    tarred,
    zipped,
)

LABS = find_labs(ROOT / "exercises")
ROUNDS = int(os.environ.get("LABEBPF_ROUNDS", "1"))
SIZE = 4


def grade(folder: Path, lab: Lab, archive: str) -> str:
    """Grade what is in `archive`, and return what is said of it."""
    given = ["--roster", str(folder / "roster.csv"), "--state", str(folder / "state")]
    command = ["class", "grade", str(folder / archive), "--lab", lab.name, "--kernel", "native"]
    done = labebpf(ROOT, *command, *given)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout + done.stderr


def kept(folder: Path) -> Mapping[str, Mark]:
    with Store.open(folder / "state", write=False) as store:
        (run,) = store.runs()
        return {mark.student.id: mark for mark in marks(store, run.id)}


def exported(folder: Path) -> str:
    return labebpf(ROOT, "class", "export", "--for", "csv", "--state", str(folder / "state")).stdout


def is_right(mark: Mark, answer: Answered, lab: Lab) -> bool:
    """Tell whether each verdict is the one that the answer must get.

    A task that needs something of the kernel may be `infra`. A hostile answer may lose more than
    it must, or lose in another way.
    """
    assert mark.result
    (judged,) = mark.result.labs
    for task, verdict in zip(lab.tasks, judged.tasks, strict=True):
        status = verdict.status.value
        if status == "infra" and task.kernel:
            continue
        wanted = answer.loses.get(task.id, "pass")
        passes_alike = (status == "pass") <= (wanted == "pass") if answer.hostile else False
        if status != wanted and not passes_alike:
            return False
    return True


@pytest.mark.sampled(4)
@pytest.mark.timeout(900)
@pytest.mark.parametrize("round", range(ROUNDS))
@pytest.mark.parametrize("system", SYSTEMS)
def test_each_has_the_verdict_that_is_known_of_it(system: str, round: int, tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    lab = chance.choice([lab for lab in LABS.values() if lab.script])
    print(f"{lab.name}, seed {seed}")
    pupils = make_class(lab, SIZE, chance)
    (tmp_path / "roster.csv").write_text(roster(pupils), encoding="utf-8")
    files = SYSTEMS[system](lab, pupils)
    (tmp_path / "class.zip").write_bytes(zipped(files))
    said = grade(tmp_path, lab, "class.zip")
    found = kept(tmp_path)
    assert found.keys() == {each.login for each in pupils}, said
    for each in pupils:
        mark = found[each.login]
        assert mark.student.name == each.name
        if each.answer is None:
            assert (mark.state, mark.result) == ("unreadable", None), said
            continue
        assert is_right(mark, each.answer, lab), (each.answer.id, mark.result)
    first = exported(tmp_path)
    check_table(first, pupils, found)

    shuffled = list(files.items())
    chance.shuffle(shuffled)
    (tmp_path / "class.tar").write_bytes(tarred(dict(shuffled), "w"))
    again = grade(tmp_path, lab, "class.tar")
    assert exported(tmp_path) == first, again
    assert {id: mark.result for id, mark in kept(tmp_path).items()} == {
        id: mark.result for id, mark in found.items()
    }


def check_table(table: str, pupils: Sequence[Pupil], found: Mapping[str, Mark]) -> None:
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(table.lstrip("\ufeff")))}
    assert rows.keys() == {each.login for each in pupils}
    for id, row in rows.items():
        mark = found[id]
        assert row["state"] == mark.state
        graded = mark.result if mark.state == "graded" else None
        assert row["points"] == (str(graded.score) if graded else "")
