"""The student's script as a check sees it: what it prints of what the workload does."""

from __future__ import annotations

import secrets
from collections import Counter as Tally
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace

from grader.base.errors import BehaviourError, CallbackError, PhaseTimeoutError
from grader.base.messages import say
from grader.base.profile import span
from grader.checks.context import Context
from grader.checks.counting_script import CountingScript
from grader.checks.histograms import Drawn, counts_on
from grader.checks.once import Once
from grader.checks.promptness import Event, lines_when_alone
from grader.checks.script_output import Relayed, ScriptOutput, numbers
from grader.checks.silence import remedy_for_silence
from grader.checks.told import Shows, Told
from grader.checks.trace_output import Trace
from grader.evidence.calls import Call, Made, Window
from grader.evidence.matching import match, match_buckets, possible_buckets, told_again
from grader.evidence.workload import random_count
from grader.submission.tracebacks import (
    ended_cleanly,
    find_error,
    last_error,
    traceback_line,
)

_MANY = 8, 12
"""So many decoys that others' calls hardly ever fall into all of one kind."""
_DECOYS = 5
"""So many of each kind before a call: others' calls between two looks hardly make up for them."""
_ATTEMPTS = 10
"""Of what other processes' calls may spoil."""
_MOST_RESTS = 20
"""So often a script rests, until nothing more was left in the trace; others may go on for ever."""


class ScriptUnderTest(CountingScript):
    """A run of the student's script, and what a check asks of it."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.once = Once(self)
        """Looks at this run of the script once, for all the tasks that hang on what is seen."""
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
        self._script.wait_for(lambda: not self._script.behind, 2 * self._context.scale)
        return Relayed(left, tuple(lines), self._script.given, self._script.behind, self.output())

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
            alone = self._lines_when_alone(
                lambda: self._context.workload.calls(1)[0],
                self._context.workload_pid,
                lambda line, window: any(map(window.holds, numbers(line))),
            )
            # Beside others, a script that shows other calls too shows some of these meanwhile.
            best = replace(best, more=alone > 1 and not self.strays())
        return best

    def drawn(
        self, act: Callable[..., list[Made]], *arguments: object, seconds: float = 5
    ) -> Drawn:
        """Let the workload `act` with `arguments`, and read the histograms that show its calls.

        Each call is waited for until a bucket that may be its has a count for it, for so many
        seconds at most. A script may show them in several histograms: what it shows is added up.
        """
        self.rest()  # What is shown of earlier calls is no count of these.
        before = self._context.witness.left
        calls = act(*arguments)
        lines: list[str] = []

        def shown(line: str) -> bool:
            lines.append(line)
            return match_buckets(map(possible_buckets, calls), counts_on(lines))[0] == 0

        self.read_until(shown, seconds)
        lines = self.rest()
        return Drawn(tuple(calls), self._context.witness.entered - before, tuple(lines))

    def told(self, shows: Shows, *calls: Call, hidden: Sequence[Call] = ()) -> Told:
        """Let the `calls` be made one by one, some decoys before each, and read what is printed.

        `shows` tells whether a line shows a call. Raises BehaviourError for a script that prints an
        event only when the next one comes. Where other processes make such calls too, the script's
        buffer may overflow, and lines may be theirs: where some are missing, or too many, the best
        of several attempts counts, in which those are held up. The calls `hidden`, which come
        first, must not be shown: the script has a filter then, and the first of `calls` passes.
        """
        best: Told | None = None
        for attempt in range(_ATTEMPTS):
            with self._context.witness.brake() if attempt else nullcontext():
                told = self._told(shows, calls, hidden)
            if best is None or told.faults < best.faults:
                best = told
            if not told.others or not (told.missing or told.beyond):
                break
        assert best
        if best.missing:
            self._blame_callback()
        if len(best.missing) == 1 or (best.others and not best.missing):
            caller = self._another(calls, hidden).pid
            alone = self._lines_when_alone(lambda: self._another(calls, hidden), caller, shows)
            best = replace(best, more=alone > 1)
        return best

    def _another(self, calls: Sequence[Call], hidden: Sequence[Call]) -> Made:
        """Make one more call that is to be shown: like no other, or as the filter lets pass."""
        again = calls[0] if hidden else Call(comm=secrets.token_hex(7).encode())
        return self._context.workload.make(again)[0]

    def _told(self, shows: Shows, calls: Sequence[Call], hidden: Sequence[Call]) -> Told:
        """Make one attempt at what `told` does."""
        witness, workload = self._context.witness, self._context.workload
        workload.mkdir(_DECOYS * len(calls))  # For rmdir, one of the decoys.
        before, made, decoys = witness.left, [], []
        self.rest()  # What was done before is no line of these calls.
        left_out = workload.make(*hidden) if hidden else []
        for call in calls:
            decoys += workload.decoys(_DECOYS)
            made += workload.make(call)
        left = list(made)

        def done(line: str) -> bool:
            left[:] = [each for each in left if not shows(line, each)]
            return not left

        self.read_until(done)
        lines = self.rest()
        others = witness.entered - before - len(made) - len(left_out)
        return Told.of(made, decoys, lines, shows, others, self.output(), left_out)

    def _lines_when_alone(
        self,
        act: Callable[[], Event],
        caller: int,
        shows: Callable[[str, Event], bool],
    ) -> int:
        """Return how many lines the script prints of a call of `caller`'s that is alone.

        Raises BehaviourError for a script that prints an event only when another one comes.
        """
        self.rest()
        with self.answers_for_its_calls():
            lines = lines_when_alone(self._script, self._context, act, caller, shows)
        self.rest()
        return lines

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
