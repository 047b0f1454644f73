"""What counts as a save. The gradings that follow are in tests/kernel/test_desk.py."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.student.watch import saves, settled

NAMES = ("counter.c", "counter.py")
TICK: list[str] = []


@pytest.fixture(params=[False, True], ids=["inotify", "poll"])
def watched(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Iterator[bool]]:
    for name in NAMES:
        (tmp_path / name).write_text("before")
    found = saves(tmp_path, NAMES, poll=request.param)
    assert next(found)
    yield filter(bool, found)


def by_rename(path: Path) -> None:
    """Save as vim does with backupcopy=no."""
    path.rename(f"{path}~")
    path.write_text("after")
    Path(f"{path}~").unlink()


def by_replacing(path: Path) -> None:
    """Save in one step, by replacing the file, as many editors do."""
    fresh = path.with_name(".counter.swp")
    fresh.write_text("after")
    os.replace(fresh, path)


def in_place(path: Path) -> None:
    path.write_text("after")


def anew(path: Path) -> None:
    path.unlink()
    path.write_text("after")


@pytest.mark.parametrize("save", [in_place, by_rename, by_replacing, anew])
@pytest.mark.parametrize("name", NAMES)
def test_every_way_of_saving_is_seen(
    tmp_path: Path, watched: Iterator[bool], save: Callable[[Path], object], name: str
) -> None:
    save(tmp_path / name)
    next(watched)  # Else it would wait for ever.
    assert (tmp_path / name).read_text() == "after"


def test_saves_one_after_the_other_are_all_seen(tmp_path: Path, watched: Iterator[bool]) -> None:
    for number in range(5):
        (tmp_path / "counter.c").write_text(f"version {number}")  # Within a second.
        next(watched)


def test_a_file_that_is_gone_is_a_change_in_the_end(
    tmp_path: Path, watched: Iterator[bool]
) -> None:
    (tmp_path / "counter.c").unlink()
    next(watched)


def test_a_file_that_is_missing_is_waited_for_and_counts_once() -> None:
    there = iter([False, False, True, True])
    ticks = [["gone"], TICK, ["back"], TICK, TICK]
    assert list(settled(ticks, lambda: next(there), 60)) == [False, False, True, False, False]
    assert list(settled([TICK, TICK], lambda: True, 60)) == [False, False]
    assert list(settled([["one"], ["two"]], lambda: True, 60)) == [True, True]
    assert list(settled([["gone"], TICK], lambda: False, 60)) == [False, False]
    assert list(settled([["gone"], TICK], lambda: False, -1)) == [True, False]
