"""How soon a script shows what has changed."""

from __future__ import annotations

from dataclasses import dataclass

from grader.base.errors import InfraError
from grader.base.messages import Message, say
from grader.checks.counter import Counter
from grader.checks.script_output import numbers
from grader.evidence.workload import Window

_ENOUGH = 3


@dataclass(frozen=True)
class Change:
    """A change of a counter, whose table then held `wanted` or more, which a script is to show.

    Of these the grader had `put` some there itself; `call` is the last one that added to it. The
    line that shows the count must have the number `beside` too, if there is one: a CPU. The change
    was not `kept` if the table had lost it when it was read.
    """

    counter: Counter
    put: int
    wanted: int
    call: Window
    kept: bool = True
    beside: int | None = None

    @property
    def made(self) -> float:
        """When the change was made (s, of time.monotonic())."""
        return self.call.end / 1e9

    @property
    def what(self) -> Message:
        """What a line that shows the change has in it, and why that, for a person to read."""
        wanted: object = self.wanted
        if self.beside is not None:
            wanted = say("{cpu} and {total}", cpu=self.beside, total=self.wanted)
        return say(
            "a line with {wanted}, within a second: the grader put {put} into the table, and the "
            "rest was counted since",
            wanted=wanted,
            put=self.put,
        )

    def shown_on(self, line: str) -> bool:
        """Tell whether a line of output shows the change, or what others have counted since."""
        found = numbers(line)
        if self.beside is not None and self.beside not in found:
            return False
        return any(self.wanted <= number <= self.counter.value for number in found)


class Pace:
    """Judge whether a script shows each change within `limit` seconds.

    `note` a change at a time; `in_time` and `late` say when enough of them were seen. One is in
    time when it was shown less than `limit` after the one before it: the script then looked twice
    within that. It is late when it was shown more than `limit` after it was made. In between, a
    script that looks too seldom may have looked just after the change.
    """

    def __init__(self, limit: float, looked: float | None = None) -> None:
        """`looked` is when the script is known to have looked before, of time.monotonic()."""
        self._limit = limit
        self._in_time = self._late = 0
        self._before = looked

    def note(self, shown: float, *, prompt: bool) -> None:
        """Note a change shown at `shown` (s, of time.monotonic()): `prompt` within the limit.

        Without a look before it the first one says nothing: how long the script took to begin is
        not asked for.
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
        """Raise InfraError where what was noted says neither."""
        if self._in_time <= self._late:
            raise InfraError(
                say("This machine is too slow to tell how soon the script shows a new count."),
                say("Grade again when the machine is less busy."),
            )
