"""A scheduler of dask.distributed and its workers, to be killed, frozen, and started anew."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

from tests.support.checkout import ROOT, command
from tests.support.waiting import wait_until


def gradings(kernel: str) -> set[str]:
    """Return the folders of the hand-ins that are graded on `kernel`, by anybody, now."""
    done = subprocess.run(["ps", "-wweo", "args"], capture_output=True, text=True, check=True)
    lines = [each for each in done.stdout.splitlines() if re.search(f"--kernel.{kernel}", each)]
    return {found for line in lines for found in re.findall(r"labebpf-class-\w+", line)}


class Cluster:
    """A scheduler and its workers on this machine, as their commands start them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"tcp://127.0.0.1:{self.port}"
        self._processes: list[subprocess.Popen[bytes]] = []

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                arguments,
                cwd=ROOT,
                env={**os.environ, "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "5s"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._processes.append(process)
        return process

    def scheduler(self, *options: str) -> subprocess.Popen[bytes]:
        process = self.start(*command("scheduler", "--port", str(self.port), *options))
        assert wait_until(self._listens, 60), self.log
        return process

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
            return True
        return False

    def worker(self, *prefix: str, slots: int = 1) -> subprocess.Popen[bytes]:
        return self.start(*prefix, *command("worker", self.url, "--slots", str(slots)))

    def end(self) -> None:
        for process in self._processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGCONT)
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
