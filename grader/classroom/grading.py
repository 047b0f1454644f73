"""Grade the hand-ins of a run that have no verdict yet, several at a time, until none waits.

Of `concurrent.futures.Executor` nothing more is used than `submit`, and no more is handed over than
there are slots: what runs elsewhere may take long to notice that it should not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from statistics import median

from grader.base.errors import AbortedError
from grader.base.messages import Message, say
from grader.classroom.engine import Gradings, NoVerdictError, Order
from grader.classroom.store import Store
from grader.verdict.record import Result, Status

_POLL_SECONDS = 0.5
"""How soon Ctrl-C is noticed."""
_DOUBTFUL = (Status.TIMEOUT, Status.INFRA)
"""Verdicts for which a busy machine may be the reason."""


@dataclass
class Progress:
    """How far a run is; `seconds` are those of the gradings that ended."""

    waiting: int
    slots: int
    done: int = 0
    infra: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def minutes_left(self) -> int | None:
        """How long it takes yet, by the median of what was graded; None if nothing was."""
        if not self.seconds:
            return None
        left = self.waiting - self.done
        return round(left * median(self.seconds) / self.slots / 60 + 0.5)

    def line(self, running: int) -> Message:
        """Say it in a line."""
        told = say(
            "{done}/{all} · {running} of {slots} slots · {infra} infra",
            done=self.done,
            all=self.waiting,
            running=running,
            slots=self.slots,
            infra=self.infra,
        )
        left = self.minutes_left
        return told if left is None else say("{told} · {left} min left", told=told, left=left)


class ClassGrading:
    """One run's gradings: `order` makes what a slot is told of a key and its files."""

    def __init__(
        self,
        store: Store,
        run: int,
        order: Callable[[str, str], Order],
        gradings: Gradings,
        tell: Callable[[Message], object],
    ) -> None:
        self._store = store
        self._run = run
        self._order = order
        self._gradings = gradings
        self._tell = tell
        self._graded: dict[str, tuple[str, Result]] = {}
        """By key, what was graded now: the hash of its files, and its verdict."""

    def run(self, executor: Executor, slots: int) -> None:
        """Grade all that waits, then once more what a busy machine may have spoilt.

        Raises AbortedError on Ctrl-C, once what ran has ended; at the second one it is ended.
        """
        self._grade(executor, self._store.waiting(self._run), slots, self._keep)
        doubtful = [
            (key, hashed) for key, (hashed, result) in self._graded.items() if _doubtful(result)
        ]
        self._grade(executor, doubtful, 1, self._second)
        self._store.end(self._run)

    def _grade(
        self,
        executor: Executor,
        keys: Sequence[tuple[str, str]],
        slots: int,
        keep: Callable[[str, str, Result], None],
    ) -> None:
        left = list(keys)
        progress = Progress(len(left), slots)
        running: dict[Future[Result], tuple[str, str, float]] = {}
        stopping = False
        while running or (left and not stopping):
            try:
                while left and len(running) < slots and not stopping:
                    key, hashed = left.pop(0)
                    if keep == self._keep:
                        self._store.start(self._run, key)
                    future = executor.submit(self._gradings.grade, self._order(key, hashed))
                    running[future] = key, hashed, time.monotonic()
                self._tell(progress.line(len(running)))
                ended, _ = wait(running, _POLL_SECONDS, FIRST_COMPLETED)
                for future in ended:
                    key, hashed, began = running.pop(future)
                    self._ended(future, key, hashed, keep, left, progress)
                    progress.seconds.append(time.monotonic() - began)
            except KeyboardInterrupt:
                if stopping:
                    self._gradings.stop()
                    for key, _, _ in running.values():
                        self._store.release(self._run, key)
                    break
                stopping = True
                self._tell(say("What runs is finished; Ctrl-C once more ends it."))
        if stopping:
            raise AbortedError(
                say("Stopped; what has a verdict is kept. Go on with the same command.")
            )

    def _ended(
        self,
        future: Future[Result],
        key: str,
        hashed: str,
        keep: Callable[[str, str, Result], None],
        left: list[tuple[str, str]],
        progress: Progress,
    ) -> None:
        try:
            result = future.result()
        except NoVerdictError as error:
            if keep == self._keep and self._store.put_back(self._run, key, str(error)):
                left.append((key, hashed))
                return
            progress.infra += 1
        else:
            keep(key, hashed, result)
            progress.infra += result.unjudged > 0
        progress.done += 1

    def _keep(self, key: str, hashed: str, result: Result) -> None:
        self._store.finish(self._run, key, result)
        self._graded[key] = hashed, result

    def _second(self, key: str, hashed: str, result: Result) -> None:
        _, first = self._graded[key]
        self._store.finish(self._run, key, result, unstable=result.statuses != first.statuses)


def _doubtful(result: Result) -> bool:
    return any(status in _DOUBTFUL for status in result.statuses)
