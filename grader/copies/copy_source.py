"""Read a students' copy from where it lies: a folder, an archive, or a git repository."""

from __future__ import annotations

import os
import re
import subprocess
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeVar

from grader.base.copy_manifest import NAME, CopyManifest, digest, parse
from grader.base.errors import CourseError, InfraError, UsageError
from grader.base.messages import say
from grader.base.text import clean

_MOST_BYTES = 64 << 20
_BROKEN = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError),
    *(RuntimeError, NotImplementedError, ValueError),  # zipfile's, for what it cannot unpack.
)
_URL = re.compile(r"[a-z][a-z+]*://|[\w.-]+@[\w.-]+:|[\w.-]{2,}:(?!//)")
EXECUTABLE = ("labebpf",)


@dataclass(frozen=True)
class Copy:
    """A students' copy: its manifest, and the bytes of all published files, by path."""

    manifest: CopyManifest
    files: Mapping[str, bytes]

    def stub(self, edit: str) -> bytes:
        """Return the stub of the file `edit`, which students edit."""
        return self.files[self.manifest.stub_of(edit)]


Entry = TypeVar("Entry")
"""What an archive has of one file."""
Look = Callable[[str], "bytes | None"]
"""Gives the bytes of the plain file at a path in the copy; None where there is none."""


def read_copy(source: str) -> Copy:
    """Read the copy in the folder, the archive or the git repository `source`.

    Raises UsageError where none is there, CourseError for one that is not as it was published,
    InfraError where git cannot fetch it.
    """
    path = Path(source)
    if path.is_dir():
        if (path / NAME).exists() or not _is_bare(path):
            return _whole(_in_folder(path), source)
        return _cloned(str(path.resolve()))
    if path.is_file():
        with _opened(path) as look:
            return _whole(look, source)
    if _URL.match(source):
        return _cloned(source)
    raise UsageError(
        say("There is no copy at {source}.", source=clean(source)),
        say("Name a folder, an archive (.zip, .tar.gz) or a git repository that has one."),
    )


def _whole(look: Look, source: str) -> Copy:
    """Read what the manifest lists, and see that each file is as it was published."""
    data = look(NAME)
    if data is None:
        raise UsageError(
            say("{source} is no copy of a course: it has no {name}.", source=source, name=NAME),
            say("Name one that ./labebpf publish made."),
        )
    manifest = parse(data, f"{source}: {NAME}")
    files, size = {}, 0
    for path, published in manifest.files.items():
        found = look(path)
        size += len(found or b"")
        if found is None or digest(found) != published:
            raise CourseError(
                say("{source}: {path} is missing.", source=source, path=path)
                if found is None
                else say("{source}: {path} is not what was published.", source=source, path=path),
                say("Get that copy anew, whole and unchanged. Nothing was changed here."),
            )
        if size > _MOST_BYTES:
            raise _too_large(source)
        files[path] = found
    return Copy(manifest, files)


def _too_large(source: str) -> CourseError:
    return CourseError(
        say("{source} is larger than any course.", source=source),
        say("Name a copy that ./labebpf publish made."),
    )


def _in_folder(root: Path) -> Look:
    top = root.resolve()

    def look(name: str) -> bytes | None:
        path = top / name
        try:
            # Neither a link nor a way through one.
            plain = path.resolve() == path and path.is_file()
            return path.read_bytes() if plain else None
        except OSError as error:
            raise CourseError(
                say(
                    "{path} cannot be read: {error}.",
                    path=path,
                    error=os.strerror(error.errno or 0),
                ),
                say("Make it a file that you may read."),
            ) from error

    return look


@contextmanager
def _opened(path: Path) -> Iterator[Look]:
    """Look into the archive `path`: nothing of it is unpacked to the disk."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                entries = {
                    entry.filename: entry for entry in archive.infolist() if not entry.is_dir()
                }
                yield _in_archive(
                    entries, lambda entry: archive.read(entry), lambda entry: entry.file_size
                )
        else:
            with tarfile.open(path) as tar:
                members = {member.name: member for member in tar if member.isfile()}

                def read(member: tarfile.TarInfo) -> bytes:
                    file = tar.extractfile(member)
                    return file.read() if file else b""

                yield _in_archive(members, read, lambda member: member.size)
    except (*_BROKEN, OSError) as error:
        raise CourseError(
            say("{path} cannot be read: {error}.", path=path, error=error),
            say("Name a whole .zip or .tar.gz of a copy. Nothing was changed here."),
        ) from error


def _in_archive(
    entries: Mapping[str, Entry], read: Callable[[Entry], bytes], size: Callable[[Entry], int]
) -> Look:
    """Look at `entries`, in which the copy may lie some folders deep."""
    by_path = {str(PurePosixPath(name)): entry for name, entry in entries.items()}
    manifests = (name for name in by_path if PurePosixPath(name).name == NAME)
    top = PurePosixPath(min(manifests, key=lambda name: name.count("/"), default=NAME)).parent

    def look(name: str) -> bytes | None:
        entry = by_path.get(str(top / name))
        if entry is None:
            return None
        if size(entry) > _MOST_BYTES:
            raise _too_large(name)
        return read(entry)

    return look


def _is_bare(path: Path) -> bool:
    return (path / "HEAD").is_file() and (path / "objects").is_dir()


def _cloned(source: str) -> Copy:
    with tempfile.TemporaryDirectory(prefix="labebpf-") as folder:
        target = Path(folder) / "copy"
        options = ("-c", "core.autocrlf=false", "-c", "core.symlinks=false")
        command = ["git", *options, "clone", "-q", "--depth=1", "--", source, str(target)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as error:
            raise InfraError(
                say("git cannot be started: {error}.", error=error.strerror),
                say("Install git, or name a folder or an archive."),
            ) from error
        if done.returncode != 0:
            raise InfraError(
                say("git cannot get {source}.", source=clean(source)),
                say("Check the address and the network. Nothing was changed here."),
                log=done.stderr,
            )
        return _whole(_in_folder(target), source)
