"""Proof that a lab judges rightly: what it must give points for, and what it must not.

First what can be read: manifest, checks, handouts, stubs, what answers say of themselves. Then what
has to be graded: the stub, the solution, every known answer, and every mutant of the solution.
"""

from __future__ import annotations

import functools
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.authoring.answers import KINDS, Answer, answer_paths, read
from grader.authoring.background import BURN, beside
from grader.authoring.equivalents import Equivalent, equivalents
from grader.authoring.mutant_outcomes import MutantOutcome, is_refused_unseen, outcome_of
from grader.authoring.mutants import Mutant, mutants
from grader.base.errors import CourseError, InfraError
from grader.base.messages import NO_MESSAGE, Message, say
from grader.kernel.features import Features
from grader.kernel.mounts import mount_privately
from grader.labs import HANDOUTS, Course, Lab, stubs
from grader.labs.read_text import text_of
from grader.runner import pytest_process
from grader.verdict.record import Result, Status, TaskResult

Tell = Callable[[Message, float], None]
"""Is told what is going on, and how much of that is done (0 to 1)."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a lab, what to do about it, and a diff or a log to go by."""

    what: Message
    remedy: Message
    detail: str = ""


@dataclass(frozen=True)
class ProofStep:
    """One thing that was to be proved: it is, unless there are problems."""

    claim: Message
    problems: tuple[Problem, ...] = ()
    unjudged: Message = NO_MESSAGE
    """What of it could not be judged on this kernel."""
    vital: bool = False
    """Whether the steps after it make no sense without it."""


class Prover:
    """Proves one lab, on one kernel."""

    def __init__(
        self, course: Course, lab: Lab, tell: Tell, *, kernel: str = "auto", time_scale: float = 1
    ) -> None:
        self._course = course
        self.lab = lab
        self.outcomes: list[tuple[Mutant, MutantOutcome]] = []
        self._tell = tell
        self._kernel = kernel
        self._time_scale = time_scale
        self._unjudged: frozenset[str] = frozenset()
        self._where = ""
        self._printed = ""
        self._known: dict[str, list[Answer]] = {kind: [] for kind in KINDS}
        self._equivalents: tuple[Equivalent, ...] = ()
        self._made: list[tuple[Mutant, tuple[str, ...]]] = []
        """The mutants of the solution, and the tasks in whose solution each stands."""

    def prove(self, rounds: int) -> Iterator[ProofStep]:
        """Yield each step as it ends. The solution is graded `rounds` times beside busy CPUs.

        A vital step with problems is the last one. Raises InfraError if no task can be judged.
        """
        steps: list[Callable[[], ProofStep]] = [self._checks, self._handouts, self._stubs]
        steps += [self._listed, self._solution, self._stub]
        steps += [lambda: self._beside_busy_cpus(rounds)] if rounds else []
        steps += [functools.partial(self._answers, kind) for kind in KINDS]
        for prove in (*steps, self._mutants):
            try:
                step = prove()
            except CourseError as error:
                problem = Problem(error.what, error.remedy)
                step = ProofStep(say("the lab's files can be read"), (problem,), vital=True)
            yield step
            if step.vital and step.problems:
                return

    def _checks(self) -> ProofStep:
        """Prove that the checks agree with lab.toml, which was read and is complete."""
        claim = say(
            "lab.toml is complete, has hints in every language, and the checks agree with it"
        )
        said = pytest_process.objections(self._course, [self.lab])
        what = say("pytest refuses the checks of {lab}.", lab=self.lab.name)
        problem = Problem(what, say("Fix what it names."), said)
        return ProofStep(claim, (problem,) if said else (), vital=True)

    def _handouts(self) -> ProofStep:
        paths = [self.lab.folder / HANDOUTS[lang] for lang in self._course.languages]
        texts = {path: text_of(path) if path.is_file() else "" for path in paths}
        problems = [
            Problem(
                say("{path} does not name task {id}.", path=self._short(path), id=task.id),
                say("Describe it."),
            )
            for path, text in texts.items()
            for task in self.lab.tasks
            if not re.search(rf"(?<![\d.]){re.escape(task.id)}(?![\d.]*\d)", text)
        ]
        return ProofStep(say("the handouts name every task"), tuple(problems), vital=True)

    def _stubs(self) -> ProofStep:
        remedy = say("Run: ./labebpf stubs {lab}", lab=self.lab.name)
        problems = [
            Problem(
                say("{path} is not what its solution makes of it.", path=self._short(path)), remedy
            )
            for path in stubs.drifted(self.lab, self.lab.solutions)
        ]
        return ProofStep(
            say("the stubs are what the solutions make of them"), tuple(problems), vital=True
        )

    def _listed(self) -> ProofStep:
        """Prove that answers and mutants.toml agree with the lab, without grading anything."""
        problems = []
        for kind, known in self._known.items():
            for path in answer_paths(kind, self.lab.name, self.lab.solutions):
                try:
                    answer = read(path, self.lab.name)
                    answer.check(self.lab)
                except CourseError as error:
                    problems.append(Problem(error.what, error.remedy))
                else:
                    known.append(answer)
        for name in self.lab.edits:
            solution = stubs.read(self.lab, name, self.lab.solutions)
            self._made += [
                (mutant, tasks)
                for mutant in mutants(name, text_of(solution.path))
                # What the stub gives as well is nobody's to get wrong.
                if (tasks := solution.tasks_at(mutant.line))
            ]
        try:
            self._equivalents = equivalents(self._list)
        except CourseError as error:
            problems.append(Problem(error.what, error.remedy))
        problems += [
            Problem(
                say(
                    "{path} lists what no mutant does: {before!r} to {after!r}.",
                    path=self._short(self._list),
                    before=entry.before,
                    after=entry.after,
                ),
                say("Remove the entry, or write the lines as the solution has them."),
            )
            for entry in self._equivalents
            if not any(entry.covers(mutant) for mutant, _ in self._made)
        ]
        claim = say("what answers and equivalents say of themselves agrees with the lab")
        return ProofStep(claim, tuple(problems), vital=True)

    def _short(self, path: Path) -> str:
        return str(path.relative_to(self.lab.solutions.parent))

    @property
    def _list(self) -> Path:
        """The list of mutants that do nothing wrong."""
        return self.lab.solutions / self.lab.name / "mutants.toml"

    def _stub(self) -> ProofStep:
        self._tell(say("the stub"), 0)
        result = self._judge(self.lab.folder.parent)
        problems = [
            Problem(
                say("The stub earns task {id}: {title}.", id=task.id, title=task.title),
                say("Make its check stricter."),
            )
            for task in _tasks(result)
            if task.points
        ]
        return ProofStep(say("the stub earns nothing"), tuple(problems), vital=True)

    def _solution(self) -> ProofStep:
        """Grade the solution, and note what this kernel cannot judge; InfraError if that is all."""
        self._tell(say("the solution"), 0)
        result = self._grade_files({})
        self._where = result.kernel["where"]
        tasks = _tasks(result)
        infra = [task for task in tasks if task.status == Status.INFRA]
        if all(task.status in (Status.INFRA, Status.BLOCKED) for task in tasks):
            what = say("{lab} cannot be judged. {why}", lab=self.lab.name, why=tasks[0].why)
            raise InfraError(what, Message(tasks[0].remedy), log=self._printed)
        self._unjudged = frozenset(task.id for task in infra)
        by_reason: dict[str, list[str]] = {}
        for task in infra:
            by_reason.setdefault(task.why, []).append(task.id)
        unjudged = " ".join(f"{', '.join(ids)}: {why}" for why, ids in by_reason.items())
        problems = tuple(self._lost(result))
        claim = say("the solution earns everything")
        if infra:
            claim = say("the solution earns everything that can be judged here")
        return ProofStep(claim, problems, Message(unjudged), vital=True)

    def _beside_busy_cpus(self, rounds: int) -> ProofStep:
        """Grade the solution `rounds` times while all CPUs are busy."""
        problems: list[Problem] = []
        with beside(BURN, len(os.sched_getaffinity(0))):
            for number in range(rounds):
                self._tell(say("the solution on busy CPUs"), number / rounds)
                for problem in self._lost(self._grade_files({})):
                    what = say("Round {round}: {what}", round=number + 1, what=problem.what)
                    problems.append(Problem(what, problem.remedy, problem.detail))
        claim = say("the solution earns everything while the CPUs are busy, rounds: {n}", n=rounds)
        return ProofStep(claim, tuple(problems))

    def _answers(self, kind: str) -> ProofStep:
        """Prove that each answer loses what its header says, no more and no less."""
        what = say("wrong answers") if kind == "wrong" else say("right answers")
        known = self._known[kind]
        problems, unjudged = [], []
        for number, answer in enumerate(known):
            self._tell(what, number / len(known))
            loses = self._expected(answer)
            if loses is None:
                unjudged.append(answer.path.name)
                continue
            with tempfile.TemporaryDirectory() as folder:
                answer.lay_out(self.lab, Path(folder))
                result = self._judge(Path(folder))
            lost = {
                task.id: task.status
                for task in _tasks(result)
                if task.status != Status.PASS and task.id not in self._unjudged
            }
            if lost != loses:
                problems.append(
                    Problem(
                        say(
                            "{path} loses {lost}, and not {loses}.",
                            path=self._short(answer.path),
                            lost=_said(lost),
                            loses=_said(loses),
                        ),
                        say("Fix the check, or what the header says if the check is right."),
                        answer.sentence,
                    )
                )
            elif not answer.is_told(_tasks(result)):
                problems.append(
                    Problem(
                        say(
                            '{path} is not told "{says}".',
                            path=self._short(answer.path),
                            says=answer.says,
                        ),
                        say("Let the check say what is wrong, or correct what the header says."),
                        answer.sentence,
                    )
                )
        if kind == "wrong" and not known:
            remedy = say(
                "Write some: see docs/authoring.md. They go to solutions/{lab}/{kind}/.",
                kind=kind,
                lab=self.lab.name,
            )
            problems.append(Problem(say("There is no wrong answer."), remedy))
        judged = len(known) - len(unjudged)
        claim = (
            say("{judged} wrong answers lose what their headers say", judged=judged)
            if kind == "wrong"
            else say("{judged} right answers lose nothing", judged=judged)
        )
        return ProofStep(claim, tuple(problems), Message(", ".join(unjudged)))

    def _mutants(self) -> ProofStep:
        """Prove that every mutant of the solution loses points, unless it is equivalent."""
        made = self._made
        for number, (mutant, tasks) in enumerate(made):
            self._tell(say("mutants"), number / len(made))
            self.outcomes.append((mutant, self._outcome(mutant, tasks)))
        self._tell(say("mutants"), 1)
        problems = [
            Problem(
                say(
                    "A mutant survives, {file}:{line}, {kind}.",
                    file=mutant.file,
                    line=mutant.line,
                    kind=mutant.kind,
                ),
                say(
                    "Make a check of {names} notice it. If it does nothing wrong, list it in "
                    "{path} and say why.",
                    names=", ".join(tasks),
                    path=self._short(self._list),
                ),
                mutant.diff(),
            )
            for (mutant, tasks), (_, outcome) in zip(made, self.outcomes, strict=True)
            if outcome is MutantOutcome.SURVIVED
        ]
        spared = sum(outcome is MutantOutcome.NOT_JUDGED for _, outcome in self.outcomes)
        return ProofStep(
            say(
                "every one of {made} mutants loses points, or is listed as equivalent",
                made=len(made),
            ),
            tuple(problems),
            say("{spared} mutants", spared=spared) if spared else NO_MESSAGE,
        )

    def _outcome(self, mutant: Mutant, tasks: Iterable[str]) -> MutantOutcome:
        """Tell what becomes of `mutant`, whose mistake is in the solution of `tasks`."""
        if is_refused_unseen(mutant):
            return MutantOutcome.NOT_COMPILING
        concerned = self.lab.with_dependents(tasks)
        equivalent = any(entry.covers(mutant) for entry in self._equivalents)
        if concerned <= self._unjudged:
            return MutantOutcome.EQUIVALENT if equivalent else MutantOutcome.NOT_JUDGED
        # One lost task is enough: those after it need not be waited for.
        result = self._grade_files({mutant.file: mutant.text}, "--exitfirst")
        return outcome_of(mutant, result, concerned & self._unjudged, equivalent=equivalent)

    def _expected(self, answer: Answer) -> dict[str, str] | None:
        """Return what `answer` must lose of the tasks judged here; None if it cannot be judged."""
        loses = {task: lost for task, lost in answer.loses.items() if task not in self._unjudged}
        if answer.loses and not loses:
            return None
        if answer.kernel and self._where == "native":
            mount_privately()
            if not Features().offers(answer.kernel).ok:
                return None
        return loses

    def _grade_files(self, files: Mapping[str, str], *options: str) -> Result:
        """Grade the solution, with `files` in the place of its own."""
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder, self.lab.name)
            target.mkdir()
            for name in self.lab.edits:
                solution = self.lab.solutions / self.lab.name / name
                (target / name).write_bytes(
                    files[name].encode() if name in files else solution.read_bytes()
                )
            return self._judge(Path(folder), *options)

    def _judge(self, folder: Path, *options: str) -> Result:
        """Grade `folder` with `options` of pytest's; again, without them, where the machine failed.

        With `options` a task that this kernel cannot judge also leads to the second grading: with
        `--exitfirst` the first one ended there.
        """
        result = self._grade(folder, *options)
        spared = frozenset[str]() if options else self._unjudged
        if any(task.status == Status.INFRA and task.id not in spared for task in _tasks(result)):
            result = self._grade(folder)
        return result

    def _grade(self, folder: Path, *options: str) -> Result:
        given = [f"--submission={folder}", f"--time-scale={self._time_scale}", *options]
        result, self._printed = pytest_process.grade(
            self._course, [self.lab], self._kernel, given, "en"
        )
        return result

    def _lost(self, result: Result) -> list[Problem]:
        """Return a problem for each task that can be judged here and is not passed in `result`."""
        return [
            Problem(
                say(
                    "The solution does not earn task {id}: {status}. {why}",
                    id=task.id,
                    status=task.status,
                    why=task.why,
                ),
                say("Fix the solution, or the check."),
                "\n".join(
                    filter(None, (f"expected: {task.expected}", f"seen: {task.actual}", task.log))
                ),
            )
            for task in _tasks(result)
            if task.status != Status.PASS and task.id not in self._unjudged
        ]


def _tasks(result: Result) -> list[TaskResult]:
    return [task for lab in result.labs for task in lab.tasks]


def _said(loses: Mapping[str, str]) -> str:
    return ", ".join(f"{task} {status}" for task, status in sorted(loses.items())) or say("nothing")
