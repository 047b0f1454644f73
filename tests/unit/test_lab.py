"""lab.toml: what loads, and what the author of a broken one is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.base.errors import CourseError, UsageError
from grader.evidence import witness
from grader.kernel.features import Features
from grader.labs import Lab, Labs, Text, add_private, find_labs, load_lab
from grader.labs.lab import CALLS, NEEDS
from tests.support.checkout import ROOT

LABS = find_labs(ROOT / "exercises")
GOOD = """
[lab]
title = { en = "Count", fr = "Compter" }
program = "counter.c"
script = "counter.py"
edits = ["counter.c", "counter.py"]
attach = "tracepoint:syscalls:sys_enter_mkdir"
needs = ["trace_lines"]

[[task]]
id = "9.1"
points = 2
file = "counter.c"
title = { en = "One", fr = "Un" }
hints = [{ en = "Look.", fr = "Regardez." }, { en = "Again.", fr = "Encore." }]

[[task]]
id = "9.2"
points = 3
file = "counter.py"
kernel = ["smp"]
needs = ["9.1"]
title = { en = "Two", fr = "Deux" }
hints = [{ en = "Think.", fr = "Pensez." }]
"""


def write(tmp_path: Path, text: str | bytes) -> Path:
    folder = tmp_path / "lab9"
    folder.mkdir()
    (folder / "lab.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def complaint(tmp_path: Path, text: str | bytes) -> str:
    """Return what load_lab says of `text`, without the path.

    The path has the test's own words in it.
    """
    with pytest.raises(CourseError) as caught:
        load_lab(write(tmp_path, text))
    assert "lab.toml" in str(caught.value)
    return str(caught.value).replace(str(tmp_path), "")


def test_the_four_labs_load() -> None:
    assert list(LABS)[:4] == ["lab0", "lab1", "lab2", "lab3"]


@pytest.mark.parametrize("lab", LABS.values(), ids=list(LABS))
def test_a_lab_has_four_to_nine_tasks_and_ten_points(lab: Lab) -> None:
    assert 4 <= len(lab.tasks) <= 9
    assert lab.max_score == 10
    assert all(task.id.startswith(f"{lab.name[3:]}.") for task in lab.tasks)


@pytest.mark.parametrize("lab", LABS.values(), ids=list(LABS))
def test_a_lab_has_every_file_that_it_edits_and_a_solution_of_it(lab: Lab) -> None:
    for name in lab.edits:
        assert (lab.folder / name).is_file()
        assert (ROOT / "solutions" / lab.name / name).is_file()


def test_a_good_manifest_is_read_whole(tmp_path: Path) -> None:
    lab = load_lab(write(tmp_path, GOOD))
    assert (lab.name, lab.program, lab.script) == ("lab9", "counter.c", "counter.py")
    assert lab.edits == ("counter.c", "counter.py")
    assert (lab.title, lab.needs) == (Text("Count", "Compter"), ("trace_lines",))
    first, second = lab.tasks
    assert (first.id, first.points, first.needs, first.kernel) == ("9.1", 2, (), ())
    assert (second.file, second.needs, second.kernel) == ("counter.py", ("9.1",), ("smp",))
    assert first.hints[1] == Text("Again.", "Encore.")
    assert lab.max_score == 5


def test_a_lab_may_have_no_script_and_files_that_are_no_code(tmp_path: Path) -> None:
    text = GOOD.replace('script = "counter.py"\n', "").replace("counter.py", "answers.toml")
    lab = load_lab(write(tmp_path, text))
    assert (lab.script, lab.edits) == ("", ("counter.c", "answers.toml"))


def test_the_words_of_a_manifest_are_those_that_the_grader_knows(tmp_path: Path) -> None:
    """They stand in two packages, of which neither may import the other."""
    assert set(CALLS) == set(witness.SYSTEM_CALLS)
    (tmp_path / "events").mkdir()
    features = Features(tracefs=tmp_path, debugfs=tmp_path)
    unknown = [n for n in NEEDS if features.offers(n).detail == "this requirement is unknown"]
    assert unknown == []
    assert features.offers("nonsense").detail == "this requirement is unknown"


def test_a_text_speaks_french_when_asked_and_english_otherwise() -> None:
    text = Text("One", "Un")
    assert [text.get(lang) for lang in ("fr", "en", "de", "")] == ["Un", "One", "One", "One"]


def test_an_unknown_task_is_answered_with_those_there_are(tmp_path: Path) -> None:
    lab = load_lab(write(tmp_path, GOOD))
    assert lab.task("9.2") is lab.tasks[1]
    with pytest.raises(UsageError, match=r"lab9 has no task 9\.3.*9\.1, 9\.2"):
        lab.task("9.3")


def test_a_folder_without_labs_has_none(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    assert find_labs(tmp_path) == {}


def test_a_broken_manifest_stops_its_own_lab_alone(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    broken = tmp_path / "lab10"
    broken.mkdir()
    (broken / "lab.toml").write_text("[")
    private = tmp_path / "private" / "lab10"
    private.mkdir(parents=True)
    (private / "lab.toml").write_text("[")
    labs = find_labs(tmp_path)
    for found in (labs, add_private(labs, private.parent, reveal=True)):
        assert list(found) == ["lab9"]
        found.refuse_broken(["lab9"])
        with pytest.raises(CourseError, match=r"lab10/lab\.toml cannot be read"):
            found.refuse_broken(["lab9", "lab10"])


LAB_KEYS = ("title", "program", "edits", "attach")
TASK_KEYS = ("id", "points", "file", "title", "hints")


@pytest.mark.parametrize("key", LAB_KEYS)
def test_a_missing_key_of_the_lab_is_named(tmp_path: Path, key: str) -> None:
    text = re.sub(rf"^{key} = .*\n", "", GOOD, count=1, flags=re.MULTILINE)
    assert key in complaint(tmp_path, text)


@pytest.mark.parametrize("key", TASK_KEYS)
def test_a_missing_key_of_a_task_is_named(tmp_path: Path, key: str) -> None:
    head, tail = GOOD.split("[[task]]", 1)
    tail = re.sub(rf"^{key} = .*\n", "", tail, count=1, flags=re.MULTILINE)
    said = complaint(tmp_path, f"{head}[[task]]{tail}")
    assert key in said
    assert "task 9.1" in said or key == "id"


@pytest.mark.parametrize(
    "right, wrong, key",
    [
        ('program = "counter.c"', "program = 3", "program"),
        ('edits = ["counter.c", "counter.py"]', 'edits = "counter.c"', "edits"),
        ('edits = ["counter.c", "counter.py"]', 'edits = ["counter.c", 1]', "edits"),
        ('needs = ["trace_lines"]', 'needs = "trace_lines"', "needs"),
        ('kernel = ["smp"]', "kernel = true", "kernel"),
        ("points = 2", 'points = "2"', "points"),
        ("points = 2", "points = 2.0", "points"),
        ("points = 2", "points = true", "points"),
        ('id = "9.1"', "id = 9.1", "id"),
        ('title = { en = "One", fr = "Un" }', 'title = "One"', "title"),
        ('hints = [{ en = "Think.", fr = "Pensez." }]', 'hints = "Think."', "hints"),
        ('hints = [{ en = "Think.", fr = "Pensez." }]', 'hints = ["Think."]', "hints"),
    ],
)
def test_a_wrong_type_is_named(tmp_path: Path, right: str, wrong: str, key: str) -> None:
    assert right in GOOD
    assert f"{key} must be" in complaint(tmp_path, GOOD.replace(right, wrong, 1))


@pytest.mark.parametrize(
    "right, wrong, key",
    [
        ("[lab]", "[lab]\ncolour = 1", "colour"),
        ('id = "9.1"', 'id = "9.1"\nweight = 3', "weight"),
        ("[lab]", "[labb]\n[lab]", "labb"),
        ('[[task]]\nid = "9.2"', '[[tasks]]\nid = "9.2"', "tasks"),
    ],
)
def test_an_unknown_key_is_named(tmp_path: Path, right: str, wrong: str, key: str) -> None:
    assert right in GOOD
    assert key in complaint(tmp_path, GOOD.replace(right, wrong, 1))


@pytest.mark.parametrize("needed", ["9.2", "9.9", "8.1", ""])
def test_a_task_needs_earlier_ones_only(tmp_path: Path, needed: str) -> None:
    said = complaint(tmp_path, GOOD.replace('needs = ["9.1"]', f'needs = ["{needed}"]'))
    assert f"task 9.2 needs {needed}, which is not an earlier task" in said


def test_a_task_cannot_need_one_that_comes_later(tmp_path: Path) -> None:
    text = GOOD.replace('id = "9.1"', 'id = "9.1"\nneeds = ["9.2"]')
    assert "task 9.1 needs 9.2" in complaint(tmp_path, text)


@pytest.mark.parametrize(
    "right, wrong, words",
    [
        ('id = "9.2"', 'id = "9.1"', "task 9.1 appears twice"),
        ('hints = [{ en = "Think.", fr = "Pensez." }]', "hints = []", "task 9.2 has no hint"),
        ("points = 2", "points = 0", "task 9.1 has no points"),
        ("points = 2", "points = -1", "task 9.1 has no points"),
        ('file = "counter.py"', 'file = "other.py"', "other.py, which is not in edits"),
        ('program = "counter.c"', 'program = "other.c"', "other.c is not in edits"),
        ('script = "counter.py"', 'script = "other.py"', "other.py is not in edits"),
        ('en = "Count", fr = "Compter"', 'en = "Count"', "title lacks a language"),
        ('en = "One", fr = "Un"', 'en = "One", fr = ""', "title lacks a language"),
        ('en = "One", fr = "Un"', 'en = "One", fr = 1', "title lacks a language"),
        ('en = "Think.", fr = "Pensez."', 'en = "Think.", fr = " "', "hints lacks a language"),
        ('id = "9.2"', 'id = "8.2"', "8.2 is not an id for a task of lab9. Write the lab's number"),
        ('id = "9.2"', 'id = "9.2x"', "9.2x is not an id for a task of lab9"),
        ('id = "9.2"', 'id = "2"', "2 is not an id for a task of lab9"),
        ("[lab]", '[lab]\ncall = "rmdri"', "call is 'rmdri'. Write it as one of mkdir, rmdir"),
        ("[lab]", '[lab]\ncall = "packet"', "sys_enter_mkdir does not see the call packet"),
        ("tracepoint:syscalls:sys_enter_mkdir", "xdp:lo", "xdp:lo does not see the call mkdir"),
        ('["trace_lines"]', '["kprobe"]', "[lab]: 'kprobe' is not a known value of needs"),
        (
            '["trace_lines"]',
            '["tracepoint:syscalls"]',
            "[lab]: 'tracepoint:syscalls' is not",
        ),
        ('kernel = ["smp"]', 'kernel = ["spm"]', "task 9.2: 'spm' is not a known value of kernel"),
        (
            '"counter.c", "counter.py"]',
            '"counter.c", "counter.py", "counter.c"]',
            "counter.c twice",
        ),
        ('program = "counter.c"', 'program = "counter.py"', "program is counter.py. Name a file"),
        ('"counter.c", "counter.py"]', '"counter.c", "lab.toml"]', "edits has the name 'lab.toml'"),
        ('script = "counter.py"', 'script = "counter.c"', "script is counter.c. Name a file"),
        ('en = "Think.", fr = "Pensez."', 'en = "Think.", de = "x"', "hints lacks a language"),
    ],
)
def test_what_a_manifest_must_hold(tmp_path: Path, right: str, wrong: str, words: str) -> None:
    assert right in GOOD
    assert words in complaint(tmp_path, GOOD.replace(right, wrong, 1))


@pytest.mark.parametrize(
    "name", ["../x.c", "/tmp/x.c", "a/x.c", ".x.c", "x", "x.sh", "a b.c", "x.c\\n", "-x.c", "é.c"]
)
def test_a_submission_has_plain_file_names_only(tmp_path: Path, name: str) -> None:
    said = complaint(tmp_path, GOOD.replace('edits = ["counter.c"', f'edits = ["{name}"', 1))
    assert "edits" in said
    extra = GOOD.replace('edits = ["counter.c"', f'edits = ["{name}", "counter.c"', 1)
    (tmp_path / "lab9" / "lab.toml").write_text(extra)
    with pytest.raises(CourseError, match="edits has the name"):
        load_lab(tmp_path / "lab9")


@pytest.mark.parametrize(
    "attach",
    [
        "",
        "kprobe:",
        "uprobe:mkdir",
        "uprobe:ssl:SSL_read",
        "lsm:path:mkdir",
        "nonsense:mkdir",
        "syscalls:sys_enter_mkdir",
        "tracepoint:syscalls",
        "tracepoint:syscalls:",
        "tracepoint:syscalls:sys_enter_mkdir:x",
        "tracepoint:../..:id",
        "tracepoint:syscalls:sys_enter_mkdir ",
    ],
)
def test_attach_names_a_hook_and_a_place(tmp_path: Path, attach: str) -> None:
    good = "tracepoint:syscalls:sys_enter_mkdir"
    assert "attach is" in complaint(tmp_path, GOOD.replace(good, attach, 1))


@pytest.mark.parametrize(
    "text, words",
    [
        (GOOD.split("[[task]]")[0], "no [[task]]"),
        ("", "title"),
        ("[lab\n", "cannot be read"),
        (b"[lab]\ntitle = '\xff'\n", "cannot be read"),
        ("lab = 3\n", "lab"),
        (GOOD.split("[[task]]")[0] + '[task]\nid = "9.1"\n', "task"),
        ("task = [1]\n" + GOOD.split("[[task]]")[0], "task"),
    ],
    ids=["no tasks", "empty", "not TOML", "not UTF-8", "lab is 3", "one task", "task is 1"],
)
def test_a_manifest_of_another_shape_is_refused(
    tmp_path: Path, text: str | bytes, words: str
) -> None:
    assert words in complaint(tmp_path, text)


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="cannot be read"):
        load_lab(tmp_path)


PRIVATE = """
[[task]]
id = "9.3"
points = 4
file = "counter.c"
needs = ["9.1"]
title = { en = "Three", fr = "Trois" }
"""


def with_private(tmp_path: Path, text: str, *, name: str = "lab9", reveal: bool = True) -> Lab:
    """Return the lab of GOOD, joined by the private tasks of `text`."""
    labs = Labs({"lab9": load_lab(write(tmp_path, GOOD))}, {})
    folder = tmp_path / "private" / name
    folder.mkdir(parents=True)
    (folder / "lab.toml").write_text(text)
    joined = add_private(labs, folder.parent, reveal=reveal)
    joined.refuse_broken(["lab9"])
    return joined["lab9"]


@pytest.mark.parametrize("reveal", [True, False])
def test_private_tasks_join_the_labs_own(tmp_path: Path, reveal: bool) -> None:
    lab = with_private(tmp_path, PRIVATE, reveal=reveal)
    assert [task.id for task in lab.tasks] == ["9.1", "9.2", "9.3"]
    assert [task.private for task in lab.tasks] == [False, False, True]
    assert [lab.hides(task) for task in lab.tasks] == [False, False, not reveal]
    assert lab.max_score == 9
    assert lab.private == tmp_path / "private" / "lab9"
    assert lab.folder == tmp_path / "lab9"


def test_a_lab_without_private_tasks_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "private" / "lab3").mkdir(parents=True)
    (tmp_path / "private" / "lab3" / "lab.toml").write_text(
        PRIVATE.replace("9.", "3.").replace("3.3", "3.8")
    )
    joined = add_private(LABS, tmp_path / "private", reveal=False)
    assert joined["lab3"].max_score == 14
    assert {name: lab for name, lab in joined.items() if name != "lab3"} == {
        name: lab for name, lab in LABS.items() if name != "lab3"
    }


BAD_PRIVATE = [
    (PRIVATE.replace('"9.3"', '"9.2"'), "lab9", "task 9.2 appears twice"),
    (PRIVATE.replace('"9.1"', '"9.4"'), "lab9", "needs 9.4, which is not an earlier task"),
    (PRIVATE.replace('"9.3"', '"8.3"'), "lab9", "8.3 is not an id for a task of lab9"),
    (PRIVATE + 'kernel = ["spm"]\n', "lab9", "'spm' is not a known value of kernel"),
    (PRIVATE.replace("= 4", "= 0"), "lab9", "has no points"),
    (PRIVATE.replace('"counter.c"', '"other.c"'), "lab9", "not in edits"),
    (PRIVATE + "[lab]\n", "lab9", "unknown keys: lab"),
    ("", "lab9", "no [[task]]"),
    ("[", "lab9", "cannot be read"),
    (PRIVATE, "lab8", "no lab lab8"),
]


@pytest.mark.parametrize("text, name, words", BAD_PRIVATE, ids=[words for *_, words in BAD_PRIVATE])
def test_what_is_wrong_with_private_tasks_is_told_to_who_may_see_them(
    tmp_path: Path, text: str, name: str, words: str
) -> None:
    with pytest.raises(CourseError) as caught:
        with_private(tmp_path, text, name=name)
    assert words in str(caught.value)
    with pytest.raises(CourseError) as caught:
        labs = Labs({"lab9": load_lab(tmp_path / "lab9")}, {})
        add_private(labs, tmp_path / "private", reveal=False).refuse_broken(["lab9"])
    assert str(caught.value) == (
        f"The private checks of {name} are not in order. Give --reveal to see what is wrong."
    )
    assert caught.value.__cause__ is None


def test_a_private_folder_without_labs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no LAB/lab\.toml"):
        add_private(LABS, tmp_path, reveal=False)


NAMED = GOOD.replace("sys_enter_mkdir", "sys_enter_{mkdir}").replace(
    "\n[[task]]",
    '\n[lab.names]\nmkdir = { x86_64 = "mkdir", aarch64 = "mkdirat" }\nrow = "uid"\n[[task]]',
    1,
)


@pytest.mark.parametrize(
    "machine, name", [("x86_64", "mkdir"), ("aarch64", "mkdirat"), ("riscv64", "mkdir")]
)
def test_a_lab_says_the_names_of_the_architecture(tmp_path: Path, machine: str, name: str) -> None:
    text = NAMED.replace('"Look."', '"{mkdir} = {}; {n} {row}"')
    lab = load_lab(write(tmp_path, text), machine=machine)
    assert lab.attach == f"tracepoint:syscalls:sys_enter_{name}"
    assert lab.tasks[0].hints[0].en == f"{name} = {{}}; {{n}} uid"
    assert lab.names == {"mkdir": name, "row": "uid"}


@pytest.mark.parametrize(
    "names", ["mkdir = 7", 'mkdir = { aarch64 = "mkdirat" }', "mkdir = { x86_64 = 7 }"]
)
def test_a_name_has_to_be_there_for_x86_64(tmp_path: Path, names: str) -> None:
    text = GOOD.replace("\n[[task]]", f"\n[lab.names]\n{names}\n[[task]]", 1)
    assert "names.mkdir must be a string, or a table with one for x86_64" in complaint(
        tmp_path, text
    )


def test_labs_are_about_a_call_that_arm64_has() -> None:
    for path in sorted((ROOT / "exercises").glob("*/lab.toml")):
        lab = load_lab(path.parent, machine="aarch64")
        assert not re.search(r"sys_enter_mkdir\b", lab.attach + " ".join(lab.needs)), lab.name
