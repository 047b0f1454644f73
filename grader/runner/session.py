"""One pytest session: what is judged, where, and what came of it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Protocol

import pytest

from grader.base.errors import CourseError, InfraError, LabebpfError, Phase, UsageError
from grader.base.messages import Message, say, translate
from grader.base.paths import ENGINE, language
from grader.base.text import clean
from grader.base.version import grader_version
from grader.checks.context import Context
from grader.checks.environment import LabEnvironment
from grader.kernel.native import NativeKernel
from grader.labs import Lab, Task, add_private, not_in_order
from grader.runner.ahead import TAKEN, hidden_from_sandboxes
from grader.runner.followed import collect_followed, course_of
from grader.runner.private_checks import private_folder, refuse_to_show
from grader.submission.hand_in_files import Refusal, Submission, read_submission, root_of
from grader.verdict.record import Finding, LabResult, Result
from grader.verdict.rubric import BROKEN_OFF, NOT_RUN, Rubric

_PHASES: Mapping[Phase, Message] = {
    "compile": say("the program is compiled"),
    "load": say("it is loaded"),
    "trigger": say("the events are triggered"),
    "wait": say("the script is awaited"),
}
CHECK_SECONDS = 180
"""What a check may take before --time-scale; what it waits for has shorter limits of its own."""


class BlockedError(LabebpfError):
    """A task that this one needs did not pass."""


def needed(*tasks: str) -> Message:
    """Say why a task is blocked: it needs `tasks`, which did not pass."""
    return say("It needs {names}, which did not pass.", names=", ".join(tasks))


class Remote(Protocol):
    """Another pytest that judges the checks, and reports to this one."""

    def judge(
        self, item: pytest.Item, following: pytest.Item | None
    ) -> Iterator[pytest.TestReport]:
        """Yield pytest's reports of one check. Each has its finding, as a dict, in `labebpf`."""
        ...

    def finish(self, *, broken_off: bool = False) -> dict[str, str]:
        """End the other pytest; return what result.json says of its kernel, nothing if none ran."""
        ...

    def close(self) -> None: ...


class GradingSession:
    """One pytest session: the labs that it judges, on one kernel."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.private: Path | None = None
        self.hides = False
        """Whether there are private checks, of which nothing but verdicts may be shown."""
        try:
            self.course = course_of(
                config.getoption("--course"), config.rootpath, config.invocation_params.dir
            )
            self.labs = self.course.labs()
            collect_followed(config, self.course, self.labs.values())
            if given := config.getoption("--private"):
                self._add_private(given)
        except (CourseError, UsageError) as error:
            raise pytest.UsageError(str(error)) from error
        self.lang = language(config.getoption("--lang"))
        self.scale = float(config.getoption("--time-scale"))
        self.rubrics: dict[str, Rubric] = {}
        self._checks: dict[str, tuple[str, str]] = {}
        """The lab and the task of each check there is, chosen or not, by node id."""
        self.pattern: set[str] = set()
        self.script: set[str] = set()
        self.programs: dict[str, list[str]] = {}
        """The C files that the chosen tasks of each lab are about, in the order of the checks."""
        self.remote: Remote | None = None
        """Where the checks run, if not in this process."""
        self._kernel: NativeKernel | InfraError | None = None
        self._environment: LabEnvironment | None = None
        self._submissions: dict[str, Submission] = {}
        self.final: Result | None = None
        self._started = datetime.now(timezone.utc)
        self._clock = time.monotonic()
        self._task = ""
        self._told: dict[int, tuple[BaseException, Task]] = {}

    def _add_private(self, given: str) -> None:
        """Let the tasks and checks of the private folder `given` join those of the labs.

        They are collected with each lab whose whole files were asked for.
        """
        config = self.config
        base = config.invocation_params.dir
        self.private = private_folder(base / given)
        self.hides = not config.getoption("--reveal")
        if self.hides:
            refuse_to_show(config)
        self.labs = add_private(self.labs, self.private, reveal=not self.hides)
        asked = [(base / argument).resolve() for argument in config.args if "::" not in argument]
        for lab in self.labs.values():
            wanted = (p for p in asked if lab.folder.is_relative_to(p) or p.parent == lab.folder)
            if lab.private and any(wanted):
                config.args.append(str(lab.private))

    def is_private(self, node: pytest.Item | pytest.Collector) -> bool:
        """Tell whether `node` is of the private folder."""
        return self.private is not None and node.path.is_relative_to(self.private)

    def of(self, item: pytest.Item) -> tuple[Lab, Task] | None:
        """Return the lab and the task that `item` judges, None for a test that is no check.

        Raises pytest.UsageError for a check that is not in order.
        """
        lab = self.labs.get(item.path.parent.name)
        private = self.is_private(item)
        if lab is None and item.path.parents[1] in (self.course.exercises, ENGINE / "exercises"):
            try:
                self.labs.refuse_broken([item.path.parent.name])
            except CourseError as error:
                raise pytest.UsageError(str(error)) from None
        if lab is None or item.path.parent != (lab.private if private else lab.folder):
            if private:
                raise self._wrong(
                    item, say("A private check lies beside its lab.toml. Move it there.")
                )
            return None
        marker = item.get_closest_marker("task")
        if marker is None or len(marker.args) != 1:
            raise self._wrong(item, say('It has no task. Write @task("...") above it.'))
        if not isinstance(marker.args[0], str):
            raise self._wrong(item, say('Its task is no string. Write @task("...") above it.'))
        try:
            task = lab.task(marker.args[0])
        except UsageError as error:
            raise self._wrong(item, Message(str(error))) from None
        if task.private != private:
            raise self._wrong(
                item,
                say(
                    "Task {task} belongs to the other folder. Give this check a task of its own.",
                    task=task.id,
                ),
            )
        return lab, task

    def note_checks(self, collected: pytest.CollectReport) -> None:
        """Take note of the checks in a file or class, before some of them are chosen."""
        for node in collected.result if collected.passed else ():
            if isinstance(node, pytest.Item):
                with suppress(pytest.UsageError):  # It is raised again for those that are chosen.
                    if found := self.of(node):
                        lab, task = found
                        self._checks[node.nodeid] = lab.name, task.id

    def checks_of(self, lab: Lab) -> dict[str, list[str]]:
        """Return the node ids of the checks that each task of `lab` has, as they were collected."""
        found: dict[str, list[str]] = {}
        for check, (name, task) in self._checks.items():
            if name == lab.name:
                found.setdefault(task, []).append(check)
        return found

    def sort_checks(self, items: list[pytest.Item]) -> None:
        """Sort `items`: the checks of a lab as they stand in its file, after those they need.

        The checks of a lab follow each other where the first of them was, private ones last; other
        tests stay in their places. So no verdict depends on the order that was asked for, and the
        program and the script replace each other as seldom as the file has it.
        """
        places = {check: place for place, check in enumerate(self._checks)}
        ready: dict[str, int] = {}
        """By task: the place of the last check that those it needs have."""
        for lab in self.labs.values():
            checks = self.checks_of(lab)
            for task in lab.tasks:  # What it needs is above it.
                its = [places[name] for needed in task.needs for name in checks.get(needed, ())]
                ready[task.id] = max([0, *its, *(ready[needed] for needed in task.needs)])
        begin: dict[str, int] = {}
        keys: dict[pytest.Item, tuple[int, ...]] = {}
        for place, item in enumerate(items):
            keys[item] = (place,)
            if found := self.of(item):
                lab, task = found
                first = begin.setdefault(lab.name, place)
                its_own = places.get(item.nodeid, len(places))  # Or a plugin's addition.
                due = max(its_own, ready[task.id])
                keys[item] = (first, task.private, due, lab.tasks.index(task), its_own)
        items.sort(key=keys.__getitem__)

    def _wrong(self, item: pytest.Item, why: Message) -> pytest.UsageError:
        """Make the error for a check that is not in order; of a hidden check it tells no more."""
        if self.hides and self.is_private(item):
            assert self.private
            return pytest.UsageError(
                str(not_in_order(item.path.relative_to(self.private).parts[0]))
            )
        return pytest.UsageError(f"{item.nodeid}: {translate(why, self.lang)}")

    def refuse(self, error: InfraError) -> None:
        """Let each check raise `error`: there is no kernel to judge on."""
        self._kernel = error

    def kernel(self) -> NativeKernel:
        """Take the kernel on first use, and return it. Raises InfraError, the same each time."""
        if self._kernel is None:
            try:
                kernel = self.config.stash.get(TAKEN, None) or NativeKernel(
                    hidden=hidden_from_sandboxes(self.course), waiting=self.tell_person
                )
                if seconds := self._limit():
                    kernel.limit(seconds)
                self._kernel = kernel
            except InfraError as error:
                self._kernel = error
            except OSError as error:
                self._kernel = InfraError(
                    say("This machine's kernel cannot be used: {error}.", error=error),
                    say("Run: ./labebpf doctor"),
                )
        if isinstance(self._kernel, InfraError):
            raise self._kernel
        return self._kernel

    def submission(self, lab: Lab) -> Submission:
        if lab.name not in self._submissions:
            folder = self.course.hand_in(self.folder(), lab)
            taken = read_submission(folder, lab.name, lab.edits)
            # In a machine there is nothing of the hand-in but what was taken on the host.
            told = getattr(self.config.option, "refused", {}).get(lab.name, {})
            refused = {name: Refusal(*why) for name, why in told.items()}
            self._submissions[lab.name] = replace(taken, refused={**taken.refused, **refused})
        return self._submissions[lab.name]

    def folder(self) -> Path:
        """Return the submission's folder: --submission, as seen from here or from the course.

        Without that option, return exercises/ of the course. Raises pytest.UsageError.
        """
        given: str | None = self.config.getoption("--submission")
        if given is None:
            return self.course.exercises
        for base in (self.config.invocation_params.dir, self.course.folder):
            folder: Path = base / given
            if folder.is_dir():
                return folder
        raise pytest.UsageError(
            say(
                "There is no folder {given}. Give --submission one that exists.",
                given=given,
            )
        )

    def place(self, lab: Lab, finding: Finding) -> str:
        """Return the path of the finding's file as an editor that started pytest can open it."""
        if not finding.file:
            return ""
        path = root_of(self.course.hand_in(self.folder(), lab), lab.name) / finding.file
        here = self.config.invocation_params.dir
        return clean(str(path.relative_to(here) if path.is_relative_to(here) else path))

    def environment(self, lab: Lab) -> LabEnvironment:
        """Return the environment for `lab`; take that of another lab down first."""
        if self._environment and self._environment.lab is not lab:
            self._environment.close()
            self._environment = None
        if self._environment is None:
            context = Context(
                self.kernel(),
                lab,
                self.submission(lab),
                ENGINE / "bpf_templates",
                scale=self.scale,
                tell=self._tell_phase,
            )
            self._environment = LabEnvironment(
                context,
                pattern=lab.name in self.pattern,
                script=lab.name in self.script,
                programs=self.programs.get(lab.name, ()),
            )
        return self._environment

    def printed(self, lab: Lab, task: Task) -> str:
        """Return what the tools printed of the program that `task` is about, if that runs."""
        running = self._environment
        if running is None or running.lab is not lab:
            return ""
        return running.printed(task.file)

    def begin(self, task: Task) -> None:
        """Note that a check of `task` begins, and tell who watches."""
        self._task = task.id
        self._tell(task.title.get(self.lang))

    def _tell_phase(self, phase: Phase) -> None:
        self._tell(translate(_PHASES[phase], self.lang))

    def _tell(self, step: str) -> None:
        """Let who started this grading know what goes on, if that was asked for."""
        descriptor = self.config.getoption("--progress-fd")
        if descriptor >= 0:
            with suppress(OSError):  # It may have gone.
                os.write(descriptor, f"{self._task}  {step}\n".encode())

    @property
    def phase(self) -> Phase:
        """What the check that runs now is doing."""
        return self._environment.phase if self._environment else "load"

    def require(self, lab: Lab, task: Task) -> None:
        """Raise InfraError for what the kernel lacks, BlockedError for a needed task not passed."""
        kernel = self.kernel()
        for need in (*lab.needs, *task.kernel):
            probe = kernel.offers(need)
            if not probe.ok:
                raise InfraError(
                    say(
                        "This kernel does not offer {need}: {detail}.",
                        need=need,
                        detail=probe.detail,
                    ),
                    probe.remedy,
                )
        missing = self.rubrics[lab.name].missing_needs(task)
        if missing:
            raise BlockedError(needed(*missing))

    def told_by(self, error: BaseException, task: Task) -> Task:
        """Return the task whose verdict told of `error` first: `task`, if that is new."""
        return self._told.setdefault(id(error), (error, task))[1]

    def finish(self, unrun: Finding = NOT_RUN) -> Result:
        """Take the result, once; return that each time.

        What is in this machine's kernel is removed when this process has ended: that takes a while,
        nobody has to wait for it, and the kernel's keeper does it in any case.
        """
        if self.final is None:
            self.final = self._result(unrun)
            if self.remote:
                self.remote.close()
        return self.final

    def _result(self, unrun: Finding) -> Result:
        kernel = {"where": "none", "release": os.uname().release, "headers": ""}
        if self.remote:
            kernel = self.remote.finish(broken_off=unrun is BROKEN_OFF) or kernel
        elif isinstance(self._kernel, NativeKernel):
            kernel = self._kernel.describe()
        labs: tuple[LabResult, ...] = tuple(
            rubric.result(self.lang, unrun) for _, rubric in sorted(self.rubrics.items())
        )
        seconds = time.monotonic() - self._clock
        started = f"{self._started:%Y-%m-%dT%H:%M:%SZ}"
        return Result(started, seconds, kernel, labs, self.lang, grader_version())

    def _limit(self) -> float | None:
        """Return after how many seconds the keeper ends this process; None under a debugger."""
        if self.config.getoption("usepdb", False) or self.config.getoption("trace", False):
            return None
        tasks = (self.checks_of(rubric.lab).values() for rubric in self.rubrics.values())
        checks = sum(len(names) for task in tasks for names in task)
        return (600.0 + CHECK_SECONDS * checks) * self.scale

    def tell_person(self, text: Message) -> None:
        """Tell a person something beside the report: in the line that shows steps, or on stderr."""
        told = translate(text, self.lang)
        capture = self.config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            if self.config.getoption("--progress-fd") >= 0 and os.isatty(2):
                self._tell(told)
            else:
                os.write(2, f"labebpf: {told}\n".encode())


SESSION = pytest.StashKey[GradingSession]()
