"""The student's script as a check sees it: what it prints of what the workload does."""

from __future__ import annotations

import re
import time
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace

from grader.base.errors import BehaviourError, CallbackError, PhaseTimeoutError
from grader.base.messages import Message, say
from grader.base.profile import span
from grader.checks.context import Context
from grader.checks.counter import Counted, Counter, measure_growth
from grader.checks.expectation import expect
from grader.checks.histograms import Drawn, counts_on
from grader.checks.once import Once
from grader.checks.pace import Change, Pace
from grader.checks.promptness import Event, require_prompt
from grader.checks.script_output import Relayed, ScriptOutput, numbers
from grader.checks.script_run import ScriptRun
from grader.checks.silence import remedy_for_silence
from grader.checks.told import Shows, Told
from grader.checks.trace_output import Trace
from grader.evidence.calls import Call, Made
from grader.evidence.matching import match, match_buckets, possible_buckets, told_again
from grader.evidence.workload import Window, random_count
from grader.submission.tracebacks import (
    ended_cleanly,
    find_error,
    last_error,
    traceback_line,
)

_MANY = 8, 12
"""So many decoys that others' calls hardly ever fall into all of one kind."""
_ATTEMPTS = 10
"""Of what other processes' calls may spoil."""
_MOST_RESTS = 20
"""So often a script rests, until nothing more was left in the trace; others may go on for ever."""


class ScriptUnderTest(ScriptRun):
    """A run of the student's script, and what a check asks of it."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.once = Once(self)
        """Looks at this run of the script once, for all the tasks that hang on what is seen."""
        self._looked: float | None = None
        """When it last showed a number, so that it had just looked, of time.monotonic()."""
        self.interrupted = False
        """Whether Ctrl-C was pressed: another check then wants another run."""

    def reacts(self, act: Callable[..., object], *arguments: object) -> None:
        """Call `act` again and again until the script prints something; then let it come to rest.

        A script may attach first and open its buffer afterwards: being attached is not being
        ready. Raises BehaviourError if it never prints.
        """
        seen = self._script.total
        limit = 8 * self._context.scale
        attempts = 0
        while self._script.total == seen:
            attempts += 1
            act(*arguments)
            pause = 0.2 * self._context.scale
            if not self._script.wait_for(lambda: self._script.total > seen, pause):
                if self._script.status is not None:
                    raise self._failure()
                if attempts * pause > limit:
                    raise BehaviourError(
                        say(
                            "{name} printed nothing, though its program was called.", name=self.name
                        ),
                        remedy_for_silence(self._context.submission.files[self.name]),
                        expected=say("a line for each event"),
                        actual=say("no output"),
                        log=self.output(),
                        file=self.name,
                    )
        lines = self.rest()
        if self._script.status is not None:
            raise self._ended()
        if not lines and self._script.unfinished.strip():
            raise self._unended(say("a line for each event"))

    def shows_a_number(self, act: Callable[..., object], *arguments: object) -> None:
        """Call `act` again and again until the script prints a number.

        Raises BehaviourError if it never does.
        """
        for _ in range(16):
            act(*arguments)
            if self.read_until(lambda line: bool(numbers(line)), 0.5):
                self._looked = time.monotonic()
                return
        self._expect_count(False, say("a line with a number, within a second"))

    def relayed(
        self, trace: Trace, act: Callable[..., Sequence[Window]], *arguments: object
    ) -> Relayed:
        """Let the workload `act` with `arguments`, and read what the script prints of that.

        It is returned beside the lines that the script's own programs left in the trace.
        """
        left = trace.during(act, *arguments)
        self.read_lines(len(left.records))
        lines = self.rest()
        for _ in range(_MOST_RESTS):
            later = trace.collect()
            if not later:
                break
            left = replace(left, records=(*left.records, *later))
            lines += self.rest()
        return Relayed(left, tuple(lines), self.output())

    def shown(self, act: Callable[..., list[Window]], *arguments: object) -> ScriptOutput:
        """Let the workload `act` with `arguments`, and see for which events a time is printed.

        A time is a number (ns) on a line. The script is held while the workload acts: on
        crowded CPUs it might else run within a call, and ask for the time itself. Where other
        processes make directories too, the script's buffer may overflow: where lines are missing,
        the best of several attempts counts.
        """
        best: ScriptOutput | None = None
        for _ in range(_ATTEMPTS):
            before = self._context.witness.left
            with self.held():
                windows = act(*arguments)
            left = dict(enumerate(windows))

            def done(line: str, left: dict[int, Window] = left) -> bool:
                for time_ in numbers(line):
                    for place in [i for i, window in left.items() if window.holds(time_)]:
                        del left[place]
                return not left

            self.read_until(done)
            start = min(window.start for window in windows)
            lines = [line for line in self.rest() if not self._came_late(numbers(line), start)]
            others = self._context.witness.entered - before - len(windows)
            told = tuple(tuple(numbers(line)) for line in lines)
            matching = match(windows, (time_ for line in told for time_ in line))
            attempt = ScriptOutput(matching, others, told_again(windows, told), tuple(lines), told)
            if best is None or attempt.events > best.events:
                best = attempt
            if not left or not others or len(lines) >= len(windows) + others:
                break
        assert best
        missing = best.matching.missing
        if missing:
            self._blame_callback()
        if missing == 1 or (best.others and not missing):
            self._require_prompt(
                lambda: self._context.workload.calls(1)[0],
                self._context.workload_pid,
                lambda line, window: any(map(window.holds, numbers(line))),
            )
        return best

    def drawn(
        self, act: Callable[..., list[Made]], *arguments: object, seconds: float = 5
    ) -> Drawn:
        """Let the workload `act` with `arguments`, and read the histograms that show its calls.

        Each call is waited for until a bucket that may be its has a count for it, for so many
        seconds at most. A script may show them in several histograms: what it shows is added up.
        """
        before = self._context.witness.left
        calls = act(*arguments)
        lines: list[str] = []

        def shown(line: str) -> bool:
            lines.append(line)
            return match_buckets(map(possible_buckets, calls), counts_on(lines))[0] == 0

        self.read_until(shown, seconds)
        lines = self.rest()
        return Drawn(tuple(calls), self._context.witness.entered - before, tuple(lines))

    def told(self, shows: Shows, *calls: Call) -> Told:
        """Let the `calls` be made one by one, some decoys before each, and read what is printed.

        `shows` tells whether a line shows a call. Raises BehaviourError for a script that prints an
        event only when the next one comes. Where other processes make such calls too, the script's
        buffer may overflow: where lines are missing, the best of several attempts counts, in
        which those are held up.
        """
        best: Told | None = None
        for attempt in range(_ATTEMPTS):
            with self._context.witness.brake() if attempt else nullcontext():
                told = self._told(shows, calls)
            if best is None or len(told.missing) < len(best.missing):
                best = told
            if not told.missing or not told.others:
                break
        assert best
        if best.missing:
            self._blame_callback()
        if len(best.missing) == 1 or (best.others and not best.missing):
            caller = self._context.workload.make(Call())[0].pid
            self._require_prompt(lambda: self._context.workload.make(Call())[0], caller, shows)
        return best

    def _told(self, shows: Shows, calls: Sequence[Call]) -> Told:
        """Make one attempt at what `told` does."""
        witness, workload = self._context.witness, self._context.workload
        before, made, decoys = witness.left, [], []
        self.rest()  # What others did before is no line of these calls.
        for call in calls:
            decoys += workload.decoys(1)
            made += workload.make(call)
        left = list(made)

        def done(line: str) -> bool:
            left[:] = [each for each in left if not shows(line, each)]
            return not left

        self.read_until(done)
        lines = self.rest()
        others = witness.entered - before - len(made)
        return Told.of(made, decoys, lines, shows, others, self.output())

    def _require_prompt(
        self,
        act: Callable[[], Event],
        caller: int,
        shows: Callable[[str, Event], bool],
    ) -> None:
        """Raise BehaviourError for a script that prints an event only when another one comes."""
        self.rest()
        require_prompt(self._script, self._context, act, caller, shows)
        self.rest()

    def strays(self) -> list[str]:
        """Let the workload do other things than the lab's call, and tell which are shown.

        With the line of an event that must be shown those before it have come. Other processes'
        events, which are held up meanwhile, may fall into the same times: then it is no chance
        where half of all things of one kind are.
        """
        witness, workload = self._context.witness, self._context.workload
        before = witness.left
        with witness.brake():
            windows = workload.decoys(random_count(*_MANY))
            others = witness.entered - before
            end = workload.calls(1)[-1]
            self.read_until(lambda line: any(map(end.holds, numbers(line))))
            told = [time_ for line in self.rest() for time_ in numbers(line)]
        shown = [window for window in windows if any(map(window.holds, told))]
        all_, seen = (Tally(window.call for window in each) for each in (windows, shown))
        return [call for call in seen if len(shown) > others or 2 * seen[call] >= all_[call]]

    def counter(self, name: str, key: int = 0, kind: str = "hash") -> Counter:
        """Find the script's own table `name` of `kind`, whose `key` counts.

        Raises BehaviourError without one.
        """
        table = self.map(name, kind)
        return Counter(table, self._context.witness, key=key, scale=self._context.scale)

    def counted(
        self, name: str, kind: str, act: Callable[..., object], *arguments: object
    ) -> Counted:
        """Call `act` with `arguments`, and return by how much the script's table `name` grew."""
        return measure_growth(self.map(name, kind), self._context.witness, act, *arguments)

    def numbers_shown(self) -> set[int]:
        """Find all numbers that the script printed since it last came to rest, and prints soon.

        One that counts up by itself, to meet the counts of `follows` in time, prints more often
        than every 25 ms: some sixty within a second and a half.
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
        for change in changes:
            # What only waits is no slower on a slow machine.
            left = max(0.0, change.made + within - time.monotonic())
            prompt = self.read_until(change.shown_on, left / self._context.scale)
            seen = change.kept and (prompt or self.read_until(change.shown_on, 4))
            self._expect_kept(seen, change)
            self._expect_count(seen, change.what)
            now = time.monotonic()
            pace.note(now, prompt=prompt)
            if pace.in_time:
                break
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

    def _expect_kept(self, seen: bool, change: Change) -> None:
        """Raise BehaviourError if a count that was not `seen` has gone from the table."""
        left = change.counter.value
        expect(
            seen or (change.kept and left >= change.wanted),
            say("The table did not keep the count that was in it."),
            say("Let the script read the table only: it must neither clear it nor write to it."),
            expected=say("{put} or more in the table", put=change.put),
            actual=say("{count} in the table", count=left),
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

    @span("waits for the script to end")
    def interrupt(self) -> None:
        """Press Ctrl-C, and expect the script to end.

        Raises PhaseTimeoutError or BehaviourError when that does not end it cleanly.
        """
        self._context.phase = "wait"
        self._look()
        if self._script.status is not None:
            raise self._failure()
        limit = 15 * self._context.scale
        if self._script.ignores_interrupt():
            raise PhaseTimeoutError(
                "wait",
                limit,
                say("{name} ignores Ctrl-C: it has SIGINT switched off.", name=self.name),
                say("Leave SIGINT as it is, and catch KeyboardInterrupt around the loop."),
                log=self.output(),
            )
        self.interrupted = True
        with self._context.witness.brake():
            ended = self._script.interrupt(limit, pause=0.5 * self._context.scale)
        if not ended:
            raise PhaseTimeoutError(
                "wait",
                limit,
                say("{name} still runs {limit:g} s after Ctrl-C.", name=self.name, limit=limit),
                say("Let KeyboardInterrupt end the loop: catch it around the loop, not inside."),
                log=self.output(),
            )
        if not ended_cleanly(self._script):
            raise self._unclean()

    def _unclean(self) -> BehaviourError:
        """Make the error for a script that Ctrl-C did not end as it should."""
        last = last_error(self.output())
        status = say("status {status}.", status=self._script.status)
        how = say("an error: {last}", last=last) if last else status
        seen = say("exit status {status}", status=self._script.status)
        return BehaviourError(
            say(
                "{name} does not end cleanly on Ctrl-C, but with {how}",
                name=self.name,
                how=how,
            ),
            say("Catch KeyboardInterrupt around the loop, and let the script end there by itself."),
            expected=say("no traceback, and exit status 0 or 130"),
            actual=say("a traceback: {last}", last=last) if last else seen,
            log=self.output(),
            file=self.name,
            line=traceback_line(self.output(), self.name),
        )

    def _came_late(self, times: Sequence[int], start: int) -> bool:
        """Tell whether a line with `times` is of an event before `start`, after the script began.

        On a busy machine such a line comes after a `rest`.
        """
        return bool(times) and max(times) < start and max(times) >= self._began

    def _blame_callback(self) -> None:
        """Raise CallbackError for an exception in a callback, which ctypes prints and forgets."""
        output = self.output()
        raised = find_error(output, self.name)
        if raised and raised.callback:
            raise CallbackError(
                say("{name} fails in its callback: {last}", name=self.name, last=raised.message),
                say("Python prints such an error, and goes on. The log shows where it is."),
                log=output,
                file=self.name,
                line=traceback_line(output, self.name),
            )
