"""A course to publish from, and copies of it in which students work."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from tests.support.checkout import PARTS, copy, labebpf

_ENGINE = ("labebpf", "LICENSE", ".gitattributes")


def make_course(folder: Path) -> Path:
    """Make a checkout that can be published from."""
    return copy(folder, (*PARTS, *_ENGINE))


def publish(course: Path, target: Path, *labs: str) -> None:
    done = labebpf(course, "publish", str(target), *labs)
    assert done.returncode == 0, done.stderr


def student(copy_of: Path, folder: Path) -> Path:
    """Make a student's own copy, in which lab 3 is half done."""
    shutil.copytree(copy_of, folder, symlinks=True)
    program = folder / "exercises/lab3/counter.c"
    program.write_text(program.read_text() + "/* half done */\n")
    (folder / "exercises/lab3/notes.txt").write_text("mine\n")
    return folder


def mend(course: Path) -> None:
    """Change the checks, two stubs and the engine of the course, as for a new year."""
    append(course / "exercises/lab3/test_lab3.py", "# mended\n")
    append(course / "grader/base/text.py", "# mended\n")
    for name, old, new in (
        ("counter.c", "no count get lost", "no count at all get lost"),
        ("counter.py", "TODO 3.6: end", "TODO 3.6: let it end"),
    ):
        path = course / "solutions/lab3" / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


def open_to_all(*folders: Path) -> None:
    """Let another user into `folders`: those that pytest makes are for root alone."""
    for folder in folders:
        for way in (folder, *folder.parents):
            if way.stat().st_uid == os.geteuid() and way.stat().st_mode & 0o011 != 0o011:
                way.chmod(way.stat().st_mode | 0o055)


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def tree(folder: Path, *ignored: str) -> dict[str, str]:
    """Return mode and hash of each file and link below `folder`, without `ignored` folders."""
    found = {}
    for top, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in ("__pycache__", *ignored)]
        for path in (Path(top, name) for name in files):
            mode = path.lstat().st_mode
            held = os.readlink(path) if path.is_symlink() else path.read_bytes().hex()
            found[str(path.relative_to(folder))] = (
                f"{mode:o} {hashlib.sha256(held.encode()).hexdigest()}"
            )
    return found
