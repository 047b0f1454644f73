"""`labebpf update`: what is new arrives, and what students have written stays."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.base.copy_manifest import NAME
from tests.support.checkout import AS_NOBODY, NOBODY, labebpf
from tests.support.published import append, make_course, mend, open_to_all, publish, student, tree


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = make_course(tmp_path_factory.mktemp("old") / "course")
    publish(course, course.with_name("copy"), "lab0", "lab3")
    return course.with_name("copy")


@pytest.fixture(scope="module")
def new(old: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the same copy a year later: a check, two stubs and the engine changed, lab 2 new."""
    folder = tmp_path_factory.mktemp("new")
    course = shutil.copytree(old.with_name("course"), folder / "course")
    mend(course)
    shutil.copytree(old, folder / "copy")
    publish(course, folder / "copy", "lab0", "lab2", "lab3")
    return folder / "copy"


@pytest.fixture
def mine(old: Path, tmp_path: Path) -> Path:
    return student(old, tmp_path / "mine")


def refused(mine: Path, status: int, sentence: str, *source: str) -> None:
    before = tree(mine)
    done = labebpf(mine, "update", *source)
    assert (done.returncode, done.stdout) == (status, "")
    assert sentence in done.stderr and "Traceback" not in done.stderr
    assert tree(mine) == before


def test_all_that_is_new_arrives(mine: Path, new: Path) -> None:
    done = labebpf(mine, "update", str(new))
    assert (done.returncode, done.stderr) == (0, "")
    for line in ("  + exercises/lab2/test_lab2.py", "  ~ exercises/lab3/test_lab3.py"):
        assert line in done.stdout.splitlines()
    assert "  ~ grader/ (files: 1)" in done.stdout
    assert "exercises/lab3/counter.c has your work and stays as it is." in done.stdout
    assert "+ * TODO 3.7: let no count at all get lost" in done.stdout  # the diff
    found, published = tree(mine, ".labebpf"), tree(new)
    assert found.pop("exercises/lab3/counter.c.new") == published["exercises/lab3/counter.c"]
    assert (mine / "exercises/lab3/counter.c").read_text().endswith("/* half done */\n")
    assert (mine / "exercises/lab3/notes.txt").read_text() == "mine\n"
    for name in ("counter.c", "notes.txt"):
        found.pop(f"exercises/lab3/{name}")
    published.pop("exercises/lab3/counter.c")
    assert found == published
    again = labebpf(mine, "update", str(new))
    assert again.stdout.startswith("Nothing is new") and again.returncode == 0
    # reset takes the new stub.
    assert "TODO 3.6: let it end" in (mine / "exercises/lab3/counter.py").read_text()
    labebpf(mine, "reset", "lab3", "--yes")
    assert "no count at all" in (mine / "exercises/lab3/counter.c").read_text()


def test_a_stub_that_changes_again_takes_the_place_of_the_one_beside(
    mine: Path, new: Path, tmp_path: Path
) -> None:
    course = shutil.copytree(new.with_name("course"), tmp_path / "course")
    program = course / "solutions/lab3/counter.c"
    beside = mine / "exercises/lab3/counter.c.new"
    labebpf(mine, "update", str(new))
    for word in ("single", "other"):
        program.write_text(program.read_text().replace("no count at all", f"no {word} count"))
        target = shutil.copytree(new, tmp_path / word)
        publish(course, target, "lab0", "lab2", "lab3")
        labebpf(mine, "update", str(target))
        if word == "single":
            assert "no single count" in beside.read_text()
            append(beside, "/* mine */\n")
            program.write_text(program.read_text().replace("no single count", "no count at all"))
    assert beside.read_text().endswith("/* mine */\n")
    assert "no other count" in beside.with_name("counter.c.new-2").read_text()
    assert len(list(beside.parent.glob("counter.c.*"))) == 2


def test_it_comes_from_where_it_was_published(mine: Path, old: Path, new: Path) -> None:
    manifest = json.loads((mine / NAME).read_text())
    assert manifest["source"] == str(old)
    assert labebpf(mine, "update").stdout.startswith("Nothing is new")
    (mine / NAME).write_text(json.dumps(manifest | {"source": str(new)}))
    assert "lab2" in labebpf(mine, "update").stdout


def zip_of(copy: Path, target: Path) -> Path:
    return Path(shutil.make_archive(str(target), "zip", copy.parent, copy.name))


def tar_of(copy: Path, target: Path) -> Path:
    return Path(shutil.make_archive(str(target), "gztar", copy))


def repository_of(copy: Path, target: Path) -> Path:
    work = shutil.copytree(copy, target.with_name("work"))
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for command in (["init", "-q"], ["add", "-A"], [*who, "commit", "-qm", "copy"]):
        subprocess.run(["git", *command], cwd=work, check=True)
    subprocess.run(["git", "clone", "-q", "--bare", work, target], check=True)
    return target


@pytest.mark.parametrize("pack", [zip_of, tar_of, repository_of])
def test_it_comes_from_an_archive_or_a_repository(
    mine: Path, new: Path, tmp_path: Path, pack: Callable[[Path, Path], Path]
) -> None:
    source = pack(new, tmp_path / "packed")
    done = labebpf(mine, "update", str(source))
    assert done.returncode == 0, done.stderr
    assert (mine / "exercises/lab2/lab.toml").is_file()
    assert os.access(mine / "labebpf", os.X_OK)


def test_a_repository_by_its_address(mine: Path, new: Path, tmp_path: Path) -> None:
    source = repository_of(new, tmp_path / "packed")
    done = labebpf(mine, "update", f"file://{source}")
    assert done.returncode == 0, done.stderr
    assert (mine / "exercises/lab2/lab.toml").is_file()


def test_what_was_changed_by_hand_is_kept(mine: Path, new: Path) -> None:
    for name in ("exercises/lab3/test_lab3.py", "grader/base/text.py"):
        append(mine / name, "# by hand\n")
    (mine / "grader/own.py").write_text("# mine\n")
    done = labebpf(mine, "update", str(new))
    assert done.returncode == 0
    (kept,) = (mine / ".labebpf").glob("replaced-*")
    for name in ("exercises/lab3/test_lab3.py", "grader/base/text.py"):
        assert (kept / name).read_text().endswith("# by hand\n")
        assert (mine / name).read_bytes() == (new / name).read_bytes()
        assert f"{kept.relative_to(mine)}/{name}" in done.stderr
    assert (kept / "grader/own.py").is_file()


def test_what_is_missing_comes_back(mine: Path, old: Path) -> None:
    (mine / "exercises/lab3/test_lab3.py").unlink()
    (mine / "stubs/lab3/counter.c").unlink()
    assert "./labebpf update brings it back" in labebpf(mine, "reset", "lab3", "--yes").stderr
    assert "  + exercises/lab3/test_lab3.py" in labebpf(mine, "update").stdout
    assert labebpf(mine, "reset", "lab3", "--yes").returncode == 0


def test_a_lab_that_is_gone_leaves_what_was_written_in_it(mine: Path, old: Path) -> None:
    later = shutil.copytree(old.parent, mine.with_name("later"))
    publish(later / "course", later / "copy", "lab0")
    assert labebpf(mine, "update", str(later / "copy")).returncode == 0
    assert sorted(os.listdir(mine / "exercises/lab3")) == ["counter.c", "counter.py", "notes.txt"]
    assert "lab3" not in labebpf(mine, "list").stdout


def test_an_older_one_is_refused(mine: Path, old: Path, new: Path, tmp_path: Path) -> None:
    labebpf(mine, "update", str(new))
    refused(mine, 3, "is older than this copy", str(old))


def test_one_that_was_tampered_with_is_refused(mine: Path, new: Path, tmp_path: Path) -> None:
    source = shutil.copytree(new, tmp_path / "source")
    append(source / "grader/base/text.py", "import os\n")
    refused(mine, 3, "grader/base/text.py is not what was published", str(source))
    (source / "grader/base/text.py").unlink()
    refused(mine, 3, "grader/base/text.py is missing", str(source))
    (source / "grader/base/text.py").symlink_to(new / "grader/base/text.py")
    refused(mine, 3, "grader/base/text.py is missing", str(source))


@pytest.mark.parametrize(
    "path", ["../out.txt", "/etc/x", ".git/hooks/post-commit", ".venv/bin/python", "a/../../b", ""]
)
def test_a_path_that_leads_out_is_refused(mine: Path, new: Path, tmp_path: Path, path: str) -> None:
    source = shutil.copytree(new, tmp_path / "source")
    manifest = json.loads((source / NAME).read_text())
    manifest["files"][path] = "0" * 64
    (source / NAME).write_text(json.dumps(manifest))
    refused(mine, 3, "is not what labebpf writes there", str(source))


@pytest.mark.parametrize("cut", [0, 9, 5000, 100_000])
def test_half_an_archive_is_refused(mine: Path, new: Path, tmp_path: Path, cut: int) -> None:
    for pack in (zip_of, tar_of):
        archive = pack(new, tmp_path / pack.__name__)
        archive.write_bytes(archive.read_bytes()[:cut])
        refused(mine, 3, "cannot be read", str(archive))


def test_an_archive_of_something_else_is_refused(mine: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    refused(mine, 2, "is no copy of a course", str(tmp_path / "a.zip"))


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"format": 1}', b'{"format": 99}', b"\xff", b"[" * 100_000]
)
def test_a_broken_manifest_is_refused(
    mine: Path, new: Path, tmp_path: Path, content: bytes
) -> None:
    source = shutil.copytree(new, tmp_path / "source")
    (source / NAME).write_bytes(content)
    refused(mine, 3, NAME, str(source))


def test_what_is_not_there_is_refused(mine: Path, tmp_path: Path) -> None:
    refused(mine, 2, "There is no copy at", str(tmp_path / "nowhere"))
    refused(mine, 2, "is this copy itself", str(mine))
    refused(mine, 3, "git cannot get", "file:///nowhere/at/all.git")
    (tmp_path / "empty").mkdir()
    refused(mine, 2, "is no copy of a course", str(tmp_path / "empty"))


def test_a_checkout_is_no_copy(checkout: Path) -> None:
    done = labebpf(checkout, "update")
    assert done.returncode == 2 and "is not a students' copy" in done.stderr


def test_a_link_out_of_it_is_refused(mine: Path, new: Path, tmp_path: Path) -> None:
    (mine / "exercises/lab2").symlink_to(tmp_path)
    refused(mine, 2, "exercises/lab2 is a link, or no folder", str(new))
    assert os.listdir(tmp_path) == ["mine"]


def test_without_the_right_to_write_nothing_changes(mine: Path, new: Path) -> None:
    before = tree(mine)
    open_to_all(mine, new)
    done = labebpf(mine, "update", str(new), prefix=AS_NOBODY)
    assert done.returncode == 3
    assert "cannot be written: Permission denied. Make yourself the owner" in done.stderr
    assert tree(mine) == before


def test_what_root_updates_stays_the_students(mine: Path, new: Path) -> None:
    for folder, folders, files in os.walk(mine):
        for name in (".", *folders, *files):
            os.chown(Path(folder, name), NOBODY, NOBODY)
    assert labebpf(mine, "update", str(new)).returncode == 0
    paths = (path for path in mine.rglob("*") if "__pycache__" not in path.parts)
    assert [path for path in paths if path.stat().st_uid != NOBODY] == []
