"""Who waits for a lock, and for how long."""

from __future__ import annotations

import threading
from pathlib import Path

from grader.base.lock import locked_within
from tests.support.waiting import is_awaited, wait_until

PATIENCE = 60.0


def test_turns_come_one_after_the_other(tmp_path: Path) -> None:
    events: list[str] = []
    told = threading.Event()

    def second() -> None:
        with locked_within(tmp_path / "lock", PATIENCE):
            events.append("second")
        told.set()

    with locked_within(tmp_path / "lock", PATIENCE):
        threading.Thread(target=second).start()
        assert wait_until(lambda: is_awaited(tmp_path / "lock") or told.is_set())
        events.append("first")
    assert told.wait(PATIENCE)
    assert events == ["first", "second"]


def test_a_turn_that_does_not_come_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    with locked_within(tmp_path / "lock", PATIENCE), locked_within(tmp_path / "lock", 0.2):
        pass
