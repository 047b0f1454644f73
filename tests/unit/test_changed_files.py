"""What comes home from a shell's machine, and what does not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.base.errors import UsageError
from grader.base.messages import Message
from grader.labs import load_lab
from grader.shell.changed_files import MAX_FILES, ChangedFiles, LabFolder, lab_folders

LAB = load_lab(Path(__file__).parents[2] / "exercises" / "lab3")


@pytest.fixture
def folder(tmp_path: Path) -> LabFolder:
    (tmp_path / "lab3").mkdir()
    (tmp_path / "lab3" / "counter.c").write_text("old\n")
    (tmp_path / "lab3" / "counter.c").chmod(0o640)
    (tmp_path / "lab3" / "link.py").symlink_to("counter.c")
    (tmp_path / "lab3" / "folder").mkdir()
    (found,) = lab_folders(tmp_path, [LAB])
    return found


def brought(folder: LabFolder, files: Mapping[str, bytes | None]) -> list[Message]:
    luggage = ChangedFiles([folder])
    for name, data in files.items():
        luggage.pack(f"lab3/{name}", data)
    return luggage.unpack()


def test_what_goes_in(folder: LabFolder) -> None:
    assert folder.files == {"counter.c": b"old\n"}
    assert "link.py" in folder.refused


def test_a_folder_of_no_lab(tmp_path: Path) -> None:
    other = load_lab(LAB.folder.with_name("lab2"))
    with pytest.raises(UsageError, match="no folder of any lab"):
        lab_folders(tmp_path, [LAB, other])


def test_changed_and_new(folder: LabFolder) -> None:
    said = brought(folder, {"counter.c": b"new\n", "notes.txt": b"", "é 1.txt": b"x"})
    assert said == [f"From the machine, into {folder.path}: counter.c, notes.txt, é 1.txt."]
    assert (folder.path / "counter.c").read_text() == "new\n"
    assert (folder.path / "counter.c").stat().st_mode & 0o777 == 0o640


def test_changed_and_changed_back(folder: LabFolder) -> None:
    (folder.path / "counter.c").write_text("here\n")
    assert brought(folder, {"counter.c": b"old\n"}) == []
    assert (folder.path / "counter.c").read_text() == "here\n"


def test_the_same_on_both_sides(folder: LabFolder) -> None:
    (folder.path / "counter.c").write_text("same\n")
    assert brought(folder, {"counter.c": b"same\n"}) == []


def test_changed_on_both_sides(folder: LabFolder) -> None:
    (folder.path / "counter.c").write_text("here\n")
    for number, name in enumerate(("counter.c.from-shell", "counter.c.from-shell2")):
        said = brought(folder, {"counter.c": b"there %d\n" % number})
        assert f"counter.c changed here too: the machine's is {name}." in said
        assert (folder.path / name).read_text() == f"there {number}\n"
    assert (folder.path / "counter.c").read_text() == "here\n"


def test_what_has_the_name_of_something_else(folder: LabFolder) -> None:
    brought(folder, {"link.py": b"x", "folder": b"y"})
    assert (folder.path / "link.py").is_symlink()
    assert (folder.path / "counter.c").read_text() == "old\n"
    assert (folder.path / "link.py.from-shell").read_text() == "x"
    assert (folder.path / "folder.from-shell").read_text() == "y"


@pytest.mark.parametrize(
    "name",
    ["../x", "/x", "a/b", "..", ".x", "x~", "", "-x", "a\nb", "a\x1b[31m", "\udcff", "x" * 101],
)
def test_names_that_are_no_names(folder: LabFolder, name: str) -> None:
    before = sorted(folder.path.parent.rglob("*"))
    said = brought(folder, {name: b"x"})
    assert sorted(folder.path.parent.rglob("*")) == before
    assert not any("\x1b" in line or "\n" in line for line in said)


@pytest.mark.parametrize("name", ["conftest.py", "test_lab3.py", "lab.toml", "README.fr.md"])
def test_the_courses_files(folder: LabFolder, name: str) -> None:
    assert brought(folder, {name: b"x"}) == [
        f"{name} stays in the machine: only the course makes such a file."
    ]
    assert not (folder.path / name).exists()


def test_too_much(folder: LabFolder) -> None:
    files: dict[str, bytes | None] = {f"many{number}": b"x" for number in range(2 * MAX_FILES)}
    said = brought(folder, {"large": b"x" * (1 << 19), "larger": None} | files)
    assert "large stays in the machine: it is too large." in said
    assert "larger stays in the machine: it is too large." in said
    assert len(list(folder.path.glob("many*"))) == MAX_FILES - 2


def test_a_folder_that_is_gone(
    folder: LabFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.path.rename(tmp_path / "elsewhere")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (said,) = brought(folder, {"counter.c": b"new\n"})
    (rescued,) = tmp_path.glob("labebpf-lab3-*/counter.c")
    assert str(rescued.parent) in said
    assert rescued.read_text() == "new\n"
