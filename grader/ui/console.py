"""Show a person what a command is doing, on a terminal and where there is none."""

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
    """A console that raises BrokenPipeError when nobody reads its output any more."""

    def on_broken_pipe(self) -> None:
        raise  # The BrokenPipeError that is being handled. (Rich's own ends with status 1.)


def open_console(*, stderr: bool = False) -> Console:
    """Open the console to print to: in plain text where there is no terminal, or with NO_COLOR."""
    plain = bool(os.environ.get("NO_COLOR"))
    # no_color of rich leaves bold and dim text as it is.
    return _Console(stderr=stderr, highlight=False, color_system=None if plain else "auto")


@contextmanager
def going_on(what: str) -> Iterator[Callable[[str], None]]:
    """Show on a terminal that `what` goes on; the block gets a function that names its step."""
    with open_console(stderr=True).status(Text(f"{what} ...")) as status:
        yield lambda step: status.update(Text(f"{what}: {step.rstrip('.')} ..."))


class Steps:
    """Shows the steps of a long job: by a bar on a terminal, by a line for each step elsewhere."""

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
        """Show that `step` goes on, and which part of the job is done, from 0 to 1."""
        told = translate(step, language())
        self._bar.update(self._task, description=f"{self._title}: {told}", completed=done)
        if not self._console.is_terminal and told != self._told:
            self._console.print(Text(f"{self._title}: {told} ..."))
        self._told = told

    @contextmanager
    def away(self) -> Iterator[None]:
        """Hide the bar within the block, so that something else can be printed."""
        self._bar.stop()
        yield
        self._bar.start()
