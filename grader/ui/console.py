"""What a person sees of a command while it works, on a terminal and where there is none."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from grader.base.messages import Message, translate
from grader.base.paths import language


class _Console(Console):
    """A console that leaves it to the command what becomes of it when nobody reads any more."""

    def on_broken_pipe(self) -> None:
        raise  # The BrokenPipeError that is being handled. (Rich's own ends with status 1.)


def open_console(*, stderr: bool = False) -> Console:
    """Where to print to. It is plain text unless it is a terminal; with NO_COLOR, there too."""
    plain = bool(os.environ.get("NO_COLOR"))
    # no_color of rich leaves what is bold or dim.
    return _Console(stderr=stderr, highlight=False, color_system=None if plain else "auto")


@contextmanager
def going_on(what: str) -> Iterator[Callable[[str], None]]:
    """Show on a terminal that `what` goes on, and the step of it that is told."""
    with open_console(stderr=True).status(Text(f"{what} ...")) as status:
        yield lambda step: status.update(Text(f"{what}: {step.rstrip('.')} ..."))


class Steps:
    """What to tell of a long job's steps: a bar on a terminal, a line for each elsewhere."""

    def __init__(self, title: str, *, transient: bool = False) -> None:
        self._title = title
        self._console = open_console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self._bar = Progress(
            *columns,
            console=self._console,
            transient=transient,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task(title, total=1.0)
        self._told = ""

    def __enter__(self) -> Steps:
        self._bar.start()
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self._bar.update(self._task, description=self._title, completed=1.0)
        self._bar.stop()

    def __call__(self, step: Message, done: float) -> None:
        """`done` of the job is done, from 0 to 1, and `step` goes on."""
        told = translate(step, language())
        self._bar.update(self._task, description=f"{self._title}: {told}", completed=done)
        if not self._console.is_terminal and told != self._told:
            self._console.print(Text(f"{self._title}: {told} ..."))
        self._told = told

    @contextmanager
    def away(self) -> Iterator[None]:
        """Without the bar, so that something else can be printed."""
        self._bar.stop()
        yield
        self._bar.start()
