"""What is taken from a hand-in, and what is refused."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.base.errors import SubmissionError, UsageError
from grader.base.messages import NO_MESSAGE, say
from grader.submission.hand_in_files import (
    MAX_FILE_BYTES,
    Refusal,
    Submission,
    find_hand_in,
    read_submission,
)


def make_link(path: Path) -> None:
    (path.parent / "secret").write_text("int x;")
    path.symlink_to("secret")


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def make_device(path: Path) -> None:
    try:
        os.mknod(path, 0o20666, os.makedev(1, 5))  # /dev/zero
    except PermissionError:
        pytest.skip("making a device NEEDS ROOT")


def make_link_in_a_loop(path: Path) -> None:
    path.symlink_to(path.name)


def make_other_case(path: Path) -> None:
    (path.parent / path.name.upper()).write_text("int x;")


def make_other_form(path: Path) -> None:
    """Write files whose names look like a.c, in full-width letters and with what is invisible."""
    for name in ("\uff41.c", "a\u200b.c", "a.c ", "a.c\n", "./a.c/../a.c".replace("/", "\u2215")):
        (path.parent / name).write_text("int x;")


def make_large(path: Path) -> None:
    path.write_bytes(b"x" * (MAX_FILE_BYTES + 1))


def make_huge(path: Path) -> None:
    path.touch()
    os.truncate(path, 1 << 40)


REFUSED: list[tuple[Callable[[Path], object], str]] = [
    (lambda path: None, "is missing"),
    (make_link, "is a link"),
    (lambda path: path.symlink_to("nowhere"), "is a link"),
    (lambda path: path.symlink_to("/dev/zero"), "is a link"),
    (lambda path: path.symlink_to("/etc/shadow"), "is a link"),
    (make_link_in_a_loop, "is a link"),
    (make_device, "not a regular file"),
    (make_other_case, "is missing"),
    (make_other_form, "is missing"),
    (os.mkfifo, "not a regular file"),
    (Path.mkdir, "cannot be taken"),
    (make_socket, "cannot be taken"),
    (make_large, "larger than 256 KiB"),
    (make_huge, "larger than 256 KiB"),
]
KINDS = [
    "missing",
    "link",
    "dangling",
    "device-link",
    "shadow-link",
    "loop",
    "device",
    "other-case",
    "other-form",
    "fifo",
    "directory",
    "socket",
    "large",
    "huge",
]
refused = pytest.mark.parametrize("make, words", REFUSED, ids=KINDS)


@refused
def test_what_is_no_small_regular_file_is_refused(
    tmp_path: Path, make: Callable[[Path], object], words: str
) -> None:
    make(tmp_path / "a.c")
    (tmp_path / "a.py").write_text("print()")
    taken = read_submission(tmp_path, "lab9", ["a.c", "a.py"])
    assert taken.files == {"a.py": b"print()"}
    assert words in taken.refused["a.c"].why
    with pytest.raises(SubmissionError) as caught:
        taken.require("a.c")
    assert caught.value.what.startswith("a.c ") and words in caught.value.what
    assert caught.value.remedy
    assert caught.value.file == "a.c"


@refused
def test_a_refused_file_leaves_no_descriptor_open(
    tmp_path: Path, make: Callable[[Path], object], words: str
) -> None:
    make(tmp_path / "a.c")
    before = os.listdir("/proc/self/fd")
    for _ in range(3):
        read_submission(tmp_path, "lab9", ["a.c"])
    assert os.listdir("/proc/self/fd") == before


def lay(folder: Path, *places: str) -> None:
    for place in places:
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text("int x;")


NEAR = [
    (["Counter.c"], "which has Counter.c", "Rename Counter.c to counter.c."),
    (["counter.c.txt"], "which has counter.c.txt", "Rename counter.c.txt to counter.c."),
    (["counter (1).c"], "which has counter (1).c", "Rename counter (1).c to counter.c."),
    (["ada.zip"], "which has ada.zip", "Unpack ada.zip there: archives are not opened."),
    (["work/counter.c"], "one folder deeper: work/counter.c", "Move work/counter.c one folder up"),
    (["Lab9/counter.c", "x.zip"], "deeper: Lab9/counter.c", "Move Lab9/counter.c one folder up"),
    (["notes.txt", "main.c", "work/deep/counter.c"], "is missing from", "Put counter.c there."),
    (["counter.py"], "is missing from", "Put counter.c there."),
    (["x\x1b[2J.zip"], "which has x.zip", "Unpack x.zip there"),
]


@pytest.mark.parametrize("places, why, remedy", NEAR)
@pytest.mark.parametrize("own", [True, False], ids=["own", "flat"])
def test_a_near_miss_is_named(
    tmp_path: Path, own: bool, places: list[str], why: str, remedy: str
) -> None:
    root = tmp_path / "lab9" if own else tmp_path
    root.mkdir(exist_ok=True)
    lay(root, *places)
    refused = read_submission(tmp_path, "lab9", ["counter.c", "counter.py"]).refused["counter.c"]
    assert refused.why.endswith(why) if why[0] != "i" else refused.why == f"{why} {root}"
    assert refused.remedy.startswith(remedy)
    if "counter.py" not in places:
        with pytest.raises(UsageError) as caught:
            find_hand_in(tmp_path, "lab9", ["counter.c", "counter.py"])
        assert (refused.remedy == caught.value.remedy) == (remedy != "Put counter.c there.")


def test_a_shorter_name_is_a_near_miss(tmp_path: Path) -> None:
    lay(tmp_path, "hello.c", "counter.c")
    names = ["hello_world.c", "hello_world.py"]
    refused = read_submission(tmp_path, "lab9", names).refused
    assert refused["hello_world.c"].remedy == "Rename hello.c to hello_world.c."
    assert refused["hello_world.py"].remedy == "Put hello_world.py there."


def test_a_link_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "a.c").symlink_to("/etc/passwd")
    refused = read_submission(tmp_path, "lab9", ["a.c"]).refused["a.c"]
    assert (refused.why, refused.remedy) == ("is a link", "Put the file itself there.")


def test_a_link_in_place_of_the_labs_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "a.c").write_text("solved")
    handed_in = tmp_path / "handed_in"
    handed_in.mkdir()
    (handed_in / "lab9").symlink_to(tmp_path / "solutions")
    assert read_submission(handed_in, "lab9", ["a.c"]).files == {}


def test_a_file_of_exactly_the_limit_is_taken(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_bytes(b"x" * MAX_FILE_BYTES)
    assert len(read_submission(tmp_path, "lab9", ["a.c"]).require("a.c")) == MAX_FILE_BYTES


def test_bytes_are_taken_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_bytes(b"\xff\x00\r\n")
    assert read_submission(tmp_path, "lab9", ["a.c"]).require("a.c") == b"\xff\x00\r\n"


def test_nothing_but_the_names_asked_for_is_taken(tmp_path: Path) -> None:
    for name in ("a.c", "conftest.py", "bcc.py"):
        (tmp_path / name).write_text("x")
    assert set(read_submission(tmp_path, "lab9", ["a.c"]).files) == {"a.c"}


def test_the_labs_own_folder_wins_over_the_flat_one(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("flat")
    assert read_submission(tmp_path, "lab9", ["a.c"]).files["a.c"] == b"flat"
    (tmp_path / "lab9").mkdir()
    assert read_submission(tmp_path, "lab9", ["a.c"]).files == {}
    (tmp_path / "lab9" / "a.c").write_text("own")
    assert read_submission(tmp_path, "lab9", ["a.c"]).files["a.c"] == b"own"
    assert read_submission(tmp_path, "lab8", ["a.c"]).files["a.c"] == b"flat"


def test_a_hand_in_is_flat_or_has_the_labs_folder(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("flat")
    assert find_hand_in(tmp_path, "lab9", ["a.c", "a.py"]) == tmp_path
    (tmp_path / "lab9").mkdir()
    (tmp_path / "lab9" / "a.py").write_text("own")
    assert find_hand_in(tmp_path, "lab9", ["a.c", "a.py"]) == tmp_path / "lab9"


def test_a_hand_in_may_be_a_whole_copy_of_the_course(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").touch()
    lab = tmp_path / "exercises" / "lab9"
    lab.mkdir(parents=True)
    (lab / "counter.py").touch()
    assert find_hand_in(tmp_path, "lab9", ["counter.c", "counter.py"]) == lab


def test_exercises_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "lab9").mkdir(parents=True)
    (tmp_path / "elsewhere" / "lab9" / "counter.py").touch()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "exercises").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError):
        find_hand_in(tmp_path / "in", "lab9", ["counter.py"])


def test_what_is_of_pytest_is_no_near_miss(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").touch()
    (tmp_path / "test_counter.py").touch()
    with pytest.raises(UsageError) as raised:
        find_hand_in(tmp_path, "lab9", ["counter.py"])
    assert "Rename" not in str(raised.value.remedy)


@pytest.mark.parametrize("flat", [True, False])
def test_a_refused_file_makes_a_hand_in_all_the_same(tmp_path: Path, flat: bool) -> None:
    """Its student is told so by a verdict."""
    folder = tmp_path if flat else tmp_path / "lab9"
    folder.mkdir(exist_ok=True)
    (folder / "a.c").symlink_to("nowhere")
    assert find_hand_in(tmp_path, "lab9", ["a.c"]) == folder


def test_a_folder_of_neither_kind_is_no_hand_in(tmp_path: Path) -> None:
    (tmp_path / "other.c").write_text("x")
    (tmp_path / "lab8").mkdir()
    with pytest.raises(UsageError, match=r"is no hand-in for lab8: it has none of b\.c, b\.py"):
        find_hand_in(tmp_path, "lab8", ["b.c", "b.py"])
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "b.c").write_text("solved")
    (tmp_path / "lab9").symlink_to(elsewhere)
    with pytest.raises(UsageError, match="no hand-in for lab9"):
        find_hand_in(tmp_path, "lab9", ["b.c"])


def test_the_name_of_a_hand_in_cannot_speak_to_the_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "\x1b[2Jhidden"
    folder.mkdir()
    with pytest.raises(UsageError) as caught:
        find_hand_in(folder, "lab9", ["a.c"])
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    "text, line",
    [
        (b"x\n# TODO 3.1: do it\n", 2),
        (b"# TODO 3.10\n# TODO 3.1\n", 2),
        (b"# TODO 3.10 TODO 13.1 TODO 3x1 todo 3.1\n", 0),
        (b"TODO 3.1", 1),
        (b"/* TODO 3.1, TODO 3.2 */", 1),
        (b"\xff\xff\r\nTODO 3.1\r\n", 2),
        (b"", 0),
    ],
)
def test_the_line_of_a_todo_is_found(text: bytes, line: int) -> None:
    assert Submission({"a.c": text}, {}).line_of_todo("a.c", "3.1") == line


def test_a_file_that_is_not_there_has_no_todo() -> None:
    assert (
        Submission({}, {"a.c": Refusal(say("is missing"), NO_MESSAGE)}).line_of_todo("a.c", "3.1")
        == 0
    )
