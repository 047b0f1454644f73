"""What a worker of a cluster does: keep a lab, and grade hand-ins with it.

A worker is given hand-ins as bytes, and once, when it joins, the lab with its private checks.
"""

from __future__ import annotations

import hashlib
import io
import platform
import shutil
import tempfile
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from distributed import Worker, get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from grader.base.errors import LabebpfError
from grader.classroom.archive import packed
from grader.classroom.pool import Gradings, Job
from grader.classroom.setting import files_below, grader_hash, kernel_name
from grader.labs import Course, Lab
from grader.labs.course import MANIFEST
from grader.verdict.record import Result


@dataclass(frozen=True)
class Traits:
    """What has to be the same on each machine whose verdicts count alike."""

    grader: str
    python: str
    kernel: str
    """Its name, or why there is none."""


def traits(kernel: str) -> Traits:
    """Return those of this machine, for `kernel` (native, or vm:VERSION)."""
    try:
        name = kernel_name(kernel)
    except LabebpfError as error:
        name = str(error)
    return Traits(grader_hash(), ".".join(platform.python_version_tuple()[:2]), name)


@dataclass(frozen=True)
class Parcel:
    """What a worker needs beside hand-ins, by its hash: a zip of the lab and its private checks."""

    data: bytes
    kernel: str
    wanted: Traits

    @property
    def name(self) -> str:
        told = repr((hashlib.sha256(self.data).hexdigest(), self.kernel, self.wanted))
        return f"labebpf-{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def pack(course: Course, lab: Lab, private: Path | None, kernel: str) -> Parcel:
    """Put a lab of a course, whether it is its own or a followed one, and `private` together."""
    folders = {f"course/exercises/{lab.name}": lab.folder}
    if private:
        folders["private"] = private
    files = {f"course/{MANIFEST}": (course.folder / MANIFEST).read_bytes()}
    for name, folder in folders.items():
        files |= {f"{name}/{inner}": path.read_bytes() for inner, path in files_below(folder)}
    return Parcel(packed(files), kernel, traits(kernel))


class UnfitWorkerError(Exception):
    """A worker that is not as it has to be was given a hand-in."""

    def __init__(self, address: str, found: Traits) -> None:
        self.address = address
        self.found = found
        super().__init__(address, found)


class UnpreparedWorkerError(Exception):
    """A worker was not given the parcel: its scheduler has been started anew."""


class Preparation(WorkerPlugin):
    """Keeps a parcel's files on a worker; the scheduler gives it to those that join later, too."""

    idempotent = True

    def __init__(self, parcel: Parcel) -> None:
        self.name = parcel.name
        self.parcel = parcel
        self._folder: Path | None = None

    def setup(self, worker: Worker) -> None:
        self.address = worker.address
        try:
            self._folder = _unpacked(self.parcel.data, worker.local_directory)
        except OSError as error:  # No room, for one: nothing can be graded here.
            self.found = Traits(str(error), "", "")
            return
        private = self._folder / "private"
        self.gradings = Gradings(self._folder / "course", private if private.is_dir() else None)
        self.found = traits(self.parcel.kernel)

    def teardown(self, worker: Worker) -> None:
        if self._folder:
            self.gradings.stop()
            shutil.rmtree(self._folder, ignore_errors=True)

    def check(self) -> None:
        """Raise UnfitWorkerError unless this machine is as it has to be."""
        if self.found != self.parcel.wanted:
            raise UnfitWorkerError(self.address, self.found)


def _unpacked(data: bytes, place: str) -> Path:
    """Unpack a parcel in a folder of its own below `place`. Raises OSError."""
    folder = Path(tempfile.mkdtemp(prefix="labebpf-", dir=place))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            archive.extractall(folder)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def _prepared(worker: Worker, name: str) -> Preparation:
    found = worker.plugins.get(name)
    if not isinstance(found, Preparation):
        raise UnpreparedWorkerError
    return found


def grade(parcel: str, job: Job) -> Result:
    """Grade on the worker that this is called on, with the parcel of that name.

    Raises NoVerdictError, UnfitWorkerError and UnpreparedWorkerError.
    """
    prepared = _prepared(get_worker(), parcel)
    prepared.check()
    return prepared.gradings.grade(job)


def end(parcel: str, keys: Collection[str], dask_worker: Worker) -> None:
    """End what the worker that this is called on grades under these keys."""
    _prepared(dask_worker, parcel).gradings.end(keys)
