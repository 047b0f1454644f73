"""Look for what no student may see, in all that a students' copy holds, its git history too."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader.authoring.fingerprints import Fingerprints, Secret
from grader.authoring.mutants import mutants
from grader.authoring.new import samples
from grader.authoring.readable import SealedError, contents
from grader.base.errors import InfraError
from grader.base.git import git_command
from grader.base.messages import say
from grader.labs import Lab, find_labs
from grader.labs.course import Course
from grader.labs.read_text import text_of
from grader.labs.stubs import read, solved_file, solved_texts

_CODE = (".c", ".h", ".py", ".toml")


@dataclass(frozen=True)
class Leak:
    """What was found at `place`: `share` of what stands in `resembles`; "" if it is sealed."""

    place: str
    resembles: str
    share: float = 1.0


def secrets(course: Course, engine: Path) -> Iterator[Secret]:
    """Yield all texts that must not be in a copy of `course`. Raises CourseError.

    They are the solutions of the labs of `course` and of `engine`, block by block and whole; all
    other code beside these; all mutants; the attacks on the grader; and the solutions that new labs
    get.
    """
    labs = {lab.folder: lab for lab in course.labs().values()}
    labs |= {lab.folder: lab for lab in find_labs(engine / "exercises").values()}
    for lab in labs.values():
        yield from _of_lab(lab)
    for path in _code_below(engine / "tests" / "attacks"):
        yield Secret(str(path.relative_to(engine)), text_of(path, errors="replace"))
    for place, text in samples(engine):
        yield from _solution(place, text, "")


def _of_lab(lab: Lab) -> Iterator[Secret]:
    given = "\n".join(read(lab, name, lab.solutions).stub for name in lab.edits)
    told = "\n".join(text_of(path) for path in sorted(lab.folder.glob("*.md")))
    told += text_of(lab.folder / "lab.toml")
    for path in _code_below(lab.solutions / lab.name):
        place = str(path.relative_to(lab.solutions.parent))
        text = text_of(path, errors="replace")
        if path.parent.name == lab.name and path.name in lab.edits:
            yield from _solution(place, text, given)
            for number, mutant in enumerate(mutants(path.name, text), 1):
                solved = "\n".join(solved_texts(mutant.text))
                yield Secret(f"{place}, mutant {number}", solved, given)
        else:
            yield Secret(place, text, given + told)


def _solution(place: str, text: str, given: str) -> Iterator[Secret]:
    blocks = solved_texts(text)
    yield Secret(place, "\n".join(blocks), given, exemplary=True)
    if given:  # Of a block of one line it takes what stands around it to tell whose it is.
        yield Secret(f"{place}, whole", solved_file(text), given)
    for number, block in enumerate(blocks, 1):
        yield Secret(f"{place}, block {number}", block, given)


def _code_below(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix in _CODE)


class Search:
    """Looks for all `secrets`. Each content is looked at once, wherever else it is."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        self._fingerprints = Fingerprints(secrets)
        self._likeness = cache(self._fingerprints.likeness)

    def look(self, place: str, data: bytes) -> Leak | None:
        """Find the worst leak in `data`, which lies at `place`; None if there is none."""
        found = []
        try:
            for inner, part in contents(place, data):
                if likeness := self._likeness(part):
                    found.append(Leak(inner, likeness.name, likeness.share))
        except SealedError as error:
            found.append(Leak(error.place, ""))
        return max(found, key=lambda leak: leak.share, default=None)

    def look_in_folder(self, root: Path, published: Iterable[str]) -> Iterator[Leak]:
        """Yield the leaks in the files of the folder `root`, and in the history of its repository.

        The files `published` are about to be replaced, and are not looked at. Raises InfraError.
        """
        replaced = {root / path for path in published}
        for folder, folders, files in os.walk(root):
            folders[:] = [name for name in folders if name not in (".git", ".venv")]
            for path in (Path(folder, name) for name in files):
                if path not in replaced and path.is_file() and not path.is_symlink():
                    yield from self._found(str(path.relative_to(root)), _bytes_of(path))
        if (root / ".git").exists():
            for place, data in blobs(root):
                yield from self._found(place, data)

    def _found(self, place: str, data: bytes) -> Iterator[Leak]:
        if leak := self.look(place, data):
            yield leak


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InfraError(
            say("{path} cannot be read: {error}.", path=path, error=error.strerror),
            say("What cannot be read cannot be searched for solutions: make it readable."),
        ) from error


def blobs(root: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each file, commit and tag in the git repository `root`.

    Those that no branch leads to any more are among them. Raises InfraError where git cannot tell.
    """
    listed = _git(root, "cat-file", "--batch-all-objects", "--batch-check").decode().splitlines()
    known = _names(root)
    found = [line.split()[:2] for line in listed if line.split()[1] != "tree"]
    with subprocess.Popen(
        [*_command(root), "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin and process.stdout
        for name, kind in found:
            process.stdin.write(f"{name}\n".encode())
            process.stdin.flush()
            size = int(process.stdout.readline().split()[2])
            data = process.stdout.read(size)
            process.stdout.read(1)
            yield f"git: {kind} {name[:12]} {known.get(name, '')}".rstrip(), data
        process.stdin.close()


def _names(root: Path) -> dict[str, str]:
    """Return a path for each object that a branch, a tag or the reflog leads to."""
    listed = _git(root, "rev-list", "--all", "--reflog", "--objects", may_fail=True)
    pairs = (line.split(" ", 1) for line in listed.decode(errors="replace").splitlines())
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def _command(root: Path) -> list[str]:
    return git_command(root, "--no-replace-objects")


def _git(root: Path, *arguments: str, may_fail: bool = False) -> bytes:
    try:
        done = subprocess.run([*_command(root), *arguments], capture_output=True, check=False)
    except OSError as error:
        raise InfraError(
            say("git cannot be started: {error}.", error=error.strerror), say("Install git.")
        ) from error
    if done.returncode != 0 and not may_fail:
        raise InfraError(
            say("The git repository of {path} cannot be read.", path=root),
            say("What cannot be read cannot be searched for solutions: mend it with git fsck."),
            log=done.stderr.decode(errors="replace"),
        )
    return done.stdout
