"""Classes made by chance, of hand-ins whose verdicts are known, as each system hands them out."""

from __future__ import annotations

import io
import json
import random
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.authoring.answers import Answer, answers
from grader.labs import Lab
from tests.support.attacks import attacks

Files = Mapping[str, bytes]
NAMES = (
    *("Ada Lovelace", "Борис Годунов", "عائشة بنت أحمد", "王小明", "Ελένη Κ.", "Nguyễn Thị Hà"),
    *("Seán O'Neil", "Zoë Müller-Lüdenscheidt", "José María", "Ødegård", "דנה לוי", "प्रिया"),
)
"""In scripts that are read in both directions, of one word and of several."""
_ODD = {"links", "folder", "pads"}
"""What makes a hostile hand-in one that is not read at all, as other tests show."""


@dataclass(frozen=True)
class Answered:
    """An answer to a lab, and what it is worth."""

    id: str
    files: Files
    loses: Mapping[str, str]
    """The statuses of the tasks that do not pass."""
    hostile: bool = False
    """Whether nothing is known but that no other task passes than those that it does not lose."""


@dataclass(frozen=True)
class Pupil:
    """Someone in a class; without an answer, what they hand in cannot be read."""

    number: int
    name: str
    answer: Answered | None

    @property
    def login(self) -> str:
        return f"student{self.number}"

    @property
    def email(self) -> str:
        return f"{self.login}@example.org"

    @property
    def files(self) -> Files:
        return self.answer.files if self.answer else {"me.png": b"\x89PNG"}


def make_class(lab: Lab, size: int, chance: random.Random) -> list[Pupil]:
    """Choose so many answers to `lab`: its solution, a hostile one, a useless one, and others."""
    wrong, hostile = list(_known(lab)), list(_hostile(lab))
    chosen: list[Answered | None] = [None, _solution(lab), *chance.sample(hostile, bool(hostile))]
    chosen += chance.choices(wrong, k=max(0, size - len(chosen)))
    chance.shuffle(chosen)
    names = chance.sample(NAMES, min(len(chosen), len(NAMES)))
    names += [f"Student {n}" for n in range(len(names), len(chosen))]
    return [Pupil(100 + n, *pair) for n, pair in enumerate(zip(names, chosen, strict=True))]


def pupils_of(lab: Lab, chosen: Sequence[Answer]) -> list[Pupil]:
    """Return somebody with the solution, and somebody with each of these answers."""
    known = [_solution(lab), *(_answered(lab, each) for each in chosen)]
    return [Pupil(100 + n, *pair) for n, pair in enumerate(zip(NAMES, known, strict=False))]


def _answered(lab: Lab, answer: Answer) -> Answered:
    return Answered(answer.id, _laid_out(lab, partial(answer.lay_out, lab)), answer.loses)


def _solution(lab: Lab) -> Answered:
    home = lab.solutions / lab.name
    return Answered("the solution", {name: (home / name).read_bytes() for name in lab.edits}, {})


def _known(lab: Lab) -> Iterator[Answered]:
    for answer in (*answers("wrong"), *answers("right")):
        if answer.lab == lab.name and not answer.kernel:
            yield _answered(lab, answer)


def _hostile(lab: Lab) -> Iterator[Answered]:
    for attack in attacks():
        if attack.lab == lab.name and not _ODD & attack.header.keys():
            lost = {task.id: "" for task in lab.tasks if task.id not in attack.earns}
            yield Answered(attack.name, _laid_out(lab, attack.lay_out), lost, hostile=True)


def _laid_out(lab: Lab, lay_out: Callable[[Path], object]) -> Files:
    with TemporaryDirectory() as folder:
        lay_out(Path(folder, "x"))
        home = Path(folder, "x", lab.name)
        return {path.name: path.read_bytes() for path in home.iterdir() if path.is_file()}


def roster(pupils: Sequence[Pupil]) -> str:
    """Write a table of `pupils` with all that a system may name them by."""
    lines = [f"{each.login},{each.name},{each.email},{each.number}" for each in pupils]
    return "\n".join(["id,name,email,identifier", *lines]) + "\n"


def moodle(lab: Lab, pupils: Sequence[Pupil]) -> Files:
    return {
        f"{each.name}_{each.number}_assignsubmission_file/{name}": data
        for each in pupils
        for name, data in each.files.items()
    }


def moodle_flat(lab: Lab, pupils: Sequence[Pupil]) -> Files:
    return {path.replace("file/", "file_"): data for path, data in moodle(lab, pupils).items()}


def gradescope(lab: Lab, pupils: Sequence[Pupil]) -> Files:
    top = "assignment_5_export/"
    told = {
        f"submission_{each.number}": {":submitters": [{":name": each.name, ":email": each.email}]}
        for each in pupils
    }
    files = {f"{top}submission_metadata.yml": json.dumps(told, ensure_ascii=False).encode()}
    for each in pupils:
        files |= {f"{top}submission_{each.number}/{n}": data for n, data in each.files.items()}
    return files


def canvas(lab: Lab, pupils: Sequence[Pupil]) -> Files:
    found: dict[str, bytes] = {}
    for each in pupils:
        name = "".join(re.findall(r"\w", each.name.lower())).replace("_", "")
        for file, data in each.files.items():
            found[f"{name}_{each.number}_{1000 + len(found)}_{file}"] = data
    return found


def autolab(lab: Lab, pupils: Sequence[Pupil]) -> Files:
    return {f"{each.email}_1_handin.tar": tarred(each.files, "w") for each in pupils}


def clones(lab: Lab, pupils: Sequence[Pupil]) -> Files:
    top = f"{lab.name}-submissions/{lab.name}"
    return {
        f"{top}-{each.login}/{name}": data
        for each in pupils
        for name, data in {".git/HEAD": b"ref", **each.files}.items()
    }


def plain(lab: Lab, pupils: Sequence[Pupil]) -> Files:
    return {
        f"{each.login}/{lab.name}/{name}": data
        for each in pupils
        for name, data in each.files.items()
    }


def archives(lab: Lab, pupils: Sequence[Pupil]) -> Files:
    return {f"{each.login}.zip": zipped(each.files) for each in pupils}


SYSTEMS: Mapping[str, Callable[[Lab, Sequence[Pupil]], Files]] = {
    each.__name__: each
    for each in (moodle, moodle_flat, gradescope, canvas, autolab, clones, plain, archives)
}


def zipped(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(files: Files, mode: str = "w:gz") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()
