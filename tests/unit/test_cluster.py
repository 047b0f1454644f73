"""Workers of a real scheduler, on this machine's loopback: killed, frozen, late, or another's.

What they grade needs no kernel here; tests/kernel and tests/vm have classes that do. LABEBPF_ROUNDS
says how often something is killed by chance.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import cloudpickle
import pytest
from distributed import Worker

import tests
from grader.base.errors import InfraError, UsageError
from grader.classroom.cluster_pool import ClusterPool
from grader.classroom.connection import Certificates, check_url, connect
from grader.classroom.grading import ClassGrading
from grader.classroom.marks import marks
from grader.classroom.pool import Job
from grader.classroom.runs import MOST_TRIES, Grading
from grader.classroom.store import Store
from grader.classroom.worker import Parcel, Preparation, traits
from grader.verdict.record import Result
from tests.support.checkout import command
from tests.support.cluster import Cluster
from tests.support.generated_class import zipped
from tests.support.waiting import wait_until
from tests.unit.test_class_grading import SETTING, Noting, a_class, jobs, result_of, words

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SIZE = 9
"""Of which every third hand-in is another student's, too."""
KEYS = 6
ROUNDS = int(os.environ.get("LABEBPF_ROUNDS", "3"))
POISON = b"int x = 4;"


class Waiting(Noting):
    """Grades without a kernel, and not before the file `go` is there; `poison` makes one deadly."""

    def judge(self, job: Job) -> Result:
        folder = self._notes.parent
        if job.files["counter.c"] == POISON and (folder / "poison").exists():
            os.kill(os.getpid(), signal.SIGKILL)
        assert wait_until((folder / "go").exists, 200)
        return result_of(job.files["counter.c"])


class WaitingPreparation(Preparation):
    """Prepares a worker that notes in a file what it began and ended."""

    def __init__(self, parcel: Parcel, notes: Path) -> None:
        super().__init__(parcel)
        self._notes = notes

    def setup(self, worker: Worker) -> None:
        super().setup(worker)
        self.gradings = Waiting(self._notes)


class Class(Cluster):
    """A class that a cluster grades, in this process."""

    def __init__(self, folder: Path, size: int = SIZE) -> None:
        super().__init__(folder)
        self.size = size
        self.bytes = 1
        self.notes = folder / "notes"
        self.told: list[str] = []

    def grade(self, certificates: Certificates | None = None) -> None:
        """Grade it; raises what a Pool does."""
        hand_ins = a_class(self.size)
        packed = zipped({"course/lab": random.randbytes(self.bytes)})
        parcel = Parcel(packed, "native", traits("native"))
        preparation = WaitingPreparation(parcel, self.notes)
        with (
            Store.open(self.folder / "state", write=True) as store,
            connect(self.url, certificates) as client,
        ):
            run = store.begin(SETTING, hand_ins, [student for student, _ in hand_ins])
            pool = ClusterPool(client, preparation, self.told.append)
            ClassGrading(store, run, jobs(store), pool, lambda line: None).run()

    def gradings(self) -> list[Grading]:
        with Store.open(self.folder / "state", write=False) as store:
            (run,) = store.runs()
            assert len(marks(store, run.id)) == self.size
            return store.gradings(run.id)

    def begun(self) -> list[str]:
        return [key for word, key in words(self.notes) if word == "begin"]

    def go(self) -> None:
        (self.folder / "go").touch()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Class]:
    cloudpickle.register_pickle_by_value(tests)  # Workers know the grader, and not its tests.
    made = Class(tmp_path)
    yield made
    made.end()
    cloudpickle.unregister_pickle_by_value(tests)


def beside(cluster: Class) -> threading.Thread:
    thread = threading.Thread(target=cluster.grade)
    thread.start()
    return thread


def test_a_worker_that_is_killed_costs_nobody_a_verdict(cluster: Class) -> None:
    cluster.scheduler()
    first, _ = cluster.worker(), cluster.worker()
    grading = beside(cluster)
    assert wait_until(lambda: len(cluster.begun()) == 2, 60)
    os.killpg(first.pid, signal.SIGKILL)
    cluster.go()
    grading.join()
    assert {each.state for each in cluster.gradings()} == {"done"}
    assert Counter(Counter(cluster.begun()).values()) == {1: KEYS - 1, 2: 1}


def test_a_worker_that_was_frozen_and_goes_on_does_not_count_twice(cluster: Class) -> None:
    cluster.scheduler()
    first, _ = cluster.worker(), cluster.worker()
    grading = beside(cluster)
    assert wait_until(lambda: len(cluster.begun()) == 2, 60)
    os.killpg(first.pid, signal.SIGSTOP)
    cluster.go()
    grading.join()
    os.killpg(first.pid, signal.SIGCONT)
    assert {each.state for each in cluster.gradings()} == {"done"}
    assert Counter(Counter(cluster.begun()).values()) == {1: KEYS - 1, 2: 1}
    assert len(list((cluster.folder / "state" / "results").rglob("*.json"))) == KEYS


def test_what_kills_its_workers_is_met_three_times(cluster: Class) -> None:
    (cluster.folder / "poison").touch()
    cluster.go()
    cluster.scheduler()
    cluster.worker(slots=2)  # Its nanny starts it again.
    cluster.grade()
    states = Counter(each.state for each in cluster.gradings())
    assert states == {"done": SIZE - 2, "gave_up": 2}  # Two students, with the same files.
    met = Counter(cluster.begun())
    assert max(met.values()) == MOST_TRIES


def test_a_scheduler_that_is_killed_is_found_again(cluster: Class) -> None:
    scheduler = cluster.scheduler()
    cluster.worker()
    grading = beside(cluster)
    assert wait_until(lambda: len(cluster.begun()) == 1, 60)
    os.killpg(scheduler.pid, signal.SIGKILL)
    cluster.go()
    cluster.scheduler()
    cluster.worker()  # Workers end with their scheduler.
    grading.join()
    assert {each.state for each in cluster.gradings()} == {"done"}
    assert {each.tries for each in cluster.gradings()} == {1}


def test_who_asks_is_killed_and_asks_again(cluster: Class) -> None:
    cluster.scheduler()
    cluster.worker()
    child = ask(cluster)
    assert wait_until(lambda: len(cluster.begun()) == 1, 60), cluster.log
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    cluster.go()
    cluster.grade()
    assert {each.state for each in cluster.gradings()} == {"done"}
    assert set(cluster.begun()) == {each.key for each in cluster.gradings()}


def ask(cluster: Class) -> subprocess.Popen[bytes]:
    """Let another process grade the class."""
    given = (str(cluster.folder), cluster.url, str(cluster.size))
    return cluster.start(sys.executable, "-c", _ASKS, *given)


_ASKS = """
import sys
from pathlib import Path
import cloudpickle, tests
from tests.unit.test_cluster import Class
cloudpickle.register_pickle_by_value(tests)
cluster = Class(Path(sys.argv[1]), int(sys.argv[3]))
cluster.url = sys.argv[2]
cluster.grade()
"""


@pytest.mark.timeout(60 + 60 * ROUNDS)
def test_whatever_is_killed_nothing_is_lost(cluster: Class) -> None:
    """So many hand-ins that none is met three times, each time by a worker that is killed."""
    cluster.size = 12 * ROUNDS
    cluster.go()
    starts: dict[str, Callable[[], subprocess.Popen[bytes]]] = {
        "scheduler": cluster.scheduler,
        "worker": cluster.worker,
        "client": partial(ask, cluster),
    }
    running = {name: start() for name, start in starts.items()}
    for _ in range(ROUNDS):
        enough = len(cluster.begun()) + random.randint(1, 8)

        def far(enough: int = enough) -> bool:
            return len(cluster.begun()) >= enough or running["client"].poll() is not None

        assert wait_until(far, 60), cluster.log
        killed = random.choice([*running])
        os.killpg(running[killed].pid, signal.SIGKILL)
        running[killed].wait()
        for name, process in running.items():
            if name == killed or (killed == "scheduler" and name == "worker"):
                process.wait()  # Workers end with their scheduler.
                running[name] = starts[name]()
        if running["client"].poll() is not None:
            running["client"] = ask(cluster)
    running["client"].wait()
    cluster.grade()
    found = cluster.gradings()
    assert {each.state for each in found} == {"done"}
    keys = {each.key for each in found}
    assert set(cluster.begun()) == keys
    # A client that is killed between a record and its row has left a second one.
    records = (cluster.folder / "state" / "results").rglob("*.json")
    assert {record.name.partition("-")[0] for record in records} == keys
    for each in found:
        assert each.result and each.result.labs == result_of(each_file(each)).labs


def each_file(grading: Grading) -> bytes:
    """Return the program that the student of `grading` handed in."""
    hand_ins = {student.id: hand_in for student, hand_in in a_class(12 * ROUNDS)}
    return hand_ins[grading.student.id].files["counter.c"]


def test_a_worker_that_comes_late_gets_work_and_one_of_another_kernel_none(
    cluster: Class,
) -> None:
    cluster.go()
    cluster.scheduler()
    grading = beside(cluster)
    unfit = cluster.worker("setarch", "--uname-2.6")
    unfit.wait()
    assert not cluster.begun()
    cluster.worker()
    grading.join()
    assert {each.state for each in cluster.gradings()} == {"done"}
    assert {each.tries for each in cluster.gradings()} == {1}
    (told,) = cluster.told
    assert "is left out: the kernel is native 2.6" in told


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a file system")
def test_a_worker_without_room_is_left_out_and_is_no_try_of_a_hand_in(
    cluster: Class, tmp_path: Path
) -> None:
    """Its folder is too small for the lab: a file system of a few pages."""
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small], check=True)
    try:
        cluster.go()
        cluster.bytes = 100_000
        cluster.scheduler()
        grading = beside(cluster)
        full = cluster.worker("env", f"TMPDIR={small}")
        full.wait()
        cluster.worker()
        grading.join()
    finally:
        cluster.end()
        subprocess.run(["umount", "--lazy", small], check=True)
    assert {each.tries for each in cluster.gradings()} == {1}
    (told,) = cluster.told
    assert "is left out" in told and "No space left" in told


def certificates(folder: Path) -> Path:
    """Make certificates as docs/cluster.md has them made."""
    folder.mkdir()
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=labebpf", "-keyout", "key.pem", "-out", "cert.pem"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    (folder / "ca.pem").write_bytes((folder / "cert.pem").read_bytes())
    return folder


def test_with_certificates_only_those_who_have_them_are_let_in(
    cluster: Class, tmp_path: Path
) -> None:
    ours, theirs = certificates(tmp_path / "ours"), certificates(tmp_path / "theirs")
    cluster.url = f"tls://127.0.0.1:{cluster.port}"
    cluster.go()
    cluster.scheduler("--tls", str(ours), "--host", "127.0.0.1")
    cluster.start(*command("worker", cluster.url, "--slots", "1", "--tls", str(ours)))
    with pytest.raises(InfraError, match="No scheduler answers"):
        cluster.grade(Certificates.of(theirs))
    cluster.grade(Certificates.of(ours))
    assert {each.state for each in cluster.gradings()} == {"done"}


def test_what_anybody_could_reach_is_refused(tmp_path: Path) -> None:
    for url in ("tcp://192.0.2.1:8786", "tcp://0.0.0.0:8786"):
        with pytest.raises(UsageError, match="Whoever reaches"):
            check_url(url, insecure=False)
        check_url(url, insecure=True)
    check_url("tcp://localhost:8786", insecure=False)
    for url in ("host:8786", "tls://host", "http://host:1", "tls://host:port"):
        with pytest.raises(UsageError, match="no address"):
            check_url(url, insecure=True)
    with pytest.raises(UsageError, match=r"ca\.pem is missing"):
        Certificates.of(tmp_path)


def test_a_scheduler_that_is_not_there_is_told(cluster: Class) -> None:
    with pytest.raises(InfraError, match="No scheduler answers"):
        cluster.grade()
