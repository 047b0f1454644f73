"""Grading on each save, until Ctrl-C."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import watchfiles
from rich.console import Console
from rich.text import Text

from grader.base.messages import say, translate
from grader.labs import Course, Lab
from grader.report.terminal import render
from grader.runner import pytest_process
from grader.ui.console import going_on

_TICK_MS = 200
_STEP_MS = 100
"""Saves that follow each other faster than this are one."""
_MOMENT = 1.0
"""Seconds for which a file may be missing: editors that save by rename take it away first."""


def watch(
    console: Console,
    course: Course,
    lab: Lab,
    kernel: str,
    options: Sequence[str],
    lang: str,
    *,
    poll: bool,
) -> None:
    """Grade the student's own files of `lab` now, and whenever one was saved. Ends on Ctrl-C.

    A save while they are graded begins anew: the verdict on the older ones is of no use.
    """
    try:
        saved = saves(course.place(lab), lab.edits, poll=poll)
        while True:
            while not next(saved):
                pass
            # A save that is seen now is newer than what is about to be graded.
            while _grade(console, course, lab, kernel, options, lang, saved):
                pass
    except KeyboardInterrupt:
        console.print()


def _grade(
    console: Console,
    course: Course,
    lab: Lab,
    kernel: str,
    options: Sequence[str],
    lang: str,
    saved: Iterator[bool],
) -> bool:
    """Grade, and show what came of it; or give it up, since there was a newer save: True."""
    if console.is_terminal:
        console.clear()
    try:
        with going_on(f"{lab.name} ({kernel})") as tell:
            newer = partial(next, saved)
            result, log = pytest_process.grade(
                course, [lab], kernel, options, lang, tell, given_up=newer
            )
    except pytest_process.GivenUpError:
        return True
    if log:
        console.print(Text(log))
    render(console, result)
    again = say("Save {files} to grade again. Ctrl-C ends.", files=", ".join(lab.edits))
    console.print(Text(translate(again, lang), style="dim"))
    return False


def saves(folder: Path, names: Collection[str], *, poll: bool) -> Iterator[bool]:
    """Yield, several times a second, whether one of `names` in `folder` was saved since.

    It is true at first, once they are being watched. All saves while the caller is busy are one.
    With `poll` the files are looked at again and again, for file systems that do not tell of
    changes (inotify(7): those of a network).
    """
    changes = _seen(folder, names) if poll else _told(folder, names)
    next(changes)  # It does not begin before it is asked.
    yield True
    yield from settled(changes, lambda: all((folder / name).exists() for name in names), _MOMENT)


def _told(folder: Path, names: Collection[str]) -> Iterator[Collection[object]]:
    return watchfiles.watch(
        folder,
        watch_filter=lambda change, path: Path(path).name in names,
        step=_STEP_MS,
        rust_timeout=_TICK_MS,
        yield_on_timeout=True,
        force_polling=False,
        recursive=False,
    )


def _seen(folder: Path, names: Collection[str]) -> Iterator[Collection[object]]:
    """Yield, again and again, which of the files `names` changed since they were last looked at.

    The polling of watchfiles is not used: it takes two saves in a second for one (its issue #319).
    """
    before: dict[str, tuple[int, ...]] = {}
    while True:
        now = {name: _state(folder / name) for name in names}
        yield [name for name in names if now[name] != before.get(name, now[name])]
        before = now
        time.sleep(_TICK_MS / 1000)


def _state(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return (found.st_ino, found.st_size, found.st_mtime_ns)


def settled(
    changes: Iterable[Collection[object]], whole: Callable[[], bool], moment: float
) -> Iterator[bool]:
    """Yield for each of `changes` whether there was one that has settled.

    It has once all files are there, or have been missing for `moment` seconds. `changes` has an
    empty collection now and then when there are none.
    """
    changed: float | None = None
    for change in changes:
        if change:
            changed = time.monotonic()
        ready = changed is not None and (whole() or time.monotonic() - changed > moment)
        if ready:
            changed = None
        yield ready
