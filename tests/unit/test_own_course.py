"""A course of one's own: made, given labs, and worked in, without the launcher."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.labs import load_course
from grader.runner.pytest_process import objections
from tests.support.checkout import AS_NOBODY, NOBODY, ROOT, labebpf

MADE = {
    *("course.toml", "exercises", "solutions", "labebpf", "conftest.py", "pytest.ini"),
    *("README.md", "README.fr.md", ".gitignore"),
}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    name = "mine [été]"  # pytest takes no path with a bracket in it.
    done = labebpf(tmp_path, "course", "new", name, "--title", 'The "kernel", été \\')
    assert (done.returncode, done.stderr) == (0, "")
    return tmp_path / name


def collected(cwd: Path, *arguments: str) -> list[str]:
    """Return the node ids that a pytest of .venv collects in `cwd`."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "--collect-only",
            "-q",
            *arguments,
        ],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if "::" in line]


def test_a_new_course_is_whole(course: Path) -> None:
    assert {path.name for path in course.iterdir()} == MADE
    found = load_course(course)
    assert found.title.en == found.title.fr == 'The "kernel", été \\'
    assert (found.engine, found.named) == (os.path.relpath(ROOT, course), ())
    assert (course / "labebpf").read_bytes() == (ROOT / "labebpf").read_bytes()
    assert os.access(course / "labebpf", os.X_OK)
    assert '# The "kernel", été' in (course / "README.fr.md").read_text()


def test_a_course_without_a_lab_says_how_to_add_one(course: Path) -> None:
    listed = labebpf(course, "list", "--lang", "en")
    assert listed.stdout == "There is no lab yet. Add one: ./labebpf course add lab0\n"


def test_labs_are_followed_and_their_stubs_put_there(course: Path) -> None:
    done = labebpf(course, "course", "add", "lab3", "lab0")
    assert (done.returncode, done.stderr) == (0, "")
    assert load_course(course).named == ("lab3", "lab0")
    assert sorted(path.name for path in (course / "exercises/lab3").iterdir()) == [
        *("counter.c", "counter.py")
    ]
    stub = course / "exercises/lab3/counter.c"
    assert stub.read_bytes() == (ROOT / "exercises/lab3/counter.c").read_bytes()
    listed = labebpf(course, "list").stdout
    assert listed.index("Labs\n") < listed.index("lab3  ") < listed.index("lab0  ")
    stub.write_text("mine\n")
    again = labebpf(course, "course", "add", "lab3")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert stub.read_text() == "mine\n"
    reset = labebpf(course, "reset", "lab3", "--yes")
    assert reset.returncode == 0, reset.stderr
    assert stub.read_bytes() == (ROOT / "exercises/lab3/counter.c").read_bytes()


def test_a_lab_named_by_hand_has_its_stubs_from_reset(course: Path) -> None:
    manifest = course / "course.toml"
    manifest.write_text(manifest.read_text().replace("labs = []", 'labs = ["lab3"]'))
    for command in (("grade", "lab3"), ("watch", "lab3")):
        done = labebpf(course, *command)
        assert done.returncode == 2
        assert "Put its stubs there: ./labebpf reset lab3" in done.stderr
    assert labebpf(course, "reset", "lab3").returncode == 0
    assert (course / "exercises/lab3/counter.py").is_file()


def test_what_is_there_stays_beside_a_copied_lab(course: Path) -> None:
    labebpf(course, "course", "add", "lab3")
    (course / "exercises/lab3/counter.c").write_text("mine\n")
    done = labebpf(course, "course", "add", "lab3", "--copy")
    assert (done.returncode, done.stderr) == (0, "")
    (kept,) = (course / "exercises").glob("lab3.bak-*")
    assert (kept / "counter.c").read_text() == "mine\n"
    found = load_course(course)
    lab = found.labs()["lab3"]
    assert found.owns(lab) and found.named == ("lab3",)
    assert (course / "solutions/lab3/wrong/empty.c").is_file()
    stubs = labebpf(course, "stubs", "--check")
    assert (stubs.returncode, stubs.stdout.count("\n")) == (0, 1)


def test_followed_labs_are_collected_by_the_place_of_their_own(course: Path) -> None:
    labebpf(course, "course", "add", "lab0", "lab3")
    whole = collected(course, "exercises/lab3")
    assert len(whole) == 7
    assert whole[0] == "exercises/lab3/test_lab3.py::test_the_verifier_accepts_it"
    assert collected(course / "exercises" / "lab3") == whole
    assert collected(course, whole[2], whole[4]) == [whole[2], whole[4]]
    assert set(whole) < set(collected(course)) == set(collected(course, "exercises"))
    assert len(collected(course)) == 12
    both = collected(course, "exercises/lab0/test_lab0.py", "exercises/lab3/test_lab3.py")
    assert set(both) == set(collected(course))


def test_checks_of_followed_labs_and_of_its_own_are_in_order(course: Path) -> None:
    labebpf(course, "course", "add", "lab1", "lab3")
    labebpf(course, "course", "add", "lab2", "--copy")
    found = load_course(course)
    assert objections(found, list(found.labs().values())) == ""
    assert collected(course, "exercises/lab1")[0].startswith("exercises/lab1/test_lab1.py::")


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("course", "add", "lab77"), "labebpf has no lab lab77. It has lab0, lab1, lab2, lab3"),
        (("course", "add", "../lab3"), "labebpf has no lab ../lab3."),
        (("course", "new", "exercises/.."), "is a course already. Add labs to it"),
        (("course", "new", "exercises"), "is not empty: it has .gitkeep. Name an empty folder"),
        (("course", "new", "course.toml"), "course.toml is a file, not a folder."),
        (("course", "new", "x", "--engine", "a'b"), 'engine is "a\'b". Name a folder, a wheel'),
        (("course", "new", "/proc/x"), "/proc/x cannot be written"),
        (("stubs", "lab0"), "lab0 is a lab of labebpf, and its stubs come with it. To change it"),
        (("grade", ".", "--lab", "lab0"), "lies in the hand-in itself. Grade from"),
        (("list", "lab90"), "There is no lab named lab90"),
    ],
)
def test_what_it_does_not_take_changes_nothing(
    course: Path, arguments: tuple[str, ...], words: str
) -> None:
    labebpf(course, "course", "add", "lab0")
    before = {path: path.stat().st_mtime_ns for path in course.rglob("*")}
    done = labebpf(course, *arguments)
    assert words in done.stderr, done.stderr
    assert done.returncode in (2, 3)
    assert "Traceback" not in done.stderr
    assert {path: path.stat().st_mtime_ns for path in course.rglob("*")} == before


def test_an_own_lab_is_not_replaced(course: Path) -> None:
    made = labebpf(
        *(course, "new", "lab3", "--hook", "tracepoint", "--output", "trace", "--call", "rmdir")
    )
    assert made.returncode == 0, made.stderr
    for more in ((), ("--copy",)):
        done = labebpf(course, "course", "add", "lab3", *more)
        assert done.returncode == 2
        assert "lab3 is this course's own already." in done.stderr
    assert "More labs\nlab3  rmdir" in labebpf(course, "list").stdout


@pytest.mark.parametrize(
    "before, after",
    [
        ("labs = []", 'labs = ["lab3"]'),
        ("labs = [ ]", 'labs = ["lab3" ]'),
        ("labs = ['lab0']", "labs = ['lab0', \"lab3\"]"),
        ('labs = [\n  "lab0",\n]', 'labs = [\n  "lab0", "lab3"\n]'),
        ('labs = ["lab0"] # last', 'labs = ["lab0", "lab3"] # last'),
    ],
)
def test_the_rest_of_course_toml_stays(course: Path, before: str, after: str) -> None:
    manifest = course / "course.toml"
    text = manifest.read_text().replace("labs = []", before)
    manifest.write_text(text)
    done = labebpf(course, "course", "add", "lab3")
    assert done.returncode == 0, done.stderr
    assert manifest.read_text() == text.replace(before, after)


def test_a_course_toml_that_cannot_be_added_to_says_what_to_write(course: Path) -> None:
    manifest = course / "course.toml"
    text = manifest.read_text().replace("labs = []", 'labs = ["lab0", # ] \n]')
    manifest.write_text(text)
    done = labebpf(course, "course", "add", "lab3")
    assert done.returncode == 2
    assert 'Write "lab3" into the labs of a [[part]].' in done.stderr
    assert manifest.read_text() == text


def test_without_a_course_a_command_says_where_to_go(tmp_path: Path) -> None:
    for command in (("list",), ("grade", "lab3"), ("new", "lab20")):
        done = labebpf(tmp_path, *command)
        assert done.returncode == 2
        assert f"{tmp_path} is in no course: there is no course.toml." in done.stderr
    # What needs none goes on.
    assert labebpf(tmp_path, "doctor").returncode in (0, 3)
    assert labebpf(tmp_path, "--course", str(ROOT), "list", "lab3").returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
def test_root_leaves_a_users_course_the_users(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    os.chown(tmp_path / "home", NOBODY, NOBODY)
    home = tmp_path / "home"
    labebpf(home, "course", "new", "mine")
    labebpf(home / "mine", "course", "add", "lab0")
    done = labebpf(home / "mine", "course", "add", "lab3", "--copy")
    assert done.returncode == 0, done.stderr
    assert [path for path in home.rglob("*") if path.lstat().st_uid != NOBODY] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
def test_who_may_not_write_there_is_told(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents):
        if folder.is_relative_to("/tmp") and folder != Path("/tmp"):
            folder.chmod(folder.stat().st_mode | 0o011)
    done = labebpf(tmp_path, "course", "new", "mine", prefix=AS_NOBODY)
    assert done.returncode == 2
    assert "mine cannot be written: Permission denied." in done.stderr
    assert not (tmp_path / "mine").exists()
