"""What is waited for until a deadline: lines, and folders that are in use."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.base.waiting import Lines, remove_folder


@pytest.fixture
def pipe() -> Iterator[tuple[Lines, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Lines(ours.fileno()), theirs


def soon() -> float:
    return time.monotonic() + 60


def test_lines_come_one_at_a_time_however_they_were_sent(pipe: tuple[Lines, socket.socket]) -> None:
    lines, theirs = pipe
    theirs.sendall(b"one\n\ntw")
    assert [lines.next(soon()), lines.next(soon())] == [b"one", b""]
    with pytest.raises(TimeoutError):
        lines.next(time.monotonic())
    theirs.sendall(b"o\n")
    assert lines.next(soon()) == b"two"


def test_a_line_without_an_end_is_none(pipe: tuple[Lines, socket.socket]) -> None:
    lines, theirs = pipe
    theirs.sendall(b"one\nhalf")
    theirs.shutdown(socket.SHUT_WR)
    assert lines.next(soon()) == b"one"
    with pytest.raises(EOFError):
        lines.next(soon())


def test_who_ends_with_unread_words_ends_too(pipe: tuple[Lines, socket.socket]) -> None:
    lines, theirs = pipe
    os.write(lines._descriptor, b"unread")
    theirs.close()  # The next read fails with ECONNRESET.
    with pytest.raises(EOFError):
        lines.next(soon())


def test_a_folder_that_is_gone_is_removed(tmp_path: Path) -> None:
    (tmp_path / "full" / "x").mkdir(parents=True)
    assert remove_folder(tmp_path / "none")
    assert remove_folder(tmp_path / "full" / "x")
    assert not (tmp_path / "full" / "x").exists()


def test_a_folder_is_removed_once_it_may_be(tmp_path: Path) -> None:
    inside = [tmp_path / "full" / name for name in "abc"]
    for path in inside:
        path.mkdir(parents=True)

    def remove_one() -> None:
        if inside:
            inside.pop().rmdir()

    assert remove_folder(tmp_path / "full", 60, first=remove_one)


def test_a_folder_that_stays_busy_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "full" / "x").mkdir(parents=True)
    assert not remove_folder(tmp_path / "full", seconds=0)
