"""Proof that a lab judges rightly: what it must give points for, and what it must not.

First what can be read: manifest, checks, handouts, stubs. Then what has to be graded: the stub, the
solution, every known answer, and every mutant of the solution.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from grader import run
from grader.authoring import stubs
from grader.authoring.answers import Answer, answers
from grader.authoring.mutants import Equivalent, Mutant, equivalents, mutants
from grader.course import Lab
from grader.errors import CourseError, Infra
from grader.grading import ROOT
from grader.kernel.features import Machine
from grader.kernel.mounts import mount_privately
from grader.text import clean
from grader.verdict.record import Result, Status, TaskResult

Tell = Callable[[str, float], None]
"""Is told what is going on, and how much of that is done (0 to 1)."""

BURN = "import os\nwhile os.getppid() != 1:\n    sum(range(100000))\n"
_REFUSED_BY_CLANG = re.compile(r"^/virtual/main\.c:\d+:\d+: (?:fatal )?error: ", re.MULTILINE)
_WRONG = (Status.FAIL, Status.ERROR, Status.TIMEOUT)


@dataclass(frozen=True)
class Problem:
    """What is wrong with a lab, what to do about it, and a diff or a log to go by."""

    what: str
    remedy: str
    detail: str = ""


@dataclass(frozen=True)
class Step:
    """One thing that was to be proved: it is, unless there are problems."""

    claim: str
    problems: tuple[Problem, ...] = ()
    unjudged: str = ""
    """What of it could not be judged on this kernel."""
    vital: bool = False
    """Whether the steps after it make no sense without it."""


class Fate(str, Enum):
    """What became of a mutant."""

    NOT_COMPILING = "not compiling"
    CAUGHT = "caught"
    EQUIVALENT = "equivalent"
    NOT_JUDGED = "not judged"
    SURVIVED = "survived"


class Prover:
    """Proves one lab, on one kernel."""

    def __init__(
        self, lab: Lab, tell: Tell, *, kernel: str = "auto", time_scale: float = 1.0
    ) -> None:
        self.lab = lab
        self.fates: list[tuple[Mutant, Fate]] = []
        self._tell = tell
        self._kernel = kernel
        self._time_scale = time_scale
        self._unjudged: frozenset[str] = frozenset()
        self._where = ""
        self._printed = ""

    def prove(self, rounds: int) -> Iterator[Step]:
        """Each step as it ends. The solution is graded `rounds` times beside busy CPUs.

        A vital one that has problems is the last. Raises Infra where no task can be judged.
        """
        steps: list[Callable[[], Step]] = [self._checks, self._handouts, self._stubs]
        steps += [self._solution, self._stub]
        steps += [lambda: self._beside_busy_cpus(rounds)] if rounds else []
        steps += [lambda: self._answers("wrong_answers"), lambda: self._answers("right_answers")]
        for prove in (*steps, self._mutants):
            try:
                step = prove()
            except CourseError as error:
                problem = Problem(error.what, error.remedy)
                step = Step("the lab's files can be read", (problem,), vital=True)
            yield step
            if step.vital and step.problems:
                return

    def _checks(self) -> Step:
        """lab.toml was read: it is whole. Do the checks agree with it?"""
        claim = "lab.toml is whole, has hints in both languages, and the checks agree with it"
        said = run.objections(self.lab)
        what = f"pytest refuses the checks of {self.lab.name}."
        problem = Problem(what, "Mend what it names.", clean(said).strip())
        return Step(claim, (problem,) if said else (), vital=True)

    def _handouts(self) -> Step:
        problems = []
        for name in ("README.md", "README.fr.md"):
            path = self.lab.folder / name
            text = path.read_text(encoding="utf-8") if path.is_file() else ""
            for task in self.lab.tasks:
                if not re.search(rf"(?<![\d.]){re.escape(task.id)}(?![\d.]*\d)", text):
                    problems.append(
                        Problem(f"{_short(path)} does not name task {task.id}.", "Describe it.")
                    )
        return Step("both handouts name every task", tuple(problems), vital=True)

    def _stubs(self) -> Step:
        remedy = f"Run: ./labebpf stubs {self.lab.name}"
        problems = [
            Problem(f"{_short(path)} is not what its solution makes of it.", remedy)
            for path in stubs.drifted(self.lab, ROOT / "solutions")
        ]
        return Step("the stubs are what the solutions make of them", tuple(problems), vital=True)

    def _stub(self) -> Step:
        self._tell("the stub", 0)
        result = self._judge(self.lab.folder.parent)
        problems = [
            Problem(f"The stub earns task {task.id}: {task.title}.", "Make its check stricter.")
            for task in _tasks(result)
            if task.points
        ]
        return Step("the stub earns nothing", tuple(problems), vital=True)

    def _solution(self) -> Step:
        """Once, and quietly: what is `infra` now cannot be judged on this kernel at all."""
        self._tell("the solution", 0)
        result = self._grade_files({})
        self._where = result.kernel["where"]
        tasks = _tasks(result)
        infra = [task for task in tasks if task.status == Status.INFRA]
        if all(task.status in (Status.INFRA, Status.BLOCKED) for task in tasks):
            what = f"{self.lab.name} cannot be judged. {tasks[0].why}"
            raise Infra(what, tasks[0].remedy, log=self._printed)
        self._unjudged = frozenset(task.id for task in infra)
        by_reason: dict[str, list[str]] = {}
        for task in infra:
            by_reason.setdefault(task.why, []).append(task.id)
        unjudged = " ".join(f"{', '.join(ids)}: {why}" for why, ids in by_reason.items())
        problems = tuple(self._lost(result))
        claim = "the solution earns everything" + (" that can be judged here" if infra else "")
        return Step(claim, problems, unjudged, vital=True)

    def _beside_busy_cpus(self, rounds: int) -> Step:
        """The solution again, and again, while the CPUs have other things to do."""
        problems: list[Problem] = []
        with beside(BURN, len(os.sched_getaffinity(0))):
            for number in range(rounds):
                self._tell("the solution beside busy CPUs", number / rounds)
                for problem in self._lost(self._grade_files({})):
                    what = f"Round {number + 1}: {problem.what}"
                    problems.append(Problem(what, problem.remedy, problem.detail))
        times = "once" if rounds == 1 else f"{rounds} times"
        return Step(f"the solution earns everything beside busy CPUs, {times}", tuple(problems))

    def _answers(self, kind: str) -> Step:
        """Each answer loses what its header says, no more and no less."""
        what = kind.replace("_", " ")
        known = [answer for answer in answers(kind) if answer.lab == self.lab.name]
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
                        f"{_short(answer.path)} loses {_said(lost)}, and not {_said(loses)}.",
                        "Mend the check, or what the header says if the check is right.",
                        answer.sentence,
                    )
                )
            elif not answer.is_told(_tasks(result)):
                problems.append(
                    Problem(
                        f'{_short(answer.path)} is not told "{answer.says}".',
                        "Let the check say what is wrong, or mend what the header says.",
                        answer.sentence,
                    )
                )
        if kind == "wrong_answers" and not known:
            remedy = f"Write some: see docs/authoring.md. They go to tests/{kind}/{self.lab.name}/."
            problems.append(Problem("There is no wrong answer.", remedy))
        loss = "what their headers say" if kind == "wrong_answers" else "nothing"
        claim = f"{len(known) - len(unjudged)} {what} lose {loss}"
        return Step(claim, tuple(problems), ", ".join(unjudged))

    def _mutants(self) -> Step:
        """Every mutant of the solution loses points, but for those that are equivalent to it."""
        path = ROOT / "solutions" / self.lab.name / "mutants.toml"
        listed = equivalents(path)
        marked = {name: stubs.read(self.lab, name, ROOT / "solutions") for name in self.lab.edits}
        made = [
            (mutant, tasks)
            for name, solution in marked.items()
            for mutant in mutants(name, solution.path.read_text(encoding="utf-8"))
            # What the stub gives as well is nobody's to get wrong.
            if (tasks := solution.tasks_at(mutant.line))
        ]
        for number, (mutant, tasks) in enumerate(made):
            self._tell("mutants", number / len(made))
            self.fates.append((mutant, self._fate(mutant, tasks, listed)))
        self._tell("mutants", 1)
        problems = [
            Problem(
                f"A mutant survives, {mutant.file}:{mutant.line}, {mutant.kind}.",
                f"Make a check of {', '.join(tasks)} notice it. If it does nothing wrong, list it "
                f"in {_short(path)} and say why.",
                mutant.diff(),
            )
            for (mutant, tasks), (_, fate) in zip(made, self.fates, strict=True)
            if fate is Fate.SURVIVED
        ]
        problems += [
            Problem(
                f"{_short(path)} lists what no mutant does: {entry.before!r} to {entry.after!r}.",
                "Remove the entry, or write the lines as the solution has them.",
            )
            for entry in listed
            if not any(entry.covers(mutant) for mutant, _ in made)
        ]
        spared = sum(fate is Fate.NOT_JUDGED for _, fate in self.fates)
        return Step(
            f"every one of {len(made)} mutants loses points, or is listed as equivalent",
            tuple(problems),
            f"{spared} mutants" if spared else "",
        )

    def _fate(self, mutant: Mutant, tasks: Iterable[str], listed: tuple[Equivalent, ...]) -> Fate:
        """Grade `mutant`, in whose place the solution of `tasks` stands."""
        if mutant.file.endswith(".py") and not _is_python(mutant.text):
            return Fate.NOT_COMPILING
        concerned = _with_dependents(self.lab, tasks)
        equivalent = any(entry.covers(mutant) for entry in listed)
        if concerned <= self._unjudged:
            return Fate.EQUIVALENT if equivalent else Fate.NOT_JUDGED
        result = self._grade_files({mutant.file: mutant.text})
        return fate_of(mutant, result, concerned & self._unjudged, equivalent=equivalent)

    def _expected(self, answer: Answer) -> dict[str, str] | None:
        """What `answer` must lose of what can be judged here; None if nothing of it can be."""
        loses = {task: lost for task, lost in answer.loses.items() if task not in self._unjudged}
        if answer.loses and not loses:
            return None
        if answer.kernel and self._where == "native":
            mount_privately()
            if not Machine().offers(answer.kernel).ok:
                return None
        return loses

    def _grade_files(self, files: Mapping[str, str]) -> Result:
        """Grade the solution, with `files` in the place of its own."""
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder, self.lab.name)
            target.mkdir()
            for name in self.lab.edits:
                solution = ROOT / "solutions" / self.lab.name / name
                (target / name).write_bytes(
                    files[name].encode() if name in files else solution.read_bytes()
                )
            return self._judge(Path(folder))

    def _judge(self, folder: Path) -> Result:
        """The same, once more where the machine could not judge what it can."""
        result = self._grade(folder)
        if any(
            task.status == Status.INFRA and task.id not in self._unjudged for task in _tasks(result)
        ):
            result = self._grade(folder)
        return result

    def _grade(self, folder: Path) -> Result:
        options = [f"--submission={folder}", f"--time-scale={self._time_scale}"]
        result, self._printed = run.grade([self.lab], self._kernel, options, "en")
        return result

    def _lost(self, result: Result) -> list[Problem]:
        """What the solution should not have lost."""
        return [
            Problem(
                f"The solution does not earn task {task.id}: {task.status}. {task.why}",
                "Mend the solution, or the check.",
                "\n".join(
                    filter(None, (f"expected: {task.expected}", f"seen: {task.actual}", task.log))
                ),
            )
            for task in _tasks(result)
            if task.status != Status.PASS and task.id not in self._unjudged
        ]


def fate_of(mutant: Mutant, result: Result, unjudged: frozenset[str], *, equivalent: bool) -> Fate:
    """What became of a mutant that got `result`.

    `unjudged` are the tasks that might have caught it on another kernel; `equivalent` says that it
    is listed as doing nothing wrong.
    """
    lost = [task for task in _tasks(result) if task.status in _WRONG]
    if mutant.file.endswith(".c") and any(_REFUSED_BY_CLANG.search(task.log) for task in lost):
        return Fate.NOT_COMPILING
    if lost:
        return Fate.CAUGHT
    if equivalent:
        return Fate.EQUIVALENT
    infra = any(task.status == Status.INFRA and task.id not in unjudged for task in _tasks(result))
    return Fate.NOT_JUDGED if unjudged or infra else Fate.SURVIVED


@contextmanager
def beside(code: str, count: int) -> Iterator[None]:
    """Run `count` processes of Python `code` meanwhile; each ends when this process does."""
    children = [subprocess.Popen([sys.executable, "-I", "-c", code]) for _ in range(count)]
    try:
        yield
    finally:
        for child in children:
            child.terminate()
            child.wait()


def _tasks(result: Result) -> list[TaskResult]:
    return [task for lab in result.labs for task in lab.tasks]


def _with_dependents(lab: Lab, tasks: Iterable[str]) -> frozenset[str]:
    """`tasks`, and all that need one of them."""
    found = set(tasks)
    for task in lab.tasks:  # A task can need those above it only.
        if found.intersection(task.needs):
            found.add(task.id)
    return frozenset(found)


def _is_python(text: str) -> bool:
    try:
        compile(text, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def _said(loses: Mapping[str, str]) -> str:
    return ", ".join(f"{task} {status}" for task, status in sorted(loses.items())) or "nothing"
