"""The corpus of answers: what a header says, and a submission folder made of an answer."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from grader.course import Lab

_HEADER = re.compile(r"^\W{0,3}(wrong|right|loses|kernel): (.+?)\s*(?:\*/)?$", re.MULTILINE)
TESTS = Path(__file__).parent
ROOT = TESTS.parent


@dataclass(frozen=True)
class Answer:
    """One answer: a file or a folder of tests/right_answers or tests/wrong_answers.

    `loses` maps task ids to the status that they must get; the others must pass. `kernel` is what
    it needs of the kernel ("" for nothing).
    """

    path: Path
    lab: str
    sentence: str
    loses: dict[str, str]
    kernel: str

    @property
    def id(self) -> str:
        return f"{self.lab}/{self.path.name}"

    def lay_out(self, lab: Lab, folder: Path) -> None:
        """Make `folder`/LAB: the solution, with this answer's files over it."""
        target = folder / self.lab
        shutil.copytree(ROOT / "solutions" / self.lab, target)
        if self.path.is_dir():
            shutil.copytree(self.path, target, dirs_exist_ok=True)
        else:
            name = lab.program if self.path.suffix == ".c" else lab.script
            shutil.copyfile(self.path, target / name)


def answers(kind: str) -> list[Answer]:
    """All answers below tests/`kind`. Raises ValueError for a header that is not right."""
    found = []
    for folder in sorted((TESTS / kind).glob("lab*")):
        for path in sorted(folder.iterdir()):
            if path.name != "__pycache__":
                found.append(read(path, folder.name))
    return found


def read(path: Path, lab: str) -> Answer:
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    header = {}
    for file in files:
        if file.is_file():
            text = file.read_text(encoding="utf-8", errors="replace")
            header |= dict(_HEADER.findall(text))
    sentence = header.get("wrong") or header.get("right")
    if not sentence or ("wrong" in header) != ("loses" in header):
        raise ValueError(f"{path} has no header with wrong: and loses:, or right:")
    loses = {}
    for entry in filter(None, header.get("loses", "").split(",")):
        task, status = entry.split()
        loses[task] = status
    return Answer(path, lab, sentence, loses, header.get("kernel", ""))
