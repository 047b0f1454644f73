"""How soon a script shows what has changed."""

from __future__ import annotations

from grader.base.errors import InfraError
from grader.base.messages import say

_ENOUGH = 3


class Pace:
    """Judge whether a script shows each change within `limit` seconds.

    `note` a change at a time; `in_time` and `late` say when enough of them were seen. One is in
    time when it was shown less than `limit` after the one before it: the script then looked twice
    within that. It is late when it was shown more than `limit` after it was made. In between, a
    script that looks too seldom may have looked just after the change.
    """

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._in_time = self._late = 0
        self._before: float | None = None

    def note(self, shown: float, *, prompt: bool) -> None:
        """A change was shown at the time `shown` (s, of time.monotonic()), within the limit or not.

        The first one says nothing: how long the script took to begin is not asked for.
        """
        if self._before is not None:
            self._in_time += shown - self._before < self._limit
            self._late += not prompt
        self._before = shown

    @property
    def in_time(self) -> bool:
        return self._in_time >= _ENOUGH

    @property
    def late(self) -> bool:
        return self._late >= _ENOUGH

    def require(self) -> None:
        """Raise InfraError where what was seen says neither."""
        if self._in_time <= self._late:
            raise InfraError(
                say("This machine is too slow to tell how soon the script shows a new count."),
                say("Grade again when the machine is less busy."),
            )
