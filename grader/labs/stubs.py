"""Stubs made from solutions: the solution is the one source, and marks in it say what is whose.

// BEGIN SOLUTION 3.1 3.2
//| /* TODO 3.1: what the student reads instead */
BPF_HASH(compteur);
// END SOLUTION

Python has # for //. Lines outside are copied into the stub. Of the lines inside, those with a bar
are shown without it, at the indentation of their mark, and the others are the solution.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.base.errors import CourseError
from grader.base.messages import Message, say
from grader.labs import Lab
from grader.labs.read_text import text_of

_BEGIN = re.compile(r"\s*(?://|#) ?BEGIN SOLUTION((?: +\S+)+)\s*")
_END = re.compile(r"\s*(?://|#) ?END SOLUTION\s*")
MARK = re.compile(r"\b(?:BEGIN|END) SOLUTION\b")
# Formatters of Python put a space between # and what follows.
_SHOWN = re.compile(r"(\s*)(?://|# ?)\| ?(.*)")
_NO_SUBSTANCE = re.compile(
    r"\W*|(?:#|//|/\*|\*|import |from ).*|return 0;|(?:pass|return|break|continue);?"
    r"|(?:try|else|finally):|(?:\} )?else \{"
)


@dataclass(frozen=True)
class Block:
    """The solution of `tasks`: the lines from the one mark to the other, counted from 1."""

    tasks: tuple[str, ...]
    first: int
    last: int


@dataclass(frozen=True)
class ParsedSolution:
    """A file of a solution, its marks read."""

    path: Path
    stub: str
    blocks: tuple[Block, ...]
    solved: tuple[tuple[int, str], ...]
    """The lines inside of marks that are of substance: number, and text without indentation."""

    def tasks_at(self, line: int) -> tuple[str, ...]:
        """Return the tasks of the block that `line` is in, none for a line outside of blocks."""
        for block in self.blocks:
            if block.first <= line <= block.last:
                return block.tasks
        return ()

    def leaks(self) -> list[tuple[int, str]]:
        """Return those of `solved` that stand in the stub, also in a comment or within a line."""
        return [
            (number, line)
            for number, line in self.solved
            # n = 1 does not stand in max_n = 10.
            if re.search(rf"(?<!\w){re.escape(line)}(?!\w)", self.stub)
        ]


def read(lab: Lab, name: str, solutions: Path) -> ParsedSolution:
    """Parse the file `name` of `lab` in `solutions`/LAB. Raises CourseError, with its line."""
    path = solutions / lab.name / name
    return parse(lab, name, path, text_of(path))


def parse(lab: Lab, name: str, path: Path, text: str) -> ParsedSolution:
    """Parse `text`, which `path` holds, as `read` does. Raises CourseError, with its line."""
    stub: list[str] = []
    blocks: list[Block] = []
    solved: list[tuple[int, str]] = []
    begin: tuple[int, tuple[str, ...]] | None = None
    shows = False
    for number, line in enumerate(text.splitlines(), 1):
        shown = _SHOWN.fullmatch(line)
        if opens := _BEGIN.fullmatch(line):
            if begin:
                raise _wrong(
                    path,
                    number,
                    say("A block begins inside the one of line {begin}.", begin=begin[0]),
                    "END",
                )
            begin, shows = (number, tuple(opens[1].split())), False
            _check_tasks(lab, name, path, *begin)
        elif _END.fullmatch(line):
            if not begin:
                raise _wrong(path, number, say("There is no block to end here."), "BEGIN")
            blocks.append(Block(begin[1], begin[0], number))
            if not shows:
                _close_gap(stub)
            begin = None
        elif MARK.search(line):
            raise _wrong(path, number, say("This mark cannot be read."), "BEGIN")
        elif shown and not begin:
            raise _wrong(
                path,
                number,
                say("What the student sees instead stands outside any block."),
                "BEGIN",
            )
        elif shown:
            shows = True
            stub.append(f"{shown[1]}{shown[2]}".rstrip())
        elif not begin:
            stub.append(line)
        elif not _NO_SUBSTANCE.fullmatch(line.strip()):
            solved.append((number, line.strip()))
    if begin:
        raise _wrong(path, begin[0], say("This block is not closed."), "END")
    marked = ParsedSolution(
        path, "".join(f"{line}\n" for line in stub), tuple(blocks), tuple(solved)
    )
    _check_whole(lab, name, marked)
    return marked


def stubs(lab: Lab, solutions: Path) -> Iterator[tuple[Path, str]]:
    """Yield the path of each stub of `lab`, and what it should hold. Raises CourseError."""
    for name in lab.edits:
        marked = read(lab, name, solutions)
        for number, line in marked.leaks():
            raise CourseError(
                say(
                    "{path}:{number}: the stub shows a line of the solution: {line}",
                    path=marked.path,
                    number=number,
                    line=line,
                ),
                say("Put that line into a block, or reword what the block shows instead."),
            )
        yield lab.folder / name, marked.stub


def solved_texts(text: str) -> list[str]:
    """Return, of each block of the solution `text`, the lines that the stub does not show."""
    blocks: list[str] = []
    inside = False
    for line in text.splitlines():
        if _BEGIN.fullmatch(line):
            inside = True
            blocks.append("")
        elif _END.fullmatch(line):
            inside = False
        elif inside and not _SHOWN.fullmatch(line):
            blocks[-1] += f"{line}\n"
    return blocks


def solved_file(text: str) -> str:
    """Return the solution `text` without marks and without what the stub shows instead."""
    marks = (_BEGIN, _END, _SHOWN)
    lines = text.splitlines()
    return "".join(f"{line}\n" for line in lines if not any(m.fullmatch(line) for m in marks))


def drifted(lab: Lab, solutions: Path) -> dict[Path, str]:
    """Return the path and the right text of each stub that is not what its solution makes of it."""
    return {path: text for path, text in stubs(lab, solutions) if not _holds(path, text.encode())}


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except OSError:
        return False


def _close_gap(stub: list[str]) -> None:
    """Remove blank lines above a block that shows nothing: those after the block are enough."""
    while stub and not stub[-1]:
        stub.pop()


def _check_tasks(lab: Lab, name: str, path: Path, line: int, tasks: tuple[str, ...]) -> None:
    files = {task.id: task.file for task in lab.tasks}
    for task in tasks:
        if task not in files:
            raise CourseError(
                say(
                    "{path}:{line}: {lab} has no task {task}.",
                    path=path,
                    line=line,
                    lab=lab.name,
                    task=task,
                ),
                say("Its tasks are {names}.", names=", ".join(files)),
            )
        if files[task] != name:
            raise CourseError(
                say(
                    "{path}:{line}: task {task} is about {files}.",
                    path=path,
                    line=line,
                    task=task,
                    files=files[task],
                ),
                say("Name the tasks of this file, or change the task's file in lab.toml."),
            )


def _check_whole(lab: Lab, name: str, marked: ParsedSolution) -> None:
    """Check that each task of the file has a block, and a TODO that a failure can point to."""
    named = {task for block in marked.blocks for task in block.tasks}
    end = marked.blocks[-1].last if marked.blocks else 1
    for task in lab.tasks:
        if task.file == name and task.id not in named:
            raise CourseError(
                say(
                    "{path}:{end}: no block is the solution of task {id}.",
                    path=marked.path,
                    end=end,
                    id=task.id,
                ),
                say(
                    "Write BEGIN SOLUTION {id} above its lines, and END SOLUTION below them.",
                    id=task.id,
                ),
            )
        if task.file == name and not re.search(rf"TODO {re.escape(task.id)}(?!\d)", marked.stub):
            raise CourseError(
                say(
                    "{path}:{end}: the stub has no TODO {id}.",
                    path=marked.path,
                    end=end,
                    id=task.id,
                ),
                say("Say in its block what is to be done, after //| or #|."),
            )


def _wrong(path: Path, line: int, what: Message, lacks: str) -> CourseError:
    form = {"BEGIN": "BEGIN SOLUTION TASK...", "END": "END SOLUTION"}[lacks]
    return CourseError(
        say("{path}:{line}: {what}", path=path, line=line, what=what),
        say("Write // {form} (in Python with #) on a line of its own.", form=form),
    )
