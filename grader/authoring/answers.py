"""The corpus of answers: what a header says, and a submission folder made of an answer."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.base.errors import CourseError, UsageError
from grader.base.messages import say
from grader.base.paths import ENGINE
from grader.labs import Lab, check_need
from grader.labs.read_text import text_of
from grader.verdict.record import Status, TaskResult

KINDS = ("wrong", "right")
"""The folders of solutions/LAB that answers stand in."""
_KEYS = ("wrong", "right", "loses", "says", "kernel")
_LINE = re.compile(r"[^\w\"']{0,3}([a-z]+): (.+?)\s*(?:\*/)?")
_LOST = (Status.FAIL, Status.ERROR, Status.TIMEOUT, Status.BLOCKED)


@dataclass(frozen=True)
class Answer:
    """One answer: a file or a folder of solutions/LAB/right or solutions/LAB/wrong.

    `loses` maps task ids to the status that they must get; the others must pass. `kernel` is what
    it needs of the kernel ("" for nothing). `says` are words that must stand in what its student
    is told, in English: they name the mistake, and not its effect alone.
    """

    path: Path
    lab: str
    sentence: str
    loses: dict[str, str]
    kernel: str
    says: str

    def is_told(self, tasks: Iterable[TaskResult]) -> bool:
        """Tell whether one of `tasks` has the words of `says:`; True if the header has none."""
        told = [" ".join((task.why, task.cause, task.remedy)) for task in tasks]
        return not self.says or any(self.says in text for text in told)

    @property
    def id(self) -> str:
        return f"{self.lab}/{self.path.name}"

    def check(self, lab: Lab) -> None:
        """Raise CourseError where the answer names a task or a file that `lab` does not have."""
        for task in self.loses:
            try:
                lab.task(task)
            except UsageError as error:
                what = say("{path}: {what}", path=self.path, what=error.what)
                raise CourseError(what, error.remedy) from error
        if not self.path.is_dir() and not self._alone(lab):
            raise CourseError(
                say("{path}: {lab} has no script.", path=self.path, lab=lab.name),
                say("Make it a folder, with files named as the lab's."),
            )
        for file in _files(self.path) if self.path.is_dir() else ():
            if file.name not in lab.edits:
                raise CourseError(
                    say("{path} is not one of the files of {lab}.", path=file, lab=lab.name),
                    say("Its files are {names}.", names=", ".join(lab.edits)),
                )

    def lay_out(self, lab: Lab, folder: Path) -> None:
        """Make `folder`/LAB: the solution, with this answer's files over it."""
        target = folder / self.lab
        target.mkdir(parents=True)
        for name in lab.edits:
            shutil.copyfile(lab.solutions / self.lab / name, target / name)
        if self.path.is_dir():
            for file in _files(self.path):
                shutil.copyfile(file, target / file.name)
        else:
            shutil.copyfile(self.path, target / self._alone(lab))

    def _alone(self, lab: Lab) -> str:
        """Return the file of `lab` that an answer of one file replaces, "" if `lab` has none."""
        return lab.program if self.path.suffix == ".c" else lab.script


def answers(kind: str, solutions: Path = ENGINE / "solutions") -> list[Answer]:
    """Read the answers of `kind` to all labs. Raises CourseError for a header that is not right."""
    return [read(path, path.parents[1].name) for path in answer_paths(kind, "*", solutions)]


def answer_paths(kind: str, lab: str, solutions: Path) -> Iterator[Path]:
    """Yield the files and folders that are answers of `kind` to `lab`, a pattern."""
    for path in sorted(solutions.glob(f"{lab}/{kind}/*")):
        if path.name != "__pycache__":
            yield path


def read(path: Path, lab: str) -> Answer:
    """Read the answer at `path`. Raises CourseError for a path or a header that is not right."""
    if path.suffix not in (".c", ".py") and not path.is_dir():
        raise CourseError(
            say("{path} is not an answer.", path=path),
            say("Make it a .c file, a .py file, or a folder."),
        )
    header: dict[str, str] = {}
    for file in _files(path):
        header |= _header(file)
    sentence = header.get("wrong") or header.get("right")
    if not sentence:
        raise CourseError(
            say("{path} has no header that says what it is.", path=path),
            say("Write wrong: and loses: in its first lines, or right:, each on a line."),
        )
    if ("wrong" in header) == ("right" in header) or ("wrong" in header) != ("loses" in header):
        raise CourseError(
            say("{path} has {keys} in its header.", path=path, keys=_listed(header)),
            say("Write wrong: and loses:, or right: and no loses:."),
        )
    kind = path.parent.name
    if kind in KINDS and kind not in header:
        raise CourseError(
            say("{path} has {keys} in its header.", path=path, keys=_listed(header)),
            say("Move it out of {kind}/, or mend the header.", kind=kind),
        )
    if kernel := header.get("kernel", ""):
        check_need(str(path), "kernel:", kernel)
    loses = _loses(path, header["loses"]) if "loses" in header else {}
    return Answer(path, lab, sentence, loses, kernel, header.get("says", ""))


def _files(path: Path) -> list[Path]:
    """Return the files of the answer at `path`."""
    return sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else [path]


def _header(file: Path) -> dict[str, str]:
    """Read the header of `file` as text by key, empty if there is none. Raises CourseError.

    A header is a row of lines `key: text`, at least one of them with a known key.
    """
    # Students hand in files in other encodings, too.
    text = text_of(file, errors="replace")
    lines = [_LINE.fullmatch(line) for line in text.splitlines()]
    start = next((at for at, line in enumerate(lines) if line and line[1] in _KEYS), len(lines))
    while start and lines[start - 1]:
        start -= 1
    header: dict[str, str] = {}
    for line in lines[start:]:
        if not line:
            break
        if line[1] in header or line[1] not in _KEYS:
            what = (
                say("{path}: {key}: appears twice.", path=file, key=line[1])
                if line[1] in header
                else say("{path}: {key}: is not a word of a header.", path=file, key=line[1])
            )
            raise CourseError(what, say("Its words are {names}.", names=_listed(_KEYS)))
        header[line[1]] = line[2]
    return header


def _loses(path: Path, text: str) -> dict[str, str]:
    """Read what `loses:` says: a status for each task. Raises CourseError."""
    loses: dict[str, str] = {}
    for entry in text.split(","):
        task, _, status = entry.strip().partition(" ")
        if not task or status.strip() not in _LOST or task in loses:
            raise CourseError(
                say("{path}: loses: cannot be read at {entry!r}.", path=path, entry=entry.strip()),
                say(
                    "Write it like 3.1 error, 3.2 blocked: each task once, with one of {names}.",
                    names=", ".join(_LOST),
                ),
            )
        loses[task] = status.strip()
    return loses


def _listed(keys: Iterable[str]) -> str:
    return ", ".join(f"{key}:" for key in keys)
