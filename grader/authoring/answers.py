"""The corpus of answers: what a header says, and a submission folder made of an answer."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.course import Lab
from grader.errors import CourseError
from grader.surroundings import ROOT
from grader.verdict.record import TaskResult
from grader.words import say

_HEADER = re.compile(r"^\W{0,3}(wrong|right|loses|says|kernel): (.+?)\s*(?:\*/)?$", re.MULTILINE)


@dataclass(frozen=True)
class Answer:
    """One answer: a file or a folder of tests/right_answers or tests/wrong_answers.

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
        """Whether one of `tasks` says what the header asks for; True when it asks for nothing."""
        told = [" ".join((task.why, task.cause, task.remedy)) for task in tasks]
        return not self.says or any(self.says in text for text in told)

    @property
    def id(self) -> str:
        return f"{self.lab}/{self.path.name}"

    def lay_out(self, lab: Lab, folder: Path) -> None:
        """Make `folder`/LAB: the solution, with this answer's files over it."""
        target = folder / self.lab
        beside = shutil.ignore_patterns("mutants.toml", "__pycache__")
        shutil.copytree(ROOT / "solutions" / self.lab, target, ignore=beside)
        if self.path.is_dir():
            shutil.copytree(self.path, target, dirs_exist_ok=True)
        else:
            name = lab.program if self.path.suffix == ".c" else lab.script
            shutil.copyfile(self.path, target / name)


def answers(kind: str, tests: Path = ROOT / "tests") -> list[Answer]:
    """All answers below `tests`/`kind`. Raises CourseError for a header that is not right."""
    found = []
    for path in sorted((tests / kind).glob("*/*")):
        if path.name != "__pycache__":
            found.append(read(path, path.parent.name))
    return found


def read(path: Path, lab: str) -> Answer:
    """The answer at `path`. Raises CourseError for a header that is not right."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    header: dict[str, str] = {}
    for file in files:
        if file.is_file():
            text = file.read_text(encoding="utf-8", errors="replace")
            header |= dict(_HEADER.findall(text))
    sentence = header.get("wrong") or header.get("right")
    entries = [entry.split() for entry in header.get("loses", "").split(",") if entry.strip()]
    if not sentence or ("wrong" in header) != bool(entries):
        raise CourseError(
            say("{path} has no header that says what it is.", path=path),
            "Write wrong: and loses: in its first lines, or right:, each on a line.",
        )
    if not all(len(entry) == 2 for entry in entries):
        raise CourseError(
            say("{path}: loses: cannot be read.", path=path),
            "Write it as 3.1 error, 3.2 blocked, ...",
        )
    return Answer(
        path, lab, sentence, dict(entries), header.get("kernel", ""), header.get("says", "")
    )
