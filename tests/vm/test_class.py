"""A class graded by workers that have a virtual machine each."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from grader.authoring.answers import answers
from grader.classroom.marks import marks
from grader.classroom.store import Store
from grader.labs import find_labs
from grader.vm.image_store import Image
from tests.support.checkout import ROOT, command
from tests.support.cluster import Cluster, gradings
from tests.support.generated_class import moodle, pupils_of, roster, zipped
from tests.support.waiting import wait_until

LAB = find_labs(ROOT / "exercises")["lab1"]
CHOSEN = ("lab1/empty.c", "lab1/enter_and_exit.c")


@pytest.mark.timeout(1500)
def test_a_worker_is_killed_and_another_frozen_and_each_has_one_verdict(
    image: Image, tmp_path: Path
) -> None:
    pupils = pupils_of(LAB, [each for each in answers("wrong") if each.id in CHOSEN])
    (tmp_path / "class.zip").write_bytes(zipped(moodle(LAB, pupils)))
    (tmp_path / "roster.csv").write_text(roster(pupils), encoding="utf-8")
    state = tmp_path / "state"
    cluster = Cluster(tmp_path)
    grade = ["class", "grade", str(tmp_path / "class.zip"), "--lab", LAB.name]
    grade += ["--roster", str(tmp_path / "roster.csv"), "--state", str(state)]
    grade += ["--kernel", f"vm:{image.version}", "--scheduler", cluster.url]
    try:
        cluster.scheduler()
        killed, frozen = cluster.worker(), cluster.worker()
        client = cluster.start(*command(*grade))
        assert wait_until(lambda: len(gradings("vm")) == 2, 200), cluster.log
        os.killpg(killed.pid, signal.SIGKILL)
        os.killpg(frozen.pid, signal.SIGSTOP)
        cluster.worker()
        assert client.wait() == 0, cluster.log
        os.killpg(frozen.pid, signal.SIGCONT)
        assert wait_until(lambda: not gradings("vm"), 200), gradings("vm")
    finally:
        cluster.end()
    with Store.open(state, write=False) as store:
        (run,) = store.runs()
        found = {mark.student.id: mark for mark in marks(store, run.id)}
        tries = sorted(each.tries for each in store.gradings(run.id))
    assert tries == [1, 2, 2]
    assert len(list((state / "results").rglob("*.json"))) == len(pupils)
    for pupil in pupils:
        mark = found[pupil.login]
        assert pupil.answer and mark.result
        (judged,) = mark.result.labs
        lost = {each.id: each.status.value for each in judged.tasks if each.status != "pass"}
        assert lost == pupil.answer.loses, pupil.answer.id
