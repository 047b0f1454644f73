"""`labebpf publish`: a whole copy, what changed in it, and nothing written to where it must not."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.base.copy_manifest import NAME
from tests.support.checkout import AS_NOBODY, labebpf
from tests.support.published import append, make_course, mend, open_to_all, publish, tree

SOLUTION = re.compile(r"^(?://|#) (?:BEGIN|END) SOLUTION.*\n|^(?://|# )\|.*\n", re.MULTILINE)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_course(tmp_path_factory.mktemp("publish") / "course")


@pytest.fixture(scope="module")
def published(course: Path) -> Path:
    publish(course, course.with_name("copy"), "lab0", "lab3")
    return course.with_name("copy")


@pytest.fixture
def copy(published: Path, tmp_path: Path) -> Path:
    return shutil.copytree(published, tmp_path / "copy")


def refused(course: Path, target: Path, status: int, sentence: str, *labs: str) -> None:
    before = tree(target) if target.is_dir() else {}
    done = labebpf(course, "publish", str(target), *labs)
    assert (done.returncode, done.stdout) == (status, "")
    assert sentence in done.stderr and "Traceback" not in done.stderr
    assert (tree(target) if target.is_dir() else {}) == before


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, check=True)


def test_a_copy_has_all_that_a_student_needs_and_no_more(course: Path, published: Path) -> None:
    found = tree(published)
    assert {path.split("/")[1] for path in found if path.startswith("exercises/")} == {
        "lab0",
        "lab3",
    }
    for path in (
        "README.md",
        "README.fr.md",
        ".vscode/settings.json",
        ".github/workflows/grade.yml",
    ):
        assert path in found
    parts = ("solutions", "tests", "bpf_templates/lab", "docs")
    assert [path for path in found if path.startswith(parts)] == []
    assert os.access(published / "labebpf", os.X_OK)
    for name in ("counter.c", "counter.py"):
        stub = (course / "exercises/lab3" / name).read_bytes()
        assert (published / "exercises/lab3" / name).read_bytes() == stub
        assert (published / "stubs/lab3" / name).read_bytes() == stub
    manifest = json.loads((published / NAME).read_text())
    assert manifest["labs"] == ["lab0", "lab3"] and manifest["version"] == "0.1.0"
    assert manifest["source"] == str(published)


def test_each_link_in_a_copy_leads_somewhere(published: Path) -> None:
    for page in published.glob("**/*.md"):
        for link in re.findall(r"\]\(([^):#]+)\)", page.read_text()):
            assert (page.parent / link).exists(), (page, link)


def test_what_needs_solutions_says_so_in_a_copy(copy: Path) -> None:
    commands = ("stubs", "prove lab3", "words", "test", "publish x", "new lab20 --hook xdp")
    for command in commands:
        done = labebpf(copy, *command.split())
        assert done.returncode == 2 and "no solutions are in it" in done.stderr, command


def test_a_second_one_says_what_changed(course: Path, copy: Path, tmp_path: Path) -> None:
    done = labebpf(course, "publish", str(copy))
    assert done.stdout.startswith("Nothing has changed since the last time.\n")
    assert tree(copy) == tree(course.with_name("copy"))
    later = shutil.copytree(course, tmp_path / "later")
    mend(later)
    (later / "exercises/lab3/README.fr.md").unlink()
    append(copy / "exercises/lab3/counter.c", "/* tried out */\n")
    done = labebpf(later, "publish", str(copy), "lab0", "lab2", "lab3")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    for line in (
        *(
            "  + exercises/lab2/lab.toml",
            "  ~ exercises/lab3/test_lab3.py",
            "  ~ grader/ (files: 1)",
        ),
        *("  - exercises/lab3/README.fr.md", "  ~ exercises/lab3/counter.py (stub)"),
    ):
        assert line in lines
    assert (copy / "exercises/lab3/counter.c").read_text().endswith("/* tried out */\n")
    assert "no count at all" in (copy / "exercises/lab3/counter.c.new").read_text()
    # Without names the labs stay, and those that are left out are said.
    told = labebpf(later, "publish", str(copy)).stdout
    assert "lab0, lab2, lab3" in told and "Not in it: lab1" in told


def test_into_a_repository(course: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    target.mkdir()
    git(target, "init", "-q")
    git(target, "remote", "add", "origin", "https://example.org/copy.git")
    publish(course, target, "lab0")
    git(target, "add", "-A")
    git(target, "commit", "-qm", "copy")
    assert json.loads((target / NAME).read_text())["source"] == "https://example.org/copy.git"
    done = labebpf(course, "publish", str(target), "lab0", "lab3")
    assert done.returncode == 0, done.stderr
    git(target, "add", "-A")
    append(target / "exercises/lab3/test_lab3.py", "# by hand\n")
    refused(course, target, 2, "exercises/lab3/test_lab3.py", "lab0", "lab3")


def test_a_source_that_was_named_stays_whatever_the_repository_is_pushed_to(
    course: Path, tmp_path: Path
) -> None:
    target, server = tmp_path / "copy", tmp_path / "server.git"
    target.mkdir()
    git(target, "init", "-q")
    git(target, "remote", "add", "origin", f"{tmp_path}/somewhere/../server.git")
    publish(course, target, "lab0")
    assert json.loads((target / NAME).read_text())["source"] == str(server)
    public = "https://example.org/public.git"
    publish(course, target, "lab0", "--source", public)
    publish(course, target, "lab0", "lab3")
    assert json.loads((target / NAME).read_text())["source"] == public


def test_a_solution_in_the_course_itself_is_refused(
    course: Path, copy: Path, tmp_path: Path
) -> None:
    """In a lab's folder, with a new name; the checks are searched as well."""
    leaky = shutil.copytree(course, tmp_path / "leaky")
    solution = (leaky / "solutions/lab3/counter.c").read_text()
    (leaky / "exercises/lab3/notes.txt").write_text(SOLUTION.sub("", solution))
    append(leaky / "exercises/lab0/test_lab0.py", f'"""\n{SOLUTION.sub("", solution)}\n"""\n')
    refused(leaky, copy, 1, "exercises/lab3/notes.txt: 100 % of solutions/lab3/counter.c")
    refused(leaky, copy, 1, "exercises/lab0/test_lab0.py: 100 % of solutions/lab3/counter.c")
    refused(leaky, tmp_path / "new", 1, "Solutions would be published. Nothing was written.")
    assert not (tmp_path / "new").exists()


def test_a_solution_in_the_target_is_refused(course: Path, copy: Path) -> None:
    """In a file of its own, in one that students edit, and in what git remembers."""
    solution = SOLUTION.sub("", (course / "solutions/lab3/counter.c").read_text())
    stub = (copy / "exercises/lab3/counter.c").read_text()
    (copy / "exercises/lab3/counter.c").write_text(solution)
    refused(course, copy, 1, "exercises/lab3/counter.c: 100 %")
    git(copy, "init", "-q")
    git(copy, "add", "-A")
    git(copy, "commit", "-qm", "oops")
    (copy / "exercises/lab3/counter.c").write_text(stub)
    git(copy, "commit", "-qam", "gone")
    refused(course, copy, 1, "exercises/lab3/counter.c: 100 % of solutions/lab3/counter.c")


def test_an_own_lab_is_published_and_searched(course: Path, tmp_path: Path) -> None:
    own = shutil.copytree(course, tmp_path / "own")
    made = labebpf(own, "new", "lab20", "--hook=tracepoint", "--output=hash", "--call=rmdir")
    assert made.returncode == 0, made.stderr
    publish(own, tmp_path / "copy", "lab0", "lab20")
    assert (tmp_path / "copy/stubs/lab20/rmdir.py").is_file()
    assert "lab20" in labebpf(tmp_path / "copy", "list").stdout
    shutil.copy(own / "solutions/lab20/rmdir.c", own / "exercises/lab20/more.h")
    refused(own, tmp_path / "copy", 1, "exercises/lab20/more.h: 100 % of solutions/lab20/rmdir.c")


def test_what_is_not_ours_is_left_alone(course: Path, published: Path, tmp_path: Path) -> None:
    target = tmp_path / "thesis"
    target.mkdir()
    (target / "thesis.tex").write_text("x")
    refused(course, target, 2, "is neither empty nor a copy of a course")
    refused(course, target / "thesis.tex", 2, "is a file")
    refused(course, course / "copy", 2, "lie in each other")
    refused(course, course.parent, 2, "lie in each other")


def test_a_broken_copy_is_left_alone(course: Path, copy: Path) -> None:
    (copy / NAME).write_text("{}")
    refused(course, copy, 3, "is not what labebpf writes there")


def test_what_somebody_changed_or_put_there_is_left_alone(
    course: Path, copy: Path, tmp_path: Path
) -> None:
    (copy / "exercises/lab2").mkdir()
    (copy / "exercises/lab2/lab.toml").write_text("mine\n")
    refused(course, copy, 2, "exercises/lab2/lab.toml", "lab0", "lab2", "lab3")
    append(copy / "grader/base/text.py", "# by hand\n")
    refused(course, copy, 2, "these were changed since they were published: grader/base/text.py")


def test_a_link_out_of_it_is_left_alone(course: Path, copy: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.move(copy / "exercises", elsewhere)
    (copy / "exercises").symlink_to(elsewhere)
    refused(course, copy, 2, "exercises is a link, or no folder")


def test_no_link_is_published(course: Path, tmp_path: Path) -> None:
    linked = shutil.copytree(course, tmp_path / "linked")
    (linked / "exercises/lab3/data").symlink_to("/etc/passwd")
    refused(linked, tmp_path / "copy", 3, "exercises/lab3/data is a link")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 1 MiB, which is too small for a copy."""
    if os.geteuid() != 0:
        pytest.fail("Mounting a file system needs root. Run: sudo ./labebpf test", pytrace=False)
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_without_space_nothing_is_written(course: Path, small: Path) -> None:
    refused(course, small, 3, "No space left on device. Free some space")
    refused(course, small / "copy", 3, "No space left on device. Free some space")
    assert os.listdir(small) in ([], [".labebpf"])


def test_without_the_right_to_write_nothing_is_written(course: Path, copy: Path) -> None:
    open_to_all(course, copy)
    before = tree(copy)
    done = labebpf(course, "publish", str(copy), "lab0", "lab2", prefix=AS_NOBODY)
    assert done.returncode == 3 and "Permission denied. Make yourself the owner" in done.stderr
    done = labebpf(course, "publish", str(copy.with_name("new")), prefix=AS_NOBODY)
    assert done.returncode == 3 and "Permission denied. Make yourself the owner" in done.stderr
    assert tree(copy) == before
