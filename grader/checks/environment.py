"""One lab's program and script, run in the order that keeps a verdict honest.

A program is loaded, looked at, then attached. Programs and scripts of a submission never run at the
same time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from grader.base.errors import (
    BehaviourError,
    CourseError,
    InfraError,
    Phase,
    PhaseTimeoutError,
    SubmissionError,
)
from grader.base.messages import say
from grader.checks.context import Context
from grader.checks.once import Once
from grader.checks.program_under_test import ProgramUnderTest
from grader.checks.script_under_test import ScriptUnderTest
from grader.evidence.attribution import Attribution, OwnTrace
from grader.evidence.bpftool import MOST_OF_A_NAME
from grader.kernel.native import NativeKernel
from grader.labs import Lab
from grader.submission.files import Submission


class LabEnvironment(Context):
    """What the fixtures of a lab's checks hand out."""

    def __init__(
        self,
        kernel: NativeKernel,
        lab: Lab,
        submission: Submission,
        templates: Path,
        *,
        scale: float = 1.0,
        pattern: bool = False,
        script: bool = False,
        trace_with_script: bool = True,
        tell: Callable[[Phase], object] = str,
    ) -> None:
        """Start everything that takes time.

        `pattern` says that the second build is wanted, `script` that the script is, and
        `trace_with_script` that a check wants the trace while it runs. `tell` is told each phase.
        """
        super().__init__(kernel, lab, submission, templates, scale=scale, tell=tell)
        self._trace_with_script = trace_with_script
        self._pattern = pattern
        self._programs: dict[str, ProgramUnderTest] = {}
        """The program, and its second build `pattern`, while they are in use."""
        self._script: ScriptUnderTest | None = None
        self._failed: dict[str, Exception] = {}
        self._places: dict[str, list[tuple[str, str]]] | None = None
        self._with_script = script
        self.once = Once(self)
        """Looks at the program once, for all the tasks that hang on what is seen."""
        if lab.program in submission.files:
            self._loader("program").begin()
            if pattern:
                self._loader("pattern")
        if script and lab.script in submission.files:
            self._script = ScriptUnderTest(self)

    @property
    def trace(self) -> OwnTrace:
        """What the submission's programs print as the workload acts."""
        return OwnTrace(self._followed(), self._running_attribution)

    def _running_attribution(self) -> Attribution:
        """That of the script, or else of the program. Raises CourseError where neither runs."""
        running = self._script if self._script and self._script.running else None
        one = running or self._programs.get("program")
        if one is None:
            raise CourseError(
                say("{lab}: a check asks for the trace, and no program runs.", lab=self.lab.name),
                say("Let it use the fixture program or script too."),
            )
        return one.attribution

    def program(self) -> ProgramUnderTest:
        """The student's program, attached; no script of theirs is running."""
        if self._script and self._script.running:
            self._end_script()
        return self._ready("program")

    def pattern_program(self) -> ProgramUnderTest | None:
        """The same from the second build, which fills what is left uninitialised with 0xAA.

        None where that build alone does not load: clang then wants a constant that BPF as BCC
        makes it cannot have, and the student is not at fault.
        """
        self.program()
        try:
            return self._ready("pattern")
        except SubmissionError:
            return None

    def _ready(self, which: str) -> ProgramUnderTest:
        """Load, look, attach, once; a failure is remembered, and the same each time."""
        if which in self._failed:
            raise self._failed[which]
        try:
            self.submission.require(self.lab.program)
            program = self._loader(which)
            if not program.attached:
                _ = self.witness
                if self.lab.attach.startswith("lsm:"):
                    _ = self.trace  # The program could forbid what that needs.
                program.attach(self._compiled, self.places)
        except (SubmissionError, PhaseTimeoutError, BehaviourError) as error:
            self._failed[which] = error
            self._close(which)
            raise
        except InfraError:
            self._close(which)
            raise
        return program

    def places(self, plain: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
        """Where the script attaches the functions `plain`: a kind of hook and where, by function.

        The kernel tells it, while the script runs for that. Of several places those of the lab's
        call count: what else it attaches them to is the script's own mistake. Nothing for a script
        that attaches none, or does not run. Raises InfraError for one that wants what this kernel
        lacks.
        """
        self.plain = tuple(plain)
        if not plain or self.lab.script not in self.submission.files:
            return {}
        if self._places is None:
            self._places = self._seen_places(plain)
        return self._places

    def _seen_places(self, plain: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
        script = self._script = self._script or ScriptUnderTest(self)
        _ = self.witness, self.workload_pid
        phase = self.phase
        try:
            script.begin()
            there = script.places()
        except (SubmissionError, PhaseTimeoutError, BehaviourError):
            there = {}  # The script's own tasks say why.
        finally:
            self._end_script()
            self.phase = phase
        if self._with_script:
            self._script = ScriptUnderTest(self)
        found = {name: there.get(name[:MOST_OF_A_NAME], []) for name in plain}
        call = re.sub(r".*:(sys_enter_|sys_exit_)?", "", self.lab.attach)
        return {
            name: [one for one in several if call in one[1]] or several
            for name, several in found.items()
            if several
        }

    def _loader(self, which: str) -> ProgramUnderTest:
        if which not in self._programs:
            self._programs[which] = ProgramUnderTest(self, pattern=which == "pattern")
        return self._programs[which]

    def _compiled(self) -> None:
        """What else is to start has started before the program is attached: it makes directories.

        And not both builds at once: the second one's compiler finds the first one's warm.
        """
        if self._pattern:
            pattern = self._loader("pattern")
            pattern.wait_until_ready()
            pattern.begin()
        if self._script and not self._script.running:
            self._script.wait_until_ready()

    def _close(self, *which: str) -> None:
        with ExitStack() as closing:
            for one in which:
                if program := self._programs.pop(one, None):
                    closing.callback(program.close)

    def close_pattern_program(self) -> None:
        self._close("pattern")

    def script(self) -> ScriptUnderTest:
        """The student's script, running, with its own program attached and none of the grader's."""
        if "script" in self._failed:
            raise self._failed["script"]
        try:
            if self._script and self._script.interrupted:
                self._end_script()
            script = self._script = self._script or ScriptUnderTest(self)
            if not script.running:
                self._close_programs()
                _ = self.witness, self.workload_pid
                if not self._trace_with_script:
                    self._retire_trace()
                script.begin()
        except (SubmissionError, PhaseTimeoutError, BehaviourError) as error:
            self._failed["script"] = error
            self._end_script()
            raise
        except InfraError:
            self._end_script()
            raise
        return script

    def close(self) -> None:
        """Take everything down, whatever part of it fails.

        The kernel's waits for its readers overlap.
        """
        with ExitStack() as closing:
            if self.place:
                closing.callback(self.place.close)
            self._retire_trace()
            parts = [self._end_script, self._close_programs, self._workload.close]
            parts += [thread.join for thread in self._retiring]
            with ThreadPoolExecutor(len(parts)) as pool:
                for part in parts:
                    closing.callback(pool.submit(part).result)

    def _close_programs(self) -> None:
        with ExitStack() as closing:
            closing.callback(self.bpftool.detach_xdp)
            self._close("pattern", "program")

    def _end_script(self) -> None:
        if script := self._script:
            self._script = None
            with ExitStack() as closing:
                closing.callback(self.bpftool.detach_xdp)
                script.close()
