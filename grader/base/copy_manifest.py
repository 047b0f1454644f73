"""labebpf-copy.json: what a students' copy of a course is, and what was published in it.

Such a copy is laid out as the course's own checkout, without what students must not see. The
manifest names each file that was published with its SHA-256, so that what was changed since, or is
missing, can be told.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from grader.base.errors import CourseError
from grader.base.messages import say

NAME = "labebpf-copy.json"
STUBS = "stubs"
"""The folder of a copy with the stubs as they were handed out: STUBS/lab3/counter.c."""
_FORMAT = 1
_STATE = (".git", ".labebpf", ".venv")
"""What in a copy is never published."""


@dataclass(frozen=True)
class CopyManifest:
    """What stands in a copy's manifest."""

    source: str
    """Where updates come from: a folder, an archive, or a git repository."""
    published: str
    """When, in UTC: 2026-11-29T10:00:00Z. Of two copies the later one is the newer."""
    version: str
    commit: str
    labs: tuple[str, ...]
    files: Mapping[str, str]
    """Each published file, by its path in the copy, with its SHA-256; stubs as below STUBS."""
    edits: tuple[str, ...] = field(default=())
    """The files that students edit: they are theirs, and stand in `files` below STUBS alone."""

    def to_bytes(self) -> bytes:
        text = json.dumps({"format": _FORMAT, **asdict(self)}, indent=1, ensure_ascii=False)
        return f"{text}\n".encode()

    def stub_of(self, edit: str) -> str:
        """Return the path of the stub of the file `edit` of `edits`."""
        return f"{STUBS}/{PurePosixPath(edit).relative_to('exercises')}"


def digest(data: bytes) -> str:
    """Return the SHA-256 of `data` in hexadecimal, as manifests have it."""
    return hashlib.sha256(data).hexdigest()


def digest_of(path: Path) -> str:
    """Return the digest of the plain file `path`; "" where there is none that can be read."""
    try:
        return digest(path.read_bytes()) if not path.is_symlink() else ""
    except OSError:
        return ""


def copy_at(root: Path) -> CopyManifest | None:
    """Return the manifest of the copy `root`; None where that is no copy. Raises CourseError."""
    path = root / NAME
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CourseError(
            say("{path} cannot be read: {error}.", path=path, error=os.strerror(error.errno or 0)),
            say("Make it a file that you may read."),
        ) from error
    return parse(data, str(path))


def parse(data: bytes, where: str) -> CopyManifest:
    """Read a manifest, which `where` holds. Raises CourseError for one that is not right.

    Of its paths none leads out of the copy, or to what is never published.
    """
    try:
        read = json.loads(data)
        if read.pop("format") > _FORMAT:
            raise CourseError(
                say("{where} is of a newer labebpf.", where=where),
                say("Download the course again from where you got it."),
            )
        manifest = _manifest(read)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise CourseError(
            say("{where} is not what labebpf writes there.", where=where),
            say("Get it again from where you got the course."),
        ) from error
    return manifest


def _manifest(read: Mapping[str, Any]) -> CopyManifest:
    manifest = CopyManifest(
        source=str(read["source"]),
        published=str(read["published"]),
        version=str(read["version"]),
        commit=str(read["commit"]),
        labs=tuple(map(str, read["labs"])),
        files={str(path): str(value) for path, value in read["files"].items()},
        edits=tuple(map(str, read["edits"])),
    )
    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    files = manifest.files
    stubs = {manifest.stub_of(edit) for edit in manifest.edits}
    if not (
        all(map(_is_inside, (*files, *manifest.edits)))
        and stubs <= files.keys()
        and not files.keys() & manifest.edits
        and re.fullmatch(stamp, manifest.published, re.ASCII)
    ):
        raise ValueError
    return manifest


def _is_inside(path: str) -> bool:
    pure = PurePosixPath(path)
    return (
        str(pure) == path
        and bool(pure.parts)
        and not pure.is_absolute()
        and ".." not in pure.parts
        and pure.parts[0] not in (*_STATE, ".", NAME)
        and path.isprintable()
    )
