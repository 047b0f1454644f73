"""Run one lab's program and its script, one after the other and never at the same time.

A program is loaded, looked at, then attached: one that would act on the machine is refused before
it can.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from grader.base.errors import (
    BehaviourError,
    CourseError,
    InfraError,
    Phase,
    PhaseTimeoutError,
    SubmissionError,
)
from grader.base.messages import say
from grader.checks.choices import read_choices
from grader.checks.contention import contend
from grader.checks.context import Context
from grader.checks.ended import Ended
from grader.checks.once import Once
from grader.checks.program_under_test import ProgramUnderTest
from grader.checks.script_under_test import ScriptUnderTest
from grader.checks.trace_output import Trace
from grader.evidence.attribution import OwnTrace
from grader.evidence.bpftool import MOST_OF_A_NAME
from grader.evidence.event_timeline import Reporter
from grader.evidence.workload import Workload
from grader.kernel.native import write_kprobe_event
from grader.kernel.tracefs_copy import probe_lists
from grader.kernel.veth import Cable
from grader.labs import Lab
from grader.submission.call import call

_PROGRAM, _PATTERN = _BUILDS = ("program", "pattern")
"""What the lab's program and its second build are called among the programs."""
PRINTED = "printed.c"
"""The name of a program that the script has printed, and no file holds."""


class LabEnvironment:
    """What the fixtures of a lab's checks hand out, for one submission."""

    def __init__(
        self,
        context: Context,
        *,
        pattern: bool = False,
        script: bool = False,
        programs: Sequence[str] = (),
    ) -> None:
        """Start everything that takes time.

        `pattern` says that the second build is wanted, `script` that the script is; `programs` are
        the C files that will be judged, in that order, the lab's program if none is named.
        """
        self.context = context
        self._order = [
            _PROGRAM if name == context.lab.program else name
            for name in programs or [context.lab.program]
            if name in context.submission.files
        ]
        """The programs that will be judged, as they are called in `_programs`."""
        self._pattern = pattern
        self._programs: dict[str, ProgramUnderTest] = {}
        """The program, its second build, and other files' by name, while in use."""
        self._judged = _PROGRAM
        self._script: ScriptUnderTest | None = None
        self._failed: dict[str, Exception] = {}
        self._places: dict[str, list[tuple[str, str]]] | None = None
        self._with_script = script
        self.once = Once(self)
        """Looks at the program once, for all the tasks that hang on what is seen."""
        for first in self._order[:1]:
            for build in _BUILDS if pattern and first == _PROGRAM else (first,):
                self._loader(build).begin()
        if script and context.lab.script in context.submission.files:
            self._script = ScriptUnderTest(context)
            if not pattern:
                self._script.compile_ahead()

    @property
    def lab(self) -> Lab:
        """The lab that is judged."""
        return self.context.lab

    @property
    def phase(self) -> Phase:
        """What is going on: compile, load, trigger or wait."""
        return self.context.phase

    @property
    def tracefs(self) -> Path:
        """Where the kernel's own lists are, such as available_filter_functions."""
        return self.context.kernel.tracefs

    @property
    def workload(self) -> Workload:
        """The process that makes the lab's calls, and decoys."""
        return self.context.workload

    @property
    def cable(self) -> Cable:
        """The two networks of a lab that is attached to `xdp:veth0`. Raises CourseError."""
        if isinstance(self.context.place, Cable):
            return self.context.place
        raise CourseError(
            say("{lab}: a check asks for a cable, and there is none.", lab=self.lab.name),
            say('Write attach = "xdp:veth0".'),
        )

    @property
    def trace(self) -> Trace:
        """What the submission's programs print as the workload acts."""
        own = OwnTrace(self.context.followed(), lambda: self._running().attribution)
        return Trace(own, self.context.lab.call, self._prints)

    def _running(self) -> ProgramUnderTest | ScriptUnderTest:
        """Give the script if it runs, else the program. Raises CourseError where neither does."""
        running = self._script if self._script and self._script.running else None
        one = running or self._programs.get(self._judged)
        if one is None:
            raise CourseError(
                say(
                    "{lab}: a check asks for the trace, and no program runs.",
                    lab=self.context.lab.name,
                ),
                say("Let it use the fixture program or script too."),
            )
        return one

    def _prints(self) -> Reporter:
        """Tell what is to print; nothing of a program while a script runs."""
        program = self._programs.get(self._judged)
        return program.reporter("bpf_trace_printk()", "bpf_trace_") if program else Reporter()

    def contend(self) -> None:
        """Make directories on all CPUs at once, until a counter that is not atomic has lost some.

        The witness keeps such a counter: how big a load must be depends on the machine. Raises
        InfraError where it loses too few to tell.
        """
        still = self._script.held() if self._script and not self._script.running else nullcontext()
        with still:
            contend(self.context)

    def others_held_up(self) -> AbstractContextManager[None]:
        """Hold up each call of another process meanwhile, by 2 ms: fewer come between."""
        return self.context.others_held_up()

    def call(self, file: str, function: str, *arguments: Any) -> Any:
        """Call a function of the student's Python, which sees the kernel's real lists."""
        context = self.context
        context.submission.require(file)
        files = dict(context.submission.files)
        sandbox = context.kernel.sandbox(files, context.scale, context.place)
        binds = probe_lists(self.tracefs, sandbox.folder)
        return call(sandbox, file, function, arguments, binds=binds, seconds=30 * context.scale)

    @contextmanager
    def kprobe(self, function: str) -> Iterator[None]:
        """Hold a kprobe on a kernel function, made as BCC makes it. Raises InfraError."""
        with self.context.kernel.loader(self.context.scale) as probe:
            try:
                self.context.attach_nothing(probe, f"kprobe__{function}", f"kprobe:{function}")
            except SubmissionError as error:
                raise InfraError(
                    say("No kprobe on {function}: {what}", function=function, what=error.what),
                    say("Run: ./labebpf doctor"),
                    log=error.log,
                ) from error
            yield

    @contextmanager
    def kprobe_event(self, function: str) -> Iterator[None]:
        """Hold a kprobe on a kernel function, made by hand in kprobe_events."""
        events = self.tracefs / "kprobe_events"
        write_kprobe_event(events, f"p:labebpf/{function} {function}")
        try:
            yield
        finally:
            write_kprobe_event(events, f"-:labebpf/{function}")

    def program(self, file: str = "") -> ProgramUnderTest:
        """Give the student's program, attached, with no script of theirs running.

        With `file` that C file of the submission's: nothing of any other file is attached.
        """
        if self._script and self._script.running:
            self._end_script()
        judged = self._judged = _PROGRAM if file in ("", self.lab.program) else file
        still = _BUILDS if judged == _PROGRAM else (judged,)
        programs = self._programs.items()
        self._close(*[name for name, one in programs if one.attached and name not in still])
        return self._ready(judged)

    def printed_program(self, text: str) -> ProgramUnderTest:
        """Give the program with the C `text` that a run of the script printed, attached.

        Nothing else of the student's runs. In what is said of it, PRINTED is the file's name.
        """
        if self._script and self._script.running:
            self._end_script()
        self._close(*list(self._programs))
        self._failed.pop(PRINTED, None)
        self._judged = PRINTED
        self._programs[PRINTED] = ProgramUnderTest(self.context, PRINTED, source=text.encode())
        return self._ready(PRINTED)

    def pattern_program(self) -> ProgramUnderTest | None:
        """Give the second build of the program, in which what is left uninitialised is 0xAA.

        None where that build alone does not load: clang then wants a constant that BPF as BCC
        makes it cannot have, and the student is not at fault.
        """
        self.program()
        try:
            return self._ready(_PATTERN)
        except SubmissionError:
            return None

    def _ready(self, which: str) -> ProgramUnderTest:
        """Load, look, attach, once. A failure is remembered, and raised each time."""
        if which in self._failed:
            raise self._failed[which]
        try:
            program = self._loader(which)
            if not program.attached:
                program.begin()
                self._begin_following()
                _ = self.context.witness
                if self.context.lab.attach.startswith("lsm:"):
                    _ = self.trace  # The program could forbid what that needs.
                own = which in _BUILDS
                program.attach(self._compiled, self.places if own else lambda plain: {})
        except (SubmissionError, PhaseTimeoutError, BehaviourError) as error:
            self._failed[which] = error
            self._close(which)
            raise
        except InfraError:
            self._close(which)
            raise
        return program

    def _begin_following(self) -> None:
        """Let the next C file be compiled while this one is judged. It is not attached."""
        if following := self._following():
            self._loader(following).begin()

    def _following(self) -> str:
        """Name the program that is judged after this one; "" where none is left."""
        judged, order = self._judged, self._order
        later = order[order.index(judged) + 1 :] if judged in order else []
        return next((name for name in later if name not in self._failed), "")

    def places(self, plain: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
        """Tell where the script attaches the functions `plain`: a kind of hook and a place.

        The kernel says so, while the script runs for that. If a function is attached to several
        places, those of the lab's call are returned: the others are the script's own mistake.
        Returns {} for a script that attaches none of them, or does not run. Raises InfraError for
        one that wants what this kernel lacks.
        """
        self.context.plain = tuple(plain)
        if not plain or self.context.lab.script not in self.context.submission.files:
            return {}
        if self._places is None:
            self._places = self._seen_places(plain)
        return self._places

    def _seen_places(self, plain: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
        script = self._script = self._script or ScriptUnderTest(self.context)
        _ = self.context.witness, self.context.workload_pid
        phase = self.context.phase
        try:
            script.begin()
            there = script.places()
        except (SubmissionError, PhaseTimeoutError, BehaviourError):
            there = {}  # The script's own tasks say why.
        finally:
            self._end_script()
            self.context.phase = phase
        if self._with_script:
            self._script = ScriptUnderTest(self.context)
            self._script.compile_ahead()
        found = {name: there.get(name[:MOST_OF_A_NAME], []) for name in plain}
        call = re.sub(r".*:(sys_enter_|sys_exit_)?", "", self.context.lab.attach)
        return {
            name: [one for one in several if call in one[1]] or several
            for name, several in found.items()
            if several
        }

    def _loader(self, which: str) -> ProgramUnderTest:
        if which not in self._programs:
            file = self.lab.program if which in _BUILDS else which
            pattern = which == _PATTERN
            self._programs[which] = ProgramUnderTest(self.context, file, pattern=pattern)
        return self._programs[which]

    def _compiled(self) -> None:
        """Let all have started before the program is attached: starting makes directories."""
        if self._pattern and self._judged == _PROGRAM:
            pattern = self._loader(_PATTERN)
            pattern.begin()
            pattern.wait_until_ready()
        if following := self._following():
            self._loader(following).wait_until_ready()
        if self._script and not self._script.running:
            self._script.wait_until_ready()
            self._script.compile_ahead()  # Beside the second build there were two compilers.
        self.context.kernel.wait_for_spares(60 * self.context.scale)  # Nobody may want them.

    def _close(self, *which: str) -> None:
        with ExitStack() as closing:
            for one in which:
                if program := self._programs.pop(one, None):
                    closing.callback(program.close)

    def close_pattern_program(self) -> None:
        """Unload the second build, while other things go on."""
        if program := self._programs.pop(_PATTERN, None):
            self.context.end(program.close)

    def script(self, *arguments: str) -> ScriptUnderTest:
        """Give the student's script, running, with its own program attached and no other.

        A run with other `arguments` is ended, and a new one begun.
        """
        with self._remembered(arguments):
            script = self._script
            done = script and (script.interrupted or script.over)
            if script and (done or (script.running and script.arguments != arguments)):
                self._end_script()
            script = self._script = self._script or ScriptUnderTest(self.context)
            if not script.running:
                script.arguments = arguments
                self._begin(script.begin)
        return script

    def run(self, *arguments: str, typed: str = "", seconds: float = 10) -> Ended:
        """Run the script with `arguments` to its end, which is to come within so many `seconds`.

        It is typed what is `typed`; the program does not run meanwhile.
        """
        if self._script and self._script.running:
            self._end_script()
        script = self._script = self._script or ScriptUnderTest(self.context)
        script.arguments = arguments
        found: list[Ended] = []
        try:
            self._begin(lambda: found.append(script.run(typed, seconds)))
        finally:
            self._end_script()
        return found[0]

    @contextmanager
    def _remembered(self, arguments: tuple[str, ...]) -> Iterator[None]:
        """Raise again what a run with these `arguments` raised; end the script that raises."""
        which = " ".join(("script", *arguments))
        if which in self._failed:
            raise self._failed[which]
        try:
            yield
        except (SubmissionError, PhaseTimeoutError, BehaviourError) as error:
            self._failed[which] = error
            self._end_script()
            raise
        except InfraError:
            self._end_script()
            raise

    def _begin(self, begin: Callable[[], object]) -> None:
        """Let a script `begin`, when nothing of the program does any more."""
        with ThreadPoolExecutor(1, thread_name_prefix="beside") as other:
            # Its processes are killed before the script has a compiler; that what they had in the
            # kernel goes takes longer.
            ended = other.submit(self._close_programs)
            if self.context.place:
                ended.result()  # What the script attaches there is not to be taken for theirs.
            _ = self.context.witness, self.context.workload_pid
            begin()
            ended.result()

    def choices(self, file: str, keys: Sequence[str], words: Collection[str]) -> dict[str, str]:
        """Read the TOML file `file` of the submission's: at each of `keys` one of `words`.

        Raises BehaviourError where it is no TOML, lacks a key, or has another word.
        """
        return read_choices(file, self.context.submission.require(file), keys, words)

    def printed(self, file: str) -> str:
        """Return what the tools printed of the program `file`; nothing while it is not loaded."""
        name = _PROGRAM if file == self.lab.program else file
        program = self._programs.get(name)
        return program.log() if program else ""

    def close(self) -> None:
        """Take everything down, whatever part of it fails."""
        self.context.close(self._end_script, self._close_programs)

    def _close_programs(self) -> None:
        with ExitStack() as closing:
            closing.callback(self.context.bpftool.detach_xdp)
            self._close(*list(self._programs))

    def _end_script(self) -> None:
        if script := self._script:
            self._script = None
            with ExitStack() as closing:
                closing.callback(self.context.bpftool.detach_xdp)
                script.close()
