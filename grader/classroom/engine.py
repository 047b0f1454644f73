"""Grade one hand-in in a process of its own: what it does to that process costs no other one.

`grade` is what an Executor of any kind runs: local threads, or workers elsewhere.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.verdict.record import Result

_SECONDS = 1800
"""For one hand-in; each check has its own deadline, which is far sooner."""


@dataclass(frozen=True)
class Order:
    """What is to be graded, and how: all that a worker needs to know."""

    key: str
    hash: str
    files: Mapping[str, bytes]
    course: Path
    lab: str
    kernel: str
    time_scale: float
    lang: str
    private: Path | None = None


class NoVerdictError(Exception):
    """The grading came to no verdict: what it said instead."""


class Gradings:
    """The processes that grade now, so that they can be ended."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False
        self._lock = threading.Lock()

    def grade(self, order: Order) -> Result:
        """Grade, and return the result. Raises NoVerdictError."""
        with tempfile.TemporaryDirectory(prefix="labebpf-class-") as folder:
            hand_in, out = Path(folder, "hand-in"), Path(folder, "out")
            (hand_in / order.lab).mkdir(parents=True)
            for name, data in order.files.items():
                (hand_in / order.lab / name).write_bytes(data)
            said = self._run(order, hand_in, out)
            try:
                return Result.from_json((out / "result.json").read_text(encoding="utf-8"))
            except (OSError, ValueError, KeyError, TypeError):
                raise NoVerdictError(said) from None

    def _run(self, order: Order, hand_in: Path, out: Path) -> str:
        command = [sys.executable, "-m", "grader", "--course", str(order.course), "grade"]
        command += [str(hand_in), "--lab", order.lab, "--out", str(out), "--kernel", order.kernel]
        command += ["--time-scale", str(order.time_scale)]
        if order.private:
            command += ["--private", str(order.private)]
        with self._lock:
            if self._stopped:
                raise NoVerdictError("stopped")
            # It ends with this process, however that ends.
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**os.environ, "LABEBPF_LANG": order.lang},
                cwd=order.course,
                start_new_session=True,
            )
            self._running.add(process)
        try:
            said, _ = process.communicate(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            _end(process)
            said = b"It took too long."
        finally:
            self._running.discard(process)
        return said.decode(errors="replace")[-2000:]

    def stop(self) -> None:
        """End what runs, and let nothing else start."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for process in running:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
