"""How soon a script shows what has changed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from grader.base.errors import BehaviourError, InfraError
from grader.base.messages import Message, say
from grader.checks.counter import Counter
from grader.checks.script_output import numbers
from grader.evidence.calls import Window

_ENOUGH = 3
_TOTALS = 5
"""So often `changes` gives a table another count, far from the one before."""


@dataclass(frozen=True)
class Change:
    """A change of a counter that a script is to show; its table then held `wanted` or more.

    The grader had put `put` of them there, calls made the rest; `call` is the last of these. The
    line that shows the count must have the number `beside` too, if there is one: a CPU, or a user;
    and the `text`. The change was not `kept` if the table had lost it when it was read.
    """

    counter: Counter
    put: int
    wanted: int
    call: Window
    kept: bool = True
    beside: int | None = None
    text: str = ""

    @property
    def made(self) -> float:
        """When the change was made (s, of time.monotonic())."""
        return self.call.end / 1e9

    @property
    def what(self) -> Message:
        """What a line that shows the change has in it, and why that, for a person to read."""
        wanted: object = self.wanted
        if self.beside is not None:
            named = f"{self.beside}, {self.text}" if self.text else self.beside
            wanted = say("{cpu} and {total}", cpu=named, total=self.wanted)
        return say(
            "a line with {wanted}, within a second: the grader put {put} into the table, and the "
            "rest was counted since",
            wanted=wanted,
            put=self.put,
        )

    def shown_on(self, line: str) -> bool:
        """Tell whether a line of output shows the change, or what others have counted since."""
        found = numbers(line)
        if (self.beside is not None and self.beside not in found) or self.text not in line:
            return False
        return any(self.wanted <= number <= self.counter.value for number in found)


def changes(
    counter: Counter,
    act: Callable[..., Sequence[Window]],
    *arguments: object,
    adds: bool = True,
    beside: int | None = None,
    text: str = "",
) -> Iterator[Change]:
    """Put another count into the table of `counter`, and twice call `act`; again and again.

    What `act` does with `arguments` `adds` to the counter, or leaves it as it is; `beside` and
    `text` are those of each Change. Raises BehaviourError for values too short for a count.
    """
    size = counter.table.value_size
    if size < 2:
        raise BehaviourError(
            say("A value of the table is too short for a count."),
            say("Declare it as the handout says: values of 8 bytes."),
            expected=say("values of 2 bytes or more"),
            actual=say("1 byte"),
        )
    room = 2 ** min(30, 8 * size - 1)
    for put in random.SystemRandom().sample(range(room // 4, room // 2, 500), _TOTALS):
        counter.put(put)
        last = put
        for _ in range(2):
            count = counter.during(act, *arguments)
            # Of others' calls a counter that is not atomic may lose some.
            kept = count.start >= last and count.counted >= adds * min(
                count.made, len(count.windows)
            )
            last = count.end
            # Who prints trace lines has the count after the last of these, and not others' later.
            wanted = count.start + len(count.windows) if adds else count.end
            call = count.windows[-1]
            yield Change(counter, put, wanted, call, kept=kept, beside=beside, text=text)


class Pace:
    """Judge whether a script shows each change within `limit` seconds.

    `note` a change at a time; `in_time` and `late` say when enough of them were seen. One is in
    time when it was shown less than `limit` after the one before it: the script then looked twice
    within that. It is late when it was shown more than `limit` after it was made. In between, a
    script that looks too seldom may have looked just after the change.
    """

    def __init__(self, limit: float, looked: float | None = None) -> None:
        """Take the `limit` in s, and when the script is known to have `looked` before.

        `looked` is a time of time.monotonic(), in s; None where no look is known.
        """
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
        """Raise InfraError unless more changes were shown in time than late."""
        if self._in_time <= self._late:
            raise InfraError(
                say("This machine is too slow to tell how soon the script shows a new count."),
                say("Grade again when the machine is less busy."),
            )
