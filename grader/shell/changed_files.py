"""A lab's files on their way into a shell's machine, and home again.

What comes out of a machine is not trusted: names and sizes are checked, only plain files are
written, and what changed on the host meanwhile is never overwritten.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.base.atomic_write import put
from grader.base.errors import UsageError
from grader.base.messages import Message, say
from grader.base.text import clean
from grader.labs import Lab
from grader.submission.hand_in_files import MAX_FILE_BYTES, read_submission, root_of

MAX_FILES = 200
"""Of all labs together; what goes in, and what is taken out."""
MAX_BYTES = 8 << 20

_LONGEST = 300
_PLAIN = re.compile(r"\w[\w .,+=@-]{0,99}")
"""Names that are taken: none that is hidden, an editor's copy (main.c~), or a path."""
_COURSE = re.compile(
    r"README.*|conftest\.py|test_.*\.py|.*_test\.py|__init__\.py|.*\.(toml|ini|cfg|so|pth)"
)
"""The course's files, and those that pytest or Python would pick up by themselves."""


@dataclass(frozen=True)
class LabFolder:
    """A lab's files on the host, as they were when the machine started."""

    lab: str
    path: Path
    edits: tuple[str, ...]
    files: Mapping[str, bytes]
    refused: Mapping[str, str]
    """Why a file stays outside, by name."""

    def takes(self, name: str) -> bool:
        """Tell whether a file of that name may come out of a machine."""
        return name in self.edits or bool(_PLAIN.fullmatch(name) and not _COURSE.fullmatch(name))

    def changed(self) -> list[str]:
        """Return which of the files that the student edits are no longer the same here."""
        now = read_submission(self.path, "", self.edits).files
        return [name for name in self.edits if now.get(name) != self.files.get(name)]


def lab_folders(submission: Path, labs: Sequence[Lab]) -> tuple[LabFolder, ...]:
    """Return the files of `labs` in `submission`: in folders named as labs, or of one lab.

    Raises UsageError if there is nothing to read.
    """
    folders = []
    count, size = 0, 0
    for lab in labs:
        path = root_of(submission, lab.name)
        if path == submission and len(labs) > 1:
            continue  # This one was not handed in.
        try:
            beside = [entry.name for entry in os.scandir(path) if not entry.is_dir()]
        except OSError as error:
            raise UsageError(
                say("{path} cannot be read ({strerror}).", path=path, strerror=error.strerror),
                say("Make it readable for you."),
            ) from error
        names = sorted(name for name in beside if _PLAIN.fullmatch(name))
        edits_first = [name for name in lab.edits if name in names]
        found = read_submission(submission, lab.name, dict.fromkeys([*edits_first, *names]))
        files = {}
        refused = {name: refusal.why for name, refusal in found.refused.items()}
        for name, data in found.files.items():
            count, size = count + 1, size + len(data)
            if count <= MAX_FILES and size <= MAX_BYTES:
                files[name] = data
            else:
                refused[name] = say("is one too many")
        folders.append(LabFolder(lab.name, path, lab.edits, files, refused))
    if not folders:
        raise UsageError(
            say("{submission} has no folder of any lab.", submission=submission),
            say("Name the lab that it is for."),
        )
    return tuple(folders)


class ChangedFiles:
    """What changed in a machine, until it is unpacked on the host."""

    def __init__(self, folders: Sequence[LabFolder]) -> None:
        self._folders = {folder.lab: folder for folder in folders}
        self._files: dict[tuple[str, str], bytes | None] = {}

    def pack(self, path: str, data: bytes | None) -> None:
        """Keep the newest of `path` (LAB/NAME); no data if it became too large to be taken."""
        lab, _, name = path.partition("/")
        known = (lab, name) in self._files or len(self._files) < MAX_FILES
        if len(path) < _LONGEST and lab in self._folders and known:
            small = data if data is None or len(data) <= MAX_FILE_BYTES else None
            self._files[lab, name] = small

    def leave(self, path: str) -> None:
        """Forget `path`, which is no longer there: what the host has of it stays."""
        lab, _, name = path.partition("/")
        self._files.pop((lab, name), None)

    def unpack(self) -> list[Message]:
        """Write what changed to the host's folders; return what there is to say of that."""
        said = []
        for lab, folder in self._folders.items():
            changed = {name: data for (of, name), data in sorted(self._files.items()) if of == lab}
            said += _bring_home(folder, changed)
        self._files = {}
        return said


def _bring_home(folder: LabFolder, changed: Mapping[str, bytes | None]) -> list[Message]:
    here = read_submission(folder.path, "", [name for name in changed if folder.takes(name)])
    came, said, homeless = [], [], {}
    trouble = OSError()
    for name, data in changed.items():
        before, now = folder.files.get(name), here.files.get(name)
        if name.startswith(".") or name.endswith("~"):
            continue
        if data is not None and data in (before, now):
            continue
        shown = clean(name).replace("\n", " ")
        if why := _staying(folder, name, data):
            said.append(say("{name} stays in the machine: {why}.", name=shown, why=why))
            continue
        assert data is not None
        target = name
        if os.path.lexists(folder.path / name) and (now is None or now != before):
            target = _free(folder.path, f"{name}.from-shell")
            said.append(
                say(
                    "{name} changed here too: the machine's is {target}.", name=shown, target=target
                )
            )
        try:
            put(folder.path / target, data)
            came.append(target)
        except OSError as error:
            trouble, homeless[target] = error, data
    if came:
        said.insert(
            0,
            say(
                "From the machine, into {folder}: {names}.",
                folder=folder.path,
                names=", ".join(came),
            ),
        )
    return [*said, *(_rescue(folder, homeless, trouble) if homeless else ())]


def _staying(folder: LabFolder, name: str, data: bytes | None) -> str:
    """Return why a file is not taken out of a machine, "" if it is."""
    if not folder.takes(name):
        plain = _PLAIN.fullmatch(name)
        return (
            say("only the course makes such a file") if plain else say("no file may be called that")
        )
    return say("it is too large") if data is None else ""


def _free(folder: Path, name: str) -> str:
    """Return `name`, with a number behind it if something in `folder` is called so."""
    number, free = 1, name
    while os.path.lexists(folder / free):
        number += 1
        free = f"{name}{number}"
    return free


def _rescue(folder: LabFolder, files: Mapping[str, bytes], error: OSError) -> list[Message]:
    """Put elsewhere what cannot be written to its folder; return sentences about it."""
    names = ", ".join(files)
    why = say("{folder} cannot be written ({error})", folder=folder.path, error=error.strerror)
    try:
        elsewhere = Path(tempfile.mkdtemp(prefix=f"labebpf-{folder.lab}-"))
        for name, data in files.items():
            (elsewhere / name).write_bytes(data)
    except OSError:
        return [
            say("{why}, nor any other folder: {names} could not be kept.", why=why, names=names)
        ]
    return [say("{why}: {names} is in {elsewhere}.", why=why, names=names, elsewhere=elsewhere)]
