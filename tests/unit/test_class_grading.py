"""A class's run, killed at any moment: nothing is lost, and nothing that was done is done again.

LABEBPF_ROUNDS says how often it is killed.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.base.errors import InfraError, UsageError
from grader.base.messages import NO_MESSAGE, say
from grader.classroom.compare import moves
from grader.classroom.grading import ClassGrading
from grader.classroom.handin import HandIn, Owner, Place
from grader.classroom.marks import chosen, marks, table
from grader.classroom.pool import Gradings, Job, LocalPool, NotGradedError, NoVerdictError
from grader.classroom.roster import Student
from grader.classroom.runs import MOST_TRIES, Setting
from grader.classroom.store import DATABASE, Store
from grader.verdict.record import LabResult, Result
from tests.support.checkout import ROOT
from tests.support.sample_results import a_result, a_task
from tests.support.waiting import wait_until

ROUNDS = int(os.environ.get("LABEBPF_ROUNDS", "8"))
SETTING = Setting("lab3", "lab", "grader", "native")
SIZE = 12 * ROUNDS
"""So many that no hand-in is met three times, each time to be killed with its grader."""
CHILD = """
import sys, time
from pathlib import Path
from tests.unit.test_class_grading import Noting, go
go(Path(sys.argv[1]), Noting(Path(sys.argv[2])), slots=2)
"""


def result_of(data: bytes, status: str = "") -> Result:
    """Make a verdict that depends on the bytes alone, or on `status` if given."""
    status = status or ("pass" if data.rstrip(b";")[-1] % 2 else "fail")
    return a_result(LabResult("lab3", "", (a_task("3.1", status, 2),)))


class Noting(Gradings):
    """Grades without a kernel, and notes in a file what began and ended."""

    def __init__(self, notes: Path) -> None:
        super().__init__(ROOT)
        self._notes = notes

    def note(self, *words: object) -> None:
        with self._notes.open("a", encoding="utf-8") as file:
            print(*words, file=file, flush=True)

    def grade(self, job: Job) -> Result:
        self.note("begin", job.key)
        result = self.judge(job)
        self.note("end", job.key)
        return result

    def judge(self, job: Job) -> Result:
        return result_of(job.files["counter.c"])


def a_class(size: int = SIZE) -> list[tuple[Student, HandIn]]:
    """Make so many students; each third hands in what the one before did."""
    made = []
    for number in range(size):
        owner = Owner(f"s{number:03}", f"Student {number:03}")
        data = b"int x = %d;" % (number - (number % 3 == 2))
        hand_in = HandIn(Place(owner, (f"{owner.id}/",)), {"counter.c": data}, NO_MESSAGE)
        made.append((Student(owner.id, owner.name), hand_in))
    return made


def go(
    folder: Path,
    gradings: Gradings,
    hand_ins: Sequence[tuple[Student, HandIn]] | None = None,
    slots: int = 1,
) -> int:
    """Grade the class, and return the run."""
    hand_ins = a_class() if hand_ins is None else hand_ins
    with Store.open(folder, write=True) as store, ThreadPoolExecutor(slots) as executor:
        run = store.begin(SETTING, hand_ins, [student for student, _ in hand_ins])

        pool = LocalPool(executor, gradings, slots)
        ClassGrading(store, run, jobs(store), pool, lambda line: None).run()
    return run


def jobs(store: Store) -> Callable[[str, str], Job]:
    return lambda key, hashed: Job(key, store.files(hashed), "lab3", "native", 1.0, "en")


def words(notes: Path) -> list[list[str]]:
    return [line.split() for line in notes.read_text().splitlines()] if notes.exists() else []


def test_a_run_that_is_killed_goes_on_and_loses_nothing(tmp_path: Path) -> None:
    state, notes = tmp_path / "state", tmp_path / "notes"
    keys = {SETTING.key(h) for h in _hashes()}
    for _ in range(ROUNDS):
        enough = len(words(notes)) + random.randint(1, 10)
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, state, notes], cwd=ROOT, start_new_session=True
        )

        def far(child: subprocess.Popen[bytes] = child, enough: int = enough) -> bool:
            return child.poll() is not None or len(words(notes)) >= enough

        assert wait_until(far, 60)
        os.killpg(child.pid, signal.SIGKILL) if child.poll() is None else None
        child.wait()
    go(state, Noting(notes))
    began = Counter(key for word, key in words(notes) if word == "begin")
    assert set(began) == keys
    # Graded again is at most what ran, on both slots, when it was killed.
    assert sum(began.values()) <= len(keys) + 2 * ROUNDS
    with Store.open(state, write=False) as store:
        (run,) = store.runs()
        rows = marks(store, run.id)
    assert [mark.state for mark in rows] == ["graded"] * SIZE
    for (_, hand_in), mark in zip(a_class(), rows, strict=True):
        assert mark.result and mark.result.labs == result_of(hand_in.files["counter.c"]).labs


HALF_DONE = """
import os, signal, sys
from pathlib import Path
from grader.classroom.store import Store
store = Store.open(Path(sys.argv[1]), write=True)
store._db.execute("PRAGMA cache_size=5")  # So that it writes before it commits.
store._db.execute("BEGIN IMMEDIATE")
store._db.execute("UPDATE student SET name = hex(zeroblob(1000000))")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_writer_left_half_done_is_read_as_it_was_before(tmp_path: Path) -> None:
    go(tmp_path, Noting(tmp_path / "notes"), a_class(3))
    killed = subprocess.run([sys.executable, "-c", HALF_DONE, tmp_path], cwd=ROOT)
    assert killed.returncode == -signal.SIGKILL
    assert (tmp_path / f"{DATABASE}-journal").stat().st_size > 0
    with Store.open(tmp_path, write=False) as store:
        assert [student.name for student in store.students()] == [
            student.name for student, _ in a_class(3)
        ]


def test_a_database_that_cannot_be_used_is_told_without_a_traceback(tmp_path: Path) -> None:
    go(tmp_path, Noting(tmp_path / "notes"), a_class(3))
    store = Store.open(tmp_path, write=False)
    with pytest.raises(InfraError, match="readonly"), store:
        store.apply(1)
    (tmp_path / DATABASE).write_bytes(b"not a database" * 100)
    for write in (True, False):
        with pytest.raises(InfraError, match="not a database"):
            Store.open(tmp_path, write=write)
    (tmp_path / DATABASE).write_bytes(b"")
    with pytest.raises(UsageError, match="no class"):
        Store.open(tmp_path, write=False)


def _hashes() -> set[str]:
    from grader.classroom.runs import files_hash

    return {files_hash(hand_in.files) for _, hand_in in a_class()}


def test_what_has_a_verdict_is_not_graded_again(tmp_path: Path) -> None:
    state, notes = tmp_path / "state", tmp_path / "notes"
    go(state, Noting(notes))
    before = len(words(notes))
    go(state, Noting(notes))
    assert len(words(notes)) == before
    new = HandIn(Place(Owner("new"), ("new/",)), {"counter.c": b"9"}, NO_MESSAGE)
    more = [*a_class(), (Student("new"), new)]
    go(state, Noting(notes), more)
    assert len(words(notes)) == before + 2


class Poisonous(Noting):
    """A hand-in that ends whoever grades it."""

    def judge(self, job: Job) -> Result:
        if job.files["counter.c"] == b"int x = 3;":
            raise NoVerdictError("it ended")
        return super().judge(job)


def test_a_hand_in_that_ends_its_graders_is_met_three_times(tmp_path: Path) -> None:
    state, notes = tmp_path / "state", tmp_path / "notes"
    run = go(state, Poisonous(notes))
    go(state, Poisonous(notes))
    began = Counter(key for word, key in words(notes) if word == "begin")
    ended = {key for word, key in words(notes) if word == "end"}
    (key,) = set(began) - ended
    assert began[key] == MOST_TRIES
    with Store.open(state, write=False) as store:
        states = Counter(mark.state for mark in marks(store, run))
    assert states == {"graded": SIZE - 1, "gave_up": 1}


def test_what_ended_its_graders_twice_is_tried_alone_after_the_others(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    go(tmp_path / "state", Poisonous(notes), slots=3)
    told = words(notes)
    ended = {key for word, key in told if word == "end"}
    (last,) = [at for at, (_, key) in enumerate(told) if key not in ended][-1:]
    assert last == len(told) - 1


class Lossy(Noting):
    """Somewhere else, that loses each hand-in several times before it grades it."""

    def __init__(self, notes: Path) -> None:
        super().__init__(notes)
        self._lost: Counter[str] = Counter()

    def judge(self, job: Job) -> Result:
        self._lost[job.key] += 1
        if self._lost[job.key] <= MOST_TRIES:
            raise NotGradedError
        return super().judge(job)


def test_what_is_lost_on_its_way_is_handed_over_again_and_that_is_no_try(tmp_path: Path) -> None:
    run = go(tmp_path / "state", Lossy(tmp_path / "notes"), slots=2)
    with Store.open(tmp_path / "state", write=False) as store:
        assert {mark.state for mark in marks(store, run)} == {"graded"}
        assert {each.tries for each in store.gradings(run)} <= {0, 1}


class Busy(Noting):
    """A machine that is too slow for one hand-in at first, and judges another one for good."""

    def __init__(self, notes: Path) -> None:
        super().__init__(notes)
        self._seen: set[str] = set()

    def judge(self, job: Job) -> Result:
        data = job.files["counter.c"]
        first = job.key not in self._seen
        self._seen.add(job.key)
        if data in (b"int x = 3;", b"int x = 4;"):
            return result_of(data, "timeout" if first or data == b"int x = 4;" else "pass")
        return super().judge(job)


def test_what_a_busy_machine_may_have_spoilt_is_looked_at_again(tmp_path: Path) -> None:
    run = go(tmp_path / "state", Busy(tmp_path / "notes"), slots=2)
    with Store.open(tmp_path / "state", write=False) as store:
        rows = {mark.student.id: mark for mark in marks(store, run)}
    first, second = rows["s003"], rows["s004"]
    assert first.grading and first.grading.unstable and first.result
    assert first.result.score == 2
    assert second.grading and not second.grading.unstable and second.result
    assert second.result.score == 0


class Lacking(Noting):
    """A machine that cannot judge a task of anybody."""

    def judge(self, job: Job) -> Result:
        return result_of(job.files["counter.c"], "infra")


def test_what_this_machine_lacks_is_looked_at_again_once(tmp_path: Path) -> None:
    go(tmp_path / "state", Lacking(tmp_path / "notes"), slots=2)
    begun = (tmp_path / "notes").read_text().splitlines()
    keys = [line.split()[1] for line in begun if line.startswith("begin")]
    assert len(keys) == len(set(keys)) + 1


def test_everybody_has_a_row_and_no_verdict_is_no_zero(tmp_path: Path) -> None:
    unreadable = HandIn(Place(Owner("zoe"), ("z/",)), {}, say("it is empty"))
    hand_ins = [*a_class(2), (Student("zoe", "=cmd()"), unreadable)]
    state = tmp_path / "state"
    with Store.open(state, write=True) as store:
        run = store.begin(
            SETTING, hand_ins, [*(student for student, _ in hand_ins), Student("eve", "Eve")]
        )
        rows = marks(store, run)
        assert {mark.student.id: mark.state for mark in rows} == {
            "s000": "waiting",
            "s001": "waiting",
            "zoe": "unreadable",
            "eve": "missing",
        }
        lines = table(rows).splitlines()
    assert lines[0].startswith("\ufeffid,name,email")
    for line in lines[1:]:
        points, most = line.split(",")[6:8]
        assert (points, most) == ("", "")
    assert "'=cmd()" in "".join(lines)


def test_a_run_is_compared_before_its_marks_count(tmp_path: Path) -> None:
    state, notes = tmp_path / "state", tmp_path / "notes"
    first = go(state, Noting(notes))
    with Store.open(state, write=True) as store, ThreadPoolExecutor(1) as executor:
        failed = chosen(marks(store, first), ["task=3.1"])
        assert failed and failed == chosen(marks(store, first), ["status=fail"])
        (base,) = store.runs()
        second = store.again(base, SETTING, [*failed[:3], "s001"])
        pool = LocalPool(executor, Mended(notes), 1)
        ClassGrading(store, second, jobs(store), pool, lambda line: None).run()
        counting = store.counting("lab3")
        assert counting and counting.id == first
        found = moves(marks(store, first), marks(store, second))
        before = {mark.student.id: mark for mark in marks(store, first)}
        same = {before[id].grading.hash for id in failed[:3]}  # type: ignore[union-attr]
        whose = {id for id, mark in before.items() if mark.grading and mark.grading.hash in same}
        assert {move.student.id for move in found} == whose
        assert all(move.tasks == (("3.1", "fail", "pass"),) and move.by == 2 for move in found)
        store.apply(second)
        counting = store.counting("lab3")
        assert counting and counting.id == second
    assert go(state, Noting(notes)) == second


class Mended(Noting):
    """A lab in which nobody fails any more."""

    def judge(self, job: Job) -> Result:
        return result_of(job.files["counter.c"], "pass")


def test_what_only_names_is_chosen(tmp_path: Path) -> None:
    run = go(tmp_path, Noting(tmp_path / "notes"))
    with Store.open(tmp_path, write=False) as store:
        rows = marks(store, run)
    assert len(chosen(rows, [])) == SIZE
    assert chosen(rows, ["student=s002"]) == ["s002"]
    assert chosen(rows, ["cause=E99"]) == []
    with pytest.raises(UsageError, match="--only is not"):
        chosen(rows, ["s002"])


def test_a_student_is_forgotten_and_others_keep_what_they_shared(tmp_path: Path) -> None:
    run = go(tmp_path, Noting(tmp_path / "notes"))
    with Store.open(tmp_path, write=True) as store:
        records = list((tmp_path / "results").glob("*/*"))
        (gone,) = (grading.key for grading in store.gradings(run) if grading.student.id == "s000")
        for left_by_a_killed_writer in (f"{gone}-99.json", ".labebpf-x1y2z3"):
            (tmp_path / "results" / gone[:2] / left_by_a_killed_writer).touch()
        assert store.forget("s000") and not store.forget("s000")
        assert len(list((tmp_path / "results").glob("*/*"))) == len(records) - 1
        assert store.forget("s002")  # Who handed in what s001 did.
        assert len(list((tmp_path / "results").glob("*/*"))) == len(records) - 1
        left = {mark.student.id: mark.state for mark in marks(store, run)}
    assert len(left) == SIZE - 2 and left["s001"] == "graded"
    assert b"s000" not in (tmp_path / DATABASE).read_bytes()
    assert b"int x = 0;" not in (tmp_path / DATABASE).read_bytes()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    with Store.open(tmp_path / "state", write=True):
        yield tmp_path / "state"


def test_one_process_writes_and_others_read(state: Path) -> None:
    with pytest.raises(InfraError, match="Another labebpf"):
        Store.open(state, write=True)
    with Store.open(state, write=False) as store:
        assert store.runs() == []
    assert (state / DATABASE).stat().st_mode & 0o777 == 0o600
    assert state.stat().st_mode & 0o777 == 0o700


def test_a_store_of_another_version_is_left_alone(tmp_path: Path) -> None:
    Store.open(tmp_path, write=True).close()
    with sqlite3.connect(tmp_path / DATABASE) as database:
        database.execute("PRAGMA user_version=99")
    with pytest.raises(UsageError, match="another version"):
        Store.open(tmp_path, write=True)
    with pytest.raises(UsageError, match="no class"):
        Store.open(tmp_path / "none", write=False)


def test_a_key_is_all_that_a_verdict_hangs_on() -> None:
    keys = {SETTING.key("files"), SETTING.key("others")}
    for name, value in {**vars(SETTING), "time_scale": 2.0}.items():
        other = Setting(**{**vars(SETTING), name: value if value == 2.0 else f"{value}!"})
        assert other.changes(SETTING) == [name]
        keys.add(other.key("files"))
    assert len(keys) == 2 + len(vars(SETTING))
