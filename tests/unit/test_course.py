"""course.toml: which labs a course has, from where, and what the author of a broken one is told."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from grader.base.errors import CourseError, UsageError
from grader.labs import Course, Part, Text, find_course, find_labs, load_course, load_lab
from tests.support.checkout import ROOT

GOOD = """
format = 1

[course]
title = { en = "Kernels", fr = "Noyaux" }
languages = ["en", "fr"]
engine = "../labebpf"

[[part]]
title = { en = "First", fr = "D'abord" }
labs = ["lab3", "lab20"]

[[part]]
title = { en = "Then", fr = "Ensuite" }
labs = ["lab0"]
"""


def course_of(folder: Path, text: str = GOOD, own: tuple[str, ...] = ()) -> Course:
    """Load the course `folder` with that course.toml; its `own` labs are copies of lab 2."""
    for name in own:
        place = folder / "exercises" / name
        shutil.copytree(ROOT / "exercises" / "lab2", place)
        manifest = place / "lab.toml"
        manifest.write_text(manifest.read_text().replace('"2.', f'"{name[3:]}.'))
    (folder / "course.toml").write_text(text)
    return load_course(folder)


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(CourseError) as caught:
        course_of(folder, text)
    assert "course.toml" in str(caught.value)
    return str(caught.value).replace(str(folder), "")


def test_what_it_says(tmp_path: Path) -> None:
    course = course_of(tmp_path)
    assert course == Course(
        tmp_path,
        Text("Kernels", "Noyaux"),
        (
            Part(Text("First", "D'abord"), ("lab3", "lab20")),
            Part(Text("Then", "Ensuite"), ("lab0",)),
        ),
        ("en", "fr"),
        "../labebpf",
    )
    assert course.named == ("lab3", "lab20", "lab0")


def test_its_labs_are_in_its_order_and_its_own_come_before_those_of_labebpf(tmp_path: Path) -> None:
    course = course_of(tmp_path, own=("lab20", "lab0", "lab21"))
    labs = course.labs()
    assert list(labs) == ["lab3", "lab20", "lab0", "lab21"]  # The last one is named in no part.
    places = {name: lab.folder for name, lab in labs.items()}
    exercises = tmp_path / "exercises"
    assert places == {
        "lab3": ROOT / "exercises" / "lab3",
        "lab20": exercises / "lab20",
        "lab0": exercises / "lab0",
        "lab21": exercises / "lab21",
    }
    assert [name for name, lab in labs.items() if course.owns(lab)] == ["lab20", "lab0", "lab21"]
    assert labs["lab20"].solutions == course.solutions
    assert labs["lab3"].solutions == ROOT / "solutions"


def test_a_lab_that_is_nowhere_stops_only_what_is_about_it(tmp_path: Path) -> None:
    labs = course_of(tmp_path).labs()
    assert list(labs) == ["lab3", "lab0"]
    assert list(labs.broken) == ["lab20"]
    assert "names lab20, which is neither in exercises nor a lab of labebpf." in str(
        labs.broken["lab20"]
    )


def test_a_broken_lab_of_its_own_is_not_replaced_by_another(tmp_path: Path) -> None:
    course = course_of(tmp_path, own=("lab3",))
    (tmp_path / "exercises" / "lab3" / "lab.toml").write_text("[lab]\n")
    labs = course.labs()
    assert "lab3" not in labs
    assert "title must be" in str(labs.broken["lab3"])


def test_this_repository_is_a_course() -> None:
    course = load_course(ROOT)
    assert course.engine == "."
    assert list(course.labs()) == list(course.named) == list(find_labs(ROOT / "exercises"))
    assert all(map(course.owns, course.labs().values()))


def test_a_folder_without_course_toml_has_the_labs_that_lie_there(tmp_path: Path) -> None:
    assert not Course(tmp_path).labs()
    assert list(Course(ROOT).labs()) == list(find_labs(ROOT / "exercises"))


def test_it_is_found_from_within(tmp_path: Path) -> None:
    course_of(tmp_path)
    inside = tmp_path / "exercises" / "lab3"
    inside.mkdir(parents=True)
    assert find_course(inside).folder == find_course(tmp_path).folder == tmp_path
    (tmp_path / "course.toml").unlink()
    with pytest.raises(UsageError, match=r"is in no course: there is no course.toml."):
        find_course(inside)


def test_a_course_is_found_where_it_really_is(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    course_of(tmp_path / "real")
    (tmp_path / "link").symlink_to("real")
    assert load_course(tmp_path / "link").folder == tmp_path / "real"
    assert find_course(tmp_path / "link").folder == tmp_path / "real"


def test_solutions_of_followed_labs_stand_in_for_its_own(tmp_path: Path) -> None:
    course = course_of(tmp_path, own=("lab20",))
    (course.solutions / "lab20").mkdir(parents=True)
    labs = course.labs()
    assert course.hand_in(course.solutions, labs["lab20"]) == course.solutions
    assert course.hand_in(course.solutions, labs["lab3"]) == ROOT / "solutions"
    elsewhere = tmp_path / "handed in"
    assert course.hand_in(elsewhere, labs["lab3"]) == elsewhere


@pytest.mark.parametrize(
    "right, wrong, words",
    [
        ("format = 1", "format = 2", "has format = 2, and this labebpf reads 1. Use a newer"),
        ("format = 1", "format = 0", "has format = 0, and this labebpf reads 1. Take the file"),
        ("format = 1", "format = 2\nnews = 3", "has format = 2"),
        ("format = 1", 'format = "1"', "format must be a whole number"),
        ("format = 1", "formats = 1", "the file has unknown keys: formats"),
        ('title = { en = "Kernels", fr = "Noyaux" }', "", "[course]: title must be"),
        ('title = { en = "Kernels", fr = "Noyaux" }', 'title = { en = "K" }', "lacks a language"),
        ('["en", "fr"]', '["en", "de"]', "languages must be of en, fr"),
        ('["en", "fr"]', '["en", "en"]', "languages must be of en, fr"),
        ('["en", "fr"]', "[]", "languages must be of en, fr"),
        ('["en", "fr"]', '"en"', "languages must be a list"),
        ('engine = "../labebpf"', "", "engine must be a string"),
        ('engine = "../labebpf"', 'engine = ""', "engine is ''. Name a folder, a wheel"),
        ('engine = "../labebpf"', 'engine = "a\\"b"', "Name a folder, a wheel"),
        ('engine = "../labebpf"', 'engine = "."\nengines = 1', "unknown keys: engines"),
        ('labs = ["lab0"]', "", "[[part]]: labs must be a list"),
        ('labs = ["lab0"]', 'labs = ["lab3"]', "[[part]]: lab3 is named twice"),
        ('labs = ["lab0"]', 'labs = ["../lab3"]', "'../lab3' is not the name of a lab"),
        ('labs = ["lab0"]', 'labs = [""]', "'' is not the name of a lab"),
        ('labs = ["lab0"]', 'labs = ["lab0"]\nlab = 1', "[[part]] has unknown keys: lab"),
        ("[[part]]", "[part]", "cannot be read"),
        ("[course]", "[[course]]", "course must be a table"),
    ],
)
def test_what_it_must_hold(tmp_path: Path, right: str, wrong: str, words: str) -> None:
    assert right in GOOD
    assert words in complaint(
        tmp_path, GOOD.replace(right, wrong, 1 if right != "[[part]]" else -1)
    )


def test_one_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is no course: it has no course.toml"):
        load_course(tmp_path)
    (tmp_path / "course.toml").mkdir()
    with pytest.raises(CourseError, match=r"course.toml cannot be read"):
        load_course(tmp_path)


def test_a_lab_of_another_format_says_so(tmp_path: Path) -> None:
    course_of(tmp_path, own=("lab20",))
    folder = tmp_path / "exercises" / "lab20"
    manifest = folder / "lab.toml"
    before = manifest.read_text()
    manifest.write_text(f"format = 1\n{before}")
    assert load_lab(folder).name == "lab20"
    manifest.write_text(f"format = 2\nnews = 3\n{before}")
    with pytest.raises(CourseError, match=r"lab.toml has format = 2, and this labebpf reads 1\."):
        load_lab(folder)


def test_a_course_in_one_language_asks_its_own_labs_for_no_other(tmp_path: Path) -> None:
    text = GOOD.replace('["en", "fr"]', '["fr"]').replace('en = "Kernels", ', "")
    text = text.replace('en = "First", ', "").replace('en = "Then", ', "")
    course = course_of(tmp_path, text, own=("lab20",))
    assert course.title.get("fr") == course.title.get("en") == "Noyaux"
    manifest = tmp_path / "exercises" / "lab20" / "lab.toml"
    manifest.write_text(
        manifest.read_text().replace('title = { en = "A time stamp for each mkdir", ', "title = { ")
    )
    labs = course.labs()
    assert not labs.broken
    assert labs["lab20"].title.en == labs["lab20"].title.fr
    with pytest.raises(CourseError, match=r"title lacks a language. Write it in en, fr"):
        load_lab(manifest.parent)


def test_a_folder_that_may_not_be_looked_into_is_no_course(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    inner.parent.chmod(0)
    child = os.fork()
    if not child:
        try:
            if os.geteuid() == 0:
                os.setresuid(65534, 65534, 65534)
            find_course(inner)
        except UsageError:
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
