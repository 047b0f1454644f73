"""lab.toml: the one list of what a lab grades."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from grader.base.errors import CourseError, UsageError
from grader.base.messages import say
from grader.labs.manifest import LANGUAGES, ManifestReader, Text, read

_HOOKS = (
    r"tracepoint:\w+:\w+",
    r"raw_tracepoint:\w+",
    r"kprobe:\w+",
    r"kretprobe:\w+",
    r"lsm:\w+",
    r"uprobe:c:\w+",
    r"xdp:lo",
    r"xdp:veth0",
)
"""Kprobes name a system call: what its function is called differs from kernel to kernel.

Uprobes are on functions of libc, which the workload calls; XDP is where its packets pass.
"""
CALLS = ("mkdir", "rmdir", "unlink", "rename", "link", "symlink", "packet")
"""What the workload can do for a lab, in the words of grader.evidence."""
NEEDS = ("trace_lines", "kprobes", "uprobes", "fentry", "xdp", "available_filter_functions", "smp")
"""What grader.kernel knows how to look for, beside tracepoints and LSM hooks."""


@dataclass(frozen=True)
class Task:
    """One numbered, graded step of a lab."""

    id: str
    points: int
    file: str
    title: Text
    needs: tuple[str, ...]
    """Ids of the tasks without which this one cannot be judged."""
    kernel: tuple[str, ...]
    """What the kernel must offer for this task, beyond what the lab needs."""
    hints: tuple[Text, ...]
    private: bool = False
    """It comes from an instructor's private folder."""


@dataclass(frozen=True)
class Lab:
    """A folder exercises/labN/: what its manifest says."""

    name: str
    folder: Path
    title: Text
    program: str
    script: str
    """The Python that shows what the program sees; "" in a lab of programs alone."""
    edits: tuple[str, ...]
    """File names that are taken from a submission; nothing else ever is."""
    attach: str
    """The hook, `kind:place`: where a BPF function goes that does not attach itself."""
    needs: tuple[str, ...]
    """What the kernel must offer."""
    tasks: tuple[Task, ...]
    call: str = "mkdir"
    """The system call that the workload makes and the witness counts."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What differs from architecture to architecture, as this machine calls it."""
    private: Path | None = None
    """An instructor's folder with further checks, those of the private tasks."""
    reveal: bool = False
    """Whether more is shown of private tasks than titles, verdicts and points."""

    def hides(self, task: Task) -> bool:
        """Tell whether the checks of `task`, and what they say, must not be shown."""
        return task.private and not self.reveal

    @property
    def solutions(self) -> Path:
        """The folder with its solution, which lies beside that of its exercises."""
        return self.folder.parent.parent / "solutions"

    @property
    def max_score(self) -> int:
        return sum(task.points for task in self.tasks)

    def task(self, task_id: str) -> Task:
        """Return the task `task_id`. Raises UsageError, which lists the ids that there are."""
        for task in self.tasks:
            if task.id == task_id:
                return task
        ids = ", ".join(task.id for task in self.tasks)
        raise UsageError(
            say("{name} has no task {task_id}.", name=self.name, task_id=task_id),
            say("Its tasks are {ids}.", ids=ids),
        )

    def with_dependents(self, tasks: Iterable[str]) -> frozenset[str]:
        """Return the ids `tasks`, and those of all tasks that need one of them, directly or not."""
        found = set(tasks)
        for task in self.tasks:  # A task can only need those above it.
            if found.intersection(task.needs):
                found.add(task.id)
        return frozenset(found)


class Labs(dict[str, Lab]):
    """The labs of a course whose manifests are right, by name, and what is wrong with the others.

    A broken manifest stops only what is about its own lab.
    """

    def __init__(self, labs: Mapping[str, Lab], broken: Mapping[str, CourseError]) -> None:
        super().__init__(labs)
        self.broken = broken

    def refuse_broken(self, names: Iterable[str]) -> None:
        """Raise the CourseError of the first lab in `names` whose manifest is broken."""
        for name in names:
            if name in self.broken:
                raise self.broken[name]


def find_labs(exercises: Path, languages: Sequence[str] = LANGUAGES) -> Labs:
    """Read the labs below `exercises`, in order; none where there is no such folder.

    Their texts have to be there in each of `languages`.
    """
    folders = sorted(
        (path.parent for path in exercises.glob("*/lab.toml")),
        key=lambda folder: [int(n) for n in re.findall(r"\d+", folder.name)] or [0],
    )
    labs, broken = {}, {}
    for folder in folders:
        try:
            labs[folder.name] = load_lab(folder, languages)
        except CourseError as error:
            broken[folder.name] = error
    return Labs(labs, broken)


def load_lab(
    folder: Path, languages: Sequence[str] = LANGUAGES, machine: str = platform.machine()
) -> Lab:
    """Read `folder`/lab.toml, with the names of the architecture `machine` (as of uname -m).

    Raises CourseError, naming the key, when it is not right.
    """
    path = folder / "lab.toml"
    top = read(path)
    top.format()
    table, entries = top.table("lab"), top.tables("task")
    top.nothing_else()
    names = ManifestReader(path, "[lab]", {"names": table.pop("names", {})}).names("names", machine)
    manifest = ManifestReader(path, "[lab]", table, languages, names)
    lab = Lab(
        name=folder.name,
        folder=folder,
        title=manifest.text("title"),
        program=manifest.string("program"),
        script=manifest.string("script", default=""),
        edits=manifest.strings("edits"),
        attach=manifest.string("attach"),
        call=manifest.string("call", default="mkdir"),
        needs=manifest.strings("needs", default=()),
        tasks=tuple(_task(path, entry, languages, names) for entry in entries),
        names=names,
    )
    manifest.nothing_else()
    _check(path, lab)
    return lab


def add_private(labs: Labs, folder: Path, *, reveal: bool) -> Labs:
    """Return `labs` with the private tasks of `folder`, which is laid out as exercises/ is.

    Raises UsageError where `folder` has none, CourseError for those of a lab that does not exist. A
    lab whose private manifest is not right becomes a broken one; without `reveal` its error names
    the lab alone.
    """
    names = sorted(path.parent.name for path in folder.glob("*/lab.toml"))
    if not names:
        raise UsageError(
            say("{folder} has no LAB/lab.toml in it.", folder=folder),
            say("Lay it out like exercises/."),
        )
    joined, broken = dict(labs), dict(labs.broken)
    for name in names:
        try:
            if name not in labs and name not in broken:
                raise CourseError(
                    say("There is no lab {name} in exercises.", name=name),
                    say("Rename the folder."),
                )
            if name in labs:
                joined[name] = _join(labs[name], folder / name, reveal)
        except CourseError as error:
            told = error if reveal else not_in_order(name)
            if name not in labs:  # Else its checks would be left out, and nobody would know.
                raise told from None
            broken[name] = told
            del joined[name]
    return Labs(joined, broken)


def not_in_order(name: str) -> CourseError:
    """Return the error for any mistake in the private checks of lab `name` that are hidden."""
    return CourseError(
        say("The private checks of {name} are not in order.", name=name),
        say("Give --reveal to see what is wrong."),
    )


def _join(lab: Lab, folder: Path, reveal: bool) -> Lab:
    """Return `lab` with the private tasks of `folder`/lab.toml after its own. Raises CourseError.

    The private tasks may need those of the lab.
    """
    path = folder / "lab.toml"
    top = read(path)
    top.format()
    entries = top.tables("task")
    top.nothing_else()
    if not entries:
        raise CourseError(
            say("{path} has no [[task]].", path=path), say("Write one, or remove the folder.")
        )
    tasks = (
        *lab.tasks,
        *(_task(path, entry, LANGUAGES, lab.names, private=True) for entry in entries),
    )
    joined = replace(lab, tasks=tasks, private=folder, reveal=reveal)
    _check(path, joined)
    return joined


def _task(
    path: Path,
    entry: dict[str, Any],
    languages: Sequence[str],
    names: Mapping[str, str],
    *,
    private: bool = False,
) -> Task:
    reader = ManifestReader(path, f"task {entry.get('id', '?')}", entry, languages, names)
    task = Task(
        id=reader.string("id"),
        points=reader.integer("points"),
        file=reader.string("file"),
        title=reader.text("title"),
        needs=reader.strings("needs", default=()),
        kernel=reader.strings("kernel", default=()),
        hints=reader.texts("hints", default=() if private else None),
        private=private,
    )
    reader.nothing_else()
    return task


def _check(path: Path, lab: Lab) -> None:
    """Check what a manifest must hold beyond the types of its keys. Raises CourseError."""
    _check_edits(path, lab)
    _check_workload(path, lab)
    if not lab.tasks:
        raise CourseError(
            say("{path} has no [[task]].", path=path), say("A lab grades at least one task.")
        )
    seen: list[str] = []
    for task in lab.tasks:
        _check_task(path, lab, task, seen)
        seen.append(task.id)


def _check_edits(path: Path, lab: Lab) -> None:
    for name in lab.edits:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*\.(c|py|toml)", name) or name == "lab.toml":
            raise CourseError(
                say("{path}: edits has the name {name!r}.", path=path, name=name),
                say("Use a plain .c, .py or .toml name."),
            )
        if lab.edits.count(name) > 1:
            raise CourseError(
                say("{path}: edits has {name} twice.", path=path, name=name), say("Remove one.")
            )
    named = [("program", lab.program, ".c")]
    named += [("script", lab.script, ".py")] if lab.script else []
    for key, name, suffix in named:
        if name not in lab.edits:
            raise CourseError(
                say("{path}: {name} is not in edits.", path=path, name=name), say("Add it there.")
            )
        if not name.endswith(suffix):
            raise CourseError(
                say("{path}: {key} is {name}.", path=path, key=key, name=name),
                say("Name a file that ends in {suffix}.", suffix=suffix),
            )


def _check_workload(path: Path, lab: Lab) -> None:
    """Check `attach`, `call` and `needs`, and that the first two fit. Raises CourseError."""
    if not re.fullmatch("|".join(_HOOKS), lab.attach, re.ASCII):
        forms = ", ".join(hook.replace(r"\w+", "NAME") for hook in _HOOKS)
        raise CourseError(
            say("{path}: attach is {attach!r}.", path=path, attach=lab.attach),
            say("Write it as one of {forms}.", forms=forms),
        )
    if lab.call not in CALLS:
        raise CourseError(
            say("{path}: call is {call!r}.", path=path, call=lab.call),
            say("Write it as one of {forms}.", forms=", ".join(CALLS)),
        )
    if (lab.call == "packet") != lab.attach.startswith("xdp:"):
        raise CourseError(
            say(
                "{path}: {attach} does not see the call {call}.",
                path=path,
                attach=lab.attach,
                call=lab.call,
            ),
            say("XDP programs see the call packet, and nothing else does."),
        )
    for need in lab.needs:
        check_need(f"{path}: [lab]", "needs", need)


def check_need(where: str, key: str, need: str) -> None:
    """Raise CourseError, which names `key` in `where`, unless a kernel can be asked for `need`."""
    named = re.fullmatch(r"tracepoint:\w+:\w+|lsm:\w+", need, re.ASCII)
    if need not in NEEDS and not named:
        forms = ("tracepoint:NAME:NAME", "lsm:NAME", *NEEDS)
        raise CourseError(
            say(
                "{where}: {need!r} is not a known value of {key}.", where=where, key=key, need=need
            ),
            say("Write it as one of {forms}.", forms=", ".join(forms)),
        )


def _check_task(path: Path, lab: Lab, task: Task, seen: Sequence[str]) -> None:
    """Check what a task must hold; `seen` are the ids of those above it. Raises CourseError."""
    named = re.fullmatch(r"lab(\d+)", lab.name)
    number = named[1] if named else r"\d+"
    if not re.fullmatch(rf"{number}\.\d+", task.id, re.ASCII):
        example = f"{named[1] if named else 7}.2"
        raise CourseError(
            say(
                "{path}: {id} is not an id for a task of {lab}.",
                path=path,
                id=task.id,
                lab=lab.name,
            ),
            say(
                "Write the lab's number and the task's own, such as {id}.",
                id=example,
            ),
        )
    if task.id in seen:
        raise CourseError(
            say("{path}: task {id} appears twice.", path=path, id=task.id), say("Renumber one.")
        )
    for needed in task.needs:
        if needed not in seen:
            raise CourseError(
                say(
                    "{path}: task {id} needs {needed}, which is not an earlier task.",
                    path=path,
                    id=task.id,
                    needed=needed,
                ),
                say("A task can only need those above it."),
            )
    if task.points < 1:
        raise CourseError(
            say("{path}: task {id} has no points.", path=path, id=task.id),
            say("Give it at least one."),
        )
    if not task.hints and not task.private:
        raise CourseError(
            say("{path}: task {id} has no hint.", path=path, id=task.id), say("Write at least one.")
        )
    if task.file not in lab.edits:
        raise CourseError(
            say(
                "{path}: task {id} is about {file}, which is not in edits.",
                path=path,
                id=task.id,
                file=task.file,
            ),
            say("Name a file that the student edits."),
        )
    for need in task.kernel:
        check_need(f"{path}: task {task.id}", "kernel", need)
