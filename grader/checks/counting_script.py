"""A run of a script that shows what a table counts."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable

from grader.base.errors import BehaviourError
from grader.base.messages import Message, say
from grader.checks.context import Context
from grader.checks.counter import Counted, Counter, measure_growth
from grader.checks.expectation import expect
from grader.checks.pace import Change, Pace
from grader.checks.script_output import numbers
from grader.checks.script_run import ScriptRun

_TIMES = 3
"""So often `counted` looks how a table grows."""


class CountingScript(ScriptRun):
    """A run of the script, and what a check asks of the counts that it shows."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._looked: float | None = None
        """When it last showed a number, so that it had just looked, of time.monotonic()."""

    def shows_a_number(self, act: Callable[..., object], *arguments: object) -> None:
        """Call `act` again and again until the script prints a number.

        What it printed before says nothing. Raises BehaviourError if it never does.
        """
        self._script.forget_lines()
        for _ in range(16):
            act(*arguments)
            if self.read_until(lambda line: bool(numbers(line)), 0.5):
                self._looked = time.monotonic()
                return
        self._expect_count(False, say("a line with a number, within a second"))

    def counter(self, name: str, key: int = 0, kind: str = "hash") -> Counter:
        """Find the script's own table `name` of `kind`, whose `key` counts.

        Raises BehaviourError without one.
        """
        table = self.map(name, kind)
        return Counter(table, self._context.witness, key=key, scale=self._context.scale)

    def counted(
        self, name: str, kind: str, act: Callable[..., object], *arguments: object
    ) -> Counted:
        """Call `act` with `arguments` a few times, and return by how much the table `name` grew.

        Of the times the one in which it grew most beyond the calls made: it never does of a right
        program, and of a wrong one not where its script clears the table meanwhile, or others'
        calls were under way.
        """
        table, witness = self.map(name, kind), self._context.witness
        times = (measure_growth(table, witness, act, *arguments) for _ in range(_TIMES))
        return max(times, key=lambda got: got.total - got.made)

    def numbers_shown(self) -> set[int]:
        """Collect what numbers the script printed since it last rested, and prints soon.

        A script that does not read the table, but counts up and hopes to meet what `follows` asks
        for, prints one every 25 ms or more often: some sixty in 1.5 s.
        """
        found: set[int] = set()

        def note(line: str) -> bool:
            found.update(numbers(line))
            return False

        self.read_until(note, 0 if self._rests() else 0.06)
        return found

    def follows(self, changes: Iterable[Change], within: float) -> None:
        """Expect each of the `changes` of a table to be shown, within so many seconds.

        They are made as they are asked for, until enough were shown in time, or too late. Raises
        BehaviourError; InfraError where the machine is too slow to tell.
        """
        pace = Pace(within, self._looked)
        latest: dict[tuple[int, int], Change] = {}
        settled = False
        for change in changes:
            # What only waits is no slower on a slow machine.
            left = max(0.0, change.made + within - time.monotonic())
            prompt = self.read_until(change.shown_on, left / self._context.scale)
            seen = change.kept and (prompt or self.read_until(change.shown_on, 4))
            held = change.kept and change.counter.value >= change.wanted
            self._expect_kept(seen or held, change)
            self._expect_count(seen, change.what)
            latest[change.counter.entry] = change
            now = time.monotonic()
            pace.note(now, prompt=prompt)
            # Of several entries one was just shown: the script may clear that next.
            if settled or (pace.in_time and len(latest) == 1):
                break
            settled = pace.in_time
            expect(
                not pace.late,
                say("The script shows a new count too late."),
                say(
                    "Read the table again at least once a second: wait for less between two looks."
                ),
                expected=say("within {seconds:g} s", seconds=within),
                actual=say("after {seconds:.1f} s", seconds=now - change.made),
                log=self.output(),
            )
        # It may have cleared what it had shown.
        for change in latest.values():
            self._expect_kept(change.counter.value >= change.put, change)
        pace.require()

    def require_none_beyond(self, counter: Counter) -> None:
        """Raise BehaviourError if it has shown counts just above what the table of `counter` held.

        One that counts by itself, to meet each change in time, has.
        """
        shown, last = self.numbers_shown(), counter.value
        beyond = sorted(shown & set(range(last + 1, last + 100)))
        expect(
            not beyond,
            say("The script showed counts that its table never held."),
            say("Print what the table holds, and nothing while that stays as it is."),
            expected=say("no count beyond {last}", last=last),
            actual=beyond[:3],
            log=self.output(),
        )

    def _expect_kept(self, kept: bool, change: Change) -> None:
        """Raise BehaviourError unless the table has `kept` the count that was put into it."""
        expect(
            kept,
            say("The table did not keep the count that was in it."),
            say("Let the script read the table only: it must neither clear it nor write to it."),
            expected=say("{put} or more in the table", put=change.put),
            actual=say("{count} in the table", count=change.counter.value),
            log=self.output(),
        )

    def _expect_count(self, seen: bool, expected: Message) -> None:
        """Raise BehaviourError unless a count was `seen`, which was `expected`."""
        if not seen and re.search(r"\d", self.unfinished):
            raise self._unended(say("a line for each new count"))
        lines = self.output().strip().splitlines()
        expect(
            seen,
            say("The script did not show the count that its table held."),
            say("Read the table again at least once a second, and print the count when it is new."),
            expected=expected,
            actual=lines[-1] if lines else say("no output"),
            log=self.output(),
        )

    def _unended(self, expected: str) -> BehaviourError:
        """Make the error for a script that prints, and ends no line."""
        return BehaviourError(
            say("{name} prints, and does not end the line.", name=self.name),
            say('Let print() end it: without end="", or with a \\n.'),
            expected=expected,
            actual=say("one line without an end"),
            log=self.output(),
            file=self.name,
        )
