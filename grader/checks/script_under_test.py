"""The student's script as a check sees it: its output, and what it has in the kernel."""

from __future__ import annotations

import time
from collections import Counter as Tally
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress

from grader.base.errors import BehaviourError, InfraError, PhaseTimeoutError, SubmissionError
from grader.base.messages import say
from grader.checks.context import Context
from grader.checks.counter import Counter
from grader.checks.once import Once
from grader.checks.program_under_test import refuse_acting
from grader.checks.script_output import ScriptOutput
from grader.evidence.attribution import OwnTracePipe
from grader.evidence.maps import Map
from grader.evidence.matching import match, told_again
from grader.evidence.trace import PRINTK, TraceInstance
from grader.evidence.workload import Window
from grader.submission.script import ended_cleanly
from grader.submission.tracebacks import last_error, traceback_line

_MOST_TRIALS = 200
"""Beside processes that make directories all the time on each CPU, about one in ten settles it."""
_PROMPT = 3
"""Trials that have to say so. Beside such processes one in some thousands takes a late script for a
prompt one: where another CPU's event falls into the same moment as the one that is waited for."""


class ScriptUnderTest:
    """The student's script as a check sees it: its output, and what it has in the kernel."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.name = context.lab.script
        context.submission.require(self.name)
        self._feed: TraceInstance | None = None
        self._map: Map | None = None
        self._looked_at: set[int] = set()
        self._end: Exception | None = None
        self.once = Once(self)
        """Looks at this run of the script once, for all the tasks that hang on what is seen."""
        self._began = 0
        self.interrupted = False
        """Whether Ctrl-C was pressed: another check then wants another run."""
        self._script = context.kernel.script(context.scale, context.place)
        self.attribution = context.attribution(self._script.pids)
        """Whose lines in the trace are its programs'."""
        self._script.feed(self._trace_pipe)

    @property
    def running(self) -> bool:
        """Whether the student's code has begun; until then only BCC is imported."""
        return self._began > 0

    def _trace_pipe(self) -> OwnTracePipe:
        """A trace_pipe with what its own programs print as the workload acts, and no older line."""
        kernel = self._context.kernel
        self._feed = TraceInstance(kernel.tracefs, kernel.new_name(), [])
        self._feed.follow(self._context.workload_pid, [PRINTK])
        return OwnTracePipe(self._feed, self.attribution)

    def wait_until_ready(self) -> None:
        """Return when its Python, which may just have been started, has BCC."""
        self._script.wait_until_ready(60 * self._context.scale)

    def begin(self) -> None:
        """Let it run, and return when it has a program attached.

        Raises what the student should read.
        """
        self.wait_until_ready()
        self._began = time.monotonic_ns()
        self._script.begin(self.name, self._context.submission.files)
        self._context.phase = "load"
        limit = 10 * self._context.scale
        idle = 3 * self._context.scale
        start = time.monotonic()
        loaded_since: float | None = None

        def settled() -> bool:
            nonlocal loaded_since
            now = time.monotonic()
            if loaded_since is None and self._context.bpftool.program_ids(self._script.pids()):
                loaded_since = now
            if loaded_since is None:
                # Beside others a compiler takes its time: it is waited for while it computes.
                waited = now - start > limit and not self._script.computes
            else:
                waited = now - loaded_since > idle
            return self._attached() or self._script.status is not None or waited

        self._script.wait_for(settled, 3 * limit, every=0.05 * self._context.scale)
        limit = round(time.monotonic() - start)
        if self._attached():
            self._look()
            return
        self._let_it_end()
        plain = self._context.plain
        if loaded_since is None and not plain and not self.output().strip():
            raise PhaseTimeoutError(
                "load",
                limit,
                say(
                    "{name} runs, and loaded no BPF program within {limit:g} s.",
                    name=self.name,
                    limit=limit,
                ),
                say("Load the program before the loop: b = BPF(src_file=...)"),
                log=self.output(),
            )
        raise BehaviourError(
            say("{name} runs, and has no BPF program attached.", name=self.name),
            say(
                "{function}() does not say where it goes. Attach it, and name both arguments: "
                'b.attach_tracepoint(tp="category:event", fn_name="{function}")',
                function=plain[0],
            )
            if plain
            else say(
                "Load {program} with BCC, and attach its function.",
                program=self._context.lab.program,
            ),
            expected=say("a BPF program of the script's own, attached"),
            actual=say("one that is loaded only") if loaded_since else say("no BPF program"),
            log=self.output(),
            file=self.name,
        )

    def places(self) -> dict[str, list[tuple[str, str]]]:
        """Where it has attached each of its programs, once it attaches no more."""
        self._script.wait_for(
            lambda: not self._script.computes, 3 * self._context.scale, every=0.01
        )
        return self._context.bpftool.places(self._script.pids(), self._context.kernel.tracefs)

    def reacts(self, act: Callable[[], object]) -> None:
        """Do `act` again and again until the script prints something; then let it come to rest.

        A script may attach first and open its buffer afterwards: being attached is not being
        ready. Raises BehaviourError if it never prints.
        """
        seen = self._script.total
        limit = 8 * self._context.scale
        attempts = 0
        while self._script.total == seen:
            attempts += 1
            act()
            pause = 0.2 * self._context.scale
            if not self._script.wait_for(lambda: self._script.total > seen, pause):
                if self._script.status is not None:
                    raise self._failure()
                if attempts * pause > limit:
                    raise BehaviourError(
                        say(
                            "{name} printed nothing, though its program was called.", name=self.name
                        ),
                        say("Print each event as it comes."),
                        expected=say("a line for each event"),
                        actual=say("no output"),
                        log=self.output(),
                        file=self.name,
                    )
        lines = self.rest()
        if self._script.status is not None:
            raise self._ended()
        if not lines and self._script.unfinished.strip():
            raise BehaviourError(
                say("{name} prints, and does not end the line.", name=self.name),
                say('Let print() end it: without end="", or with a \\n.'),
                expected=say("a line for each event"),
                actual=say("one line without an end"),
                log=self.output(),
                file=self.name,
            )

    def rest(self) -> list[str]:
        """Wait until the output pauses, but not for ever: other processes may cause more of it.

        Returns the lines since the last rest that are not blank.
        """
        deadline = time.monotonic() + 2 * self._context.scale
        seen = -1
        while seen != self._script.total and time.monotonic() < deadline:
            seen = self._script.total
            printed = self._printed_since(seen)
            pause = 0.25 * self._context.scale
            # What only waits is no slower on a slow machine.
            soon = min(0.25, pause)
            if not self._script.wait_for(printed, soon) and self._script.computes:
                self._script.wait_for(self._printed_or_idle(seen), max(1.0, pause) - soon)
        self._look()
        lines = list(self._script.lines)
        self._script.forget_lines()
        return lines

    def read_until(self, done: Callable[[str], bool], seconds: float = 5.0) -> bool:
        """Show `done` each new line, until it returns True. False if that did not come.

        What is drawn over with a carriage return is shown to it too. The lines are kept for `rest`.
        Raises what the student should read if the script ended.
        """
        position = 0

        def condition() -> bool:
            nonlocal position
            texts = self._script.texts
            while position < len(texts):
                position += 1
                if done(texts[position - 1]):
                    return True
            return bool(self._script.redrawn) and done(self._script.redrawn)

        return self._wait_for(condition, seconds)

    def _wait_for(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Whether `condition` came true. Raises what the student should read if it ended before."""
        self._context.phase = "wait"
        if self._script.wait_for(condition, seconds * self._context.scale):
            self._look()
            return True
        if self._script.status is not None:
            raise self._failure()
        return False

    def shown(
        self, act: Callable[[], list[Window]], times: Callable[[str], list[int]]
    ) -> ScriptOutput:
        """Let the workload `act`, and see for which of its events a time is printed.

        `times` finds the times (ns) on a line. The script is held while the workload acts: on
        crowded CPUs it might else run within a call, and ask for the time itself. Where other
        processes make directories too, the script's buffer may overflow: where lines are missing,
        the best of several attempts counts.
        """
        best: ScriptOutput | None = None
        for _ in range(10):
            before = self._context.witness.left
            with self._script.held(10 * self._context.scale):
                windows = act()
            left = dict(enumerate(windows))

            def done(line: str, left: dict[int, Window] = left) -> bool:
                for time_ in times(line):
                    for place in [i for i, window in left.items() if window.holds(time_)]:
                        del left[place]
                return not left

            self.read_until(done)
            start = min(window.start for window in windows)
            lines = [line for line in self.rest() if not self._came_late(times(line), start)]
            others = self._context.witness.entered - before - len(windows)
            told = [times(line) for line in lines]
            matching = match(windows, (time_ for line in told for time_ in line))
            again = told_again(windows, told)
            attempt = ScriptOutput(matching, others, again, tuple(lines), tuple(map(tuple, told)))
            if best is None or attempt.events > best.events:
                best = attempt
            if not left or not others or len(lines) >= len(windows) + others:
                break
        assert best
        missing = best.matching.missing
        if missing:
            self._blame_callback()
        if missing == 1 or (best.others and not missing):
            self._require_prompt(times)
        return best

    def _require_prompt(self, times: Callable[[str], list[int]]) -> None:
        """Raise BehaviourError for a script that prints an event when another one comes, and not
        before.

        Beside processes that make directories, the next event comes by itself: what settles it is
        one that was printed, or not, before any other came. Raises InfraError where there is none.
        """
        witness, since = self._context.witness, time.monotonic_ns()
        told: list[int] = []
        seen_prompt = 0
        self.rest()
        for _ in range(_MOST_TRIALS):
            with witness.brake(), self._script.preferred():
                (window,) = self._context.workload.calls(1)

                def prompt(window: Window = window) -> bool:
                    told.extend(time_ for line in self._script.lines for time_ in times(line))
                    self._script.forget_lines()
                    return witness.all_told(window, told[-_MOST_TRIALS:], since)

                def settled(window: Window = window) -> bool:
                    return prompt(window) or witness.comes_after(window)

                self._script.wait_for(settled, self._context.scale, every=0.001)
                overtaken = witness.comes_after(window)
                in_time = prompt()
            seen_prompt += in_time
            if seen_prompt == _PROMPT:
                self.rest()
                return
            if not in_time and not overtaken and not any(map(window.holds, told)):
                raise BehaviourError(
                    say("{name} prints an event only when the next one comes.", name=self.name),
                    say("Print each event in the callback that receives it."),
                    expected=say("a line for each event, as it comes"),
                    actual=say("a line for the event before"),
                    log=self.output(),
                    file=self.name,
                )
        raise InfraError(
            say(
                "Other processes make directories without a pause: whether the script prints each "
                "event as it comes cannot be told."
            ),
            say("End them, or give --kernel vm."),
        )

    def read_lines(self, count: int, seconds: float = 5.0) -> bool:
        """Wait for `count` new lines that are not blank, one at least. False if they did not come.

        Raises what the student should read if the script ended: its programs leave nothing then.
        """
        return self._wait_for(lambda: len(self._script.lines) >= max(1, count), seconds)

    def _came_late(self, times: Sequence[int], start: int) -> bool:
        """Whether a line with `times` tells of an event before `start`, but after it began.

        On a busy machine such a line comes after a `rest`.
        """
        return bool(times) and max(times) < start and max(times) >= self._began

    def _printed_since(self, seen: int) -> Callable[[], bool]:
        return lambda: self._script.total > seen

    def _printed_or_idle(self, seen: int) -> Callable[[], bool]:
        return lambda: self._script.total > seen or not self._script.computes

    def map(self, name: str, kind: str) -> Map:
        """The script's own map `name`, as the kernel holds it.

        Raises BehaviourError when there is none.
        """
        if self._map is None:
            pids = self._script.pids()
            for info in self._context.bpftool.maps(pids):
                if info.name == name[:15] and info.type == kind:
                    with suppress(FileNotFoundError):  # It has let go of it meanwhile.
                        self._map = Map(self._context.libbpf, info.id)
                        return self._map
            self._let_it_end()
            raise BehaviourError(
                say("{name} holds no table {table} in the kernel.", name=self.name, table=name),
                say("Load {program}, which declares it.", program=self._context.lab.program),
                expected=say("a table {name} ({kind})", name=name, kind=kind),
                actual=say("no such table"),
                log=self.output(),
                file=self.name,
            )
        return self._map

    def counter(self, name: str, key: int = 0) -> Counter:
        """The script's own hash table `name`, whose `key` counts.

        Raises BehaviourError without one.
        """
        table = self.map(name, "hash")
        return Counter(table, self._context.witness, key=key, scale=self._context.scale)

    def strays(
        self,
        act: Callable[[], list[Window]],
        last: Callable[[], list[Window]],
        times: Callable[[str], list[int]],
    ) -> list[Window]:
        """Which of the things that `act` does, and that must not be shown, are shown all the same.

        `times` finds the times (ns) on a line. `last` makes an event that must be shown: with its
        line those before it have come. Other processes' events, which are held up meanwhile, may
        fall into the same times: then it is no chance where half of all things of one kind are.
        """
        witness = self._context.witness
        before = witness.left
        with witness.brake():
            windows = act()
            others = witness.entered - before
            end = last()[-1]
            self.read_until(lambda line: any(map(end.holds, times(line))))
            told = [time_ for line in self.rest() for time_ in times(line)]
        shown = [window for window in windows if any(map(window.holds, told))]
        if len(shown) > others:
            return shown
        all_, seen = (Tally(window.call for window in each) for each in (windows, shown))
        return [window for window in shown if 2 * seen[window.call] >= all_[window.call]]

    def interrupt(self) -> None:
        """Press Ctrl-C.

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
            last = last_error(self.output())
            status = say("status {status}.", status=self._script.status)
            how = say("an error: {last}", last=last) if last else status
            seen = say("exit status {status}", status=self._script.status)
            raise BehaviourError(
                say(
                    "{name} does not end cleanly on Ctrl-C, but with {how}",
                    name=self.name,
                    how=how,
                ),
                say(
                    "Catch KeyboardInterrupt around the loop, and let the script end there by "
                    "itself."
                ),
                expected=say("no traceback, and exit status 0 or 130"),
                actual=say("a traceback: {last}", last=last) if last else seen,
                log=self.output(),
                file=self.name,
                line=traceback_line(self.output(), self.name),
            )

    @property
    def unfinished(self) -> str:
        """What it printed after its last end of a line."""
        return self._script.unfinished

    def output(self) -> str:
        return self._script.output()

    def close(self) -> None:
        with ExitStack() as closing:
            if self._feed:
                closing.callback(self._feed.remove)
            if self._map:
                closing.callback(self._map.close)
            self._script.close()

    def _look(self) -> None:
        """Raise SubmissionError for a program of the script's that could do more than look on.

        A script can load another one at any time: look again before each verdict.
        """
        bpftool = self._context.bpftool
        for program in bpftool.program_ids(self._script.pids()) - self._looked_at:
            refuse_acting([bpftool.program(program)], self.name, self._context.lab.attach)
            self._looked_at.add(program)

    def _blame_callback(self) -> None:
        """Raise BehaviourError for an exception in a callback, which ctypes prints and then
        forgets."""
        output = self.output()
        last = last_error(output) if "Exception ignored" in output else ""
        if last:
            raise BehaviourError(
                say("{name} fails in its callback: {last}", name=self.name, last=last),
                say("Python prints such an error, and goes on. The log shows where it is."),
                log=output,
                file=self.name,
                line=traceback_line(output, self.name),
            )

    def _attached(self) -> bool:
        return bool(self._context.bpftool.attachments(self._script.pids()))

    def _let_it_end(self) -> None:
        """Raise what the student should read if the script ends now.

        A Python that ends lets go of its programs and tables first.
        """
        if self._script.wait_for(lambda: self._script.status is not None, self._context.scale):
            raise self._failure()

    def _failure(self) -> Exception:
        """What the student should read of its end, or InfraError for what the kernel lacks."""
        ended = self._ended()
        return self._context.blame(ended) if isinstance(ended, SubmissionError) else ended

    def _ended(self) -> Exception:
        """What the student should read of a script that ended: the same each time."""
        self._end = self._end or self._how_it_ended()
        return self._end

    def _how_it_ended(self) -> Exception:
        status, output = self._script.status, self.output()
        if status == 0 and "Traceback" not in output:
            return BehaviourError(
                say("{name} ended before anything happened.", name=self.name),
                say("Load the program, then wait for events in a loop, until Ctrl-C."),
                expected=say("a script that runs until Ctrl-C"),
                actual=say("it ended by itself, with status 0"),
                log=output,
                file=self.name,
            )
        last = last_error(output)
        remedy = say("The log shows where, and what it printed before.")
        if last.partition(":")[0] == "KeyError":  # Of BCC's it says no more.
            remedy = say(
                "b[...] takes the name that a table has in the C file, and a table a key that is "
                "in it: the log shows where."
            )
        return SubmissionError(
            say("{name} ended with an error: {last}", name=self.name, last=last)
            if last
            else say("{name} ended with status {status}.", name=self.name, status=status),
            remedy,
            log=output,
            file=self.name,
            line=traceback_line(output, self.name),
        )
