"""Grade hand-ins, each in a process of its own: what one does to that process costs no other one.

A Pool is where that happens: here, on as many slots as this machine has, or on a cluster.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Collection, Mapping
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from grader.verdict.record import Result

_SECONDS = 1800
"""For one hand-in; each check has its own deadline, which is far sooner."""


@dataclass(frozen=True)
class Job:
    """What is to be graded, and how."""

    key: str
    files: Mapping[str, bytes]
    lab: str
    kernel: str
    time_scale: float
    lang: str


class NoVerdictError(Exception):
    """The grading ended without a verdict: what it said instead. It counts as a try."""


class NotGradedError(Exception):
    """The hand-in was not met by any grader: it is handed over again, which is no try."""


class Pool(Protocol):
    """Where hand-ins are graded."""

    def slots(self) -> int:
        """Return how many gradings can run at a time, now."""

    def submit(self, job: Job) -> Future[Result]:
        """Begin a grading. Its future raises NoVerdictError or NotGradedError."""

    def stop(self) -> None:
        """End what runs."""


class Gradings:
    """The processes that grade hand-ins for one course now, so that they can be ended."""

    def __init__(self, course: Path, private: Path | None = None) -> None:
        self._course = course
        self._private = private
        self._running: dict[subprocess.Popen[bytes], str] = {}
        self._stopped = False
        self._lock = threading.Lock()

    def grade(self, job: Job) -> Result:
        """Grade, and return the result. Raises NoVerdictError."""
        try:
            return self._grade(job)
        except OSError as error:  # No room, for one.
            raise NoVerdictError(str(error)) from error

    def _grade(self, job: Job) -> Result:
        with tempfile.TemporaryDirectory(prefix="labebpf-class-") as folder:
            hand_in, out = Path(folder, "hand-in"), Path(folder, "out")
            (hand_in / job.lab).mkdir(parents=True)
            for name, data in job.files.items():
                (hand_in / job.lab / name).write_bytes(data)
            said = self._run(job, hand_in, out)
            try:
                return Result.from_json((out / "result.json").read_text(encoding="utf-8"))
            except (OSError, ValueError, KeyError, TypeError):
                raise NoVerdictError(said) from None

    def _run(self, job: Job, hand_in: Path, out: Path) -> str:
        command = [sys.executable, "-m", "grader", "--course", str(self._course), "grade"]
        command += [str(hand_in), "--lab", job.lab, "--out", str(out), "--kernel", job.kernel]
        command += ["--time-scale", str(job.time_scale)]
        if self._private:
            command += ["--private", str(self._private)]
        with self._lock:
            if self._stopped:
                raise NoVerdictError("stopped")
            # It ends with this process, however that ends.
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**os.environ, "LABEBPF_LANG": job.lang},
                cwd=self._course,
                start_new_session=True,
            )
            self._running[process] = job.key
        try:
            said, _ = process.communicate(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            _end(process)
            said = b"It took too long."
        finally:
            with self._lock:
                del self._running[process]
        return said.decode(errors="replace")[-2000:]

    def end(self, keys: Collection[str]) -> None:
        """End the gradings under these keys."""
        with self._lock:
            running = [process for process, key in self._running.items() if key in keys]
        for process in running:
            _end(process)

    def stop(self) -> None:
        """End what runs, and let nothing else start."""
        with self._lock:
            self._stopped = True
            keys = set(self._running.values())
        self.end(keys)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


class LocalPool:
    """This machine, with a fixed number of slots."""

    def __init__(self, executor: Executor, gradings: Gradings, slots: int) -> None:
        self._executor = executor
        self._gradings = gradings
        self._slots = slots

    def slots(self) -> int:
        return self._slots

    def submit(self, job: Job) -> Future[Result]:
        return self._executor.submit(self._gradings.grade, job)

    def stop(self) -> None:
        self._gradings.stop()
