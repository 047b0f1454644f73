"""Grade the hand-ins of a run that have no verdict yet, several at a time, until none waits.

No more is handed over than there are slots: what runs elsewhere may take long to notice that it
should not.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from statistics import median

from grader.base.errors import AbortedError
from grader.base.messages import Message, say
from grader.classroom.pool import Job, NotGradedError, NoVerdictError, Pool
from grader.classroom.runs import Waiting
from grader.classroom.store import Store
from grader.verdict.record import Result, Status

_POLL_SECONDS = 0.5
"""How soon Ctrl-C, and a change of the slots, is noticed."""
_DOUBTFUL = (Status.TIMEOUT, Status.INFRA)
"""Verdicts for which a busy machine may be the reason."""


@dataclass
class ClassProgress:
    """How far a run is; `seconds` are those of the gradings that ended."""

    waiting: int
    done: int = 0
    infra: int = 0
    seconds: list[float] = field(default_factory=list)

    def minutes_left(self, slots: int) -> int | None:
        """Return how long it takes yet, by the median of what was graded; None if nothing was."""
        if not self.seconds or not slots:
            return None
        left = self.waiting - self.done
        return round(left * median(self.seconds) / slots / 60 + 0.5)

    def line(self, running: int, slots: int) -> Message:
        """Say it in a line."""
        told = say(
            "{done}/{all} · {running} of {slots} slots · {infra} infra",
            done=self.done,
            all=self.waiting,
            running=running,
            slots=slots,
            infra=self.infra,
        )
        left = self.minutes_left(slots)
        return told if left is None else say("{told} · {left} min left", told=told, left=left)


class ClassGrading:
    """One run's gradings: `job` makes what a pool is told of a key and its files."""

    def __init__(
        self,
        store: Store,
        run: int,
        job: Callable[[str, str], Job],
        pool: Pool,
        tell: Callable[[Message], object],
    ) -> None:
        self._store = store
        self._run = run
        self._job = job
        self._pool = pool
        self._tell = tell
        self._graded: dict[str, tuple[Waiting, Result]] = {}
        """By key, what was graded now, and its verdict."""

    def run(self) -> None:
        """Grade all that waits, then once more what a busy machine may have spoilt.

        What ended its graders twice comes after the others, alone: it may end those beside it.

        Raises AbortedError on Ctrl-C, once what ran has ended; at the second one it is ended.
        """
        self._grade([each for each in self._store.waiting(self._run) if not each.last_try])
        self._grade(self._store.waiting(self._run), most=1)
        self._look_again()
        self._store.end(self._run)

    def _look_again(self) -> None:
        """Give what a busy machine may have spoilt a second opinion, alone.

        What nobody was judged on, not even the first one alone, is what this machine lacks.
        """
        graded = self._graded.values()
        doubtful = [
            (each, tasks) for each, result in graded if (tasks := _tasks(result, *_DOUBTFUL))
        ]
        if not doubtful:
            return
        (first, _), *others = doubtful
        self._grade([first], most=1, again=True)
        lacking = set.intersection(*(_tasks(result, Status.INFRA) for _, result in graded))
        self._grade([each for each, tasks in others if tasks - lacking], most=1, again=True)

    def _grade(
        self, waiting: Sequence[Waiting], most: int = sys.maxsize, *, again: bool = False
    ) -> None:
        """Grade these, `most` at a time; `again`: for a second opinion, which is no try."""
        left = deque(waiting)
        progress = ClassProgress(len(left))
        running: dict[Future[Result], tuple[Waiting, float]] = {}
        stopping = False
        while running or (left and not stopping):
            try:
                slots = min(self._pool.slots(), most)
                while left and len(running) < slots and not stopping:
                    each = left.popleft()
                    if not again:
                        self._store.start(self._run, each.key)
                    future = self._pool.submit(self._job(each.key, each.hash))
                    running[future] = each, time.monotonic()
                self._tell(progress.line(len(running), slots))
                for future in _ended(running):
                    each, began = running.pop(future)
                    if retry := self._conclude(future, each, progress, again=again):
                        left.append(retry)
                    progress.seconds.append(time.monotonic() - began)
            except KeyboardInterrupt:
                if stopping:
                    self._pool.stop()
                    for each, _ in running.values():
                        self._store.release(self._run, each.key)
                    break
                stopping = True
                self._tell(say("What runs is finished; Ctrl-C once more ends it."))
        if stopping:
            raise AbortedError(
                say("Stopped; what has a verdict is kept. Go on with the same command.")
            )

    def _conclude(
        self, future: Future[Result], each: Waiting, progress: ClassProgress, *, again: bool
    ) -> Waiting | None:
        """Write down how a grading ended; return what is handed over once more, now."""
        try:
            result = future.result()
        except NotGradedError:
            if not again:
                self._store.release(self._run, each.key)
            return each
        except NoVerdictError as error:
            retry = None if again else self._store.put_back(self._run, each.key, str(error))
            if retry:
                # The last try is not beside others.
                return None if retry.last_try else retry
            progress.infra += 1
        else:
            self._keep(each, result, again=again)
            progress.infra += result.unjudged > 0
        progress.done += 1
        return None

    def _keep(self, each: Waiting, result: Result, *, again: bool) -> None:
        unstable = again and result.statuses != self._graded[each.key][1].statuses
        self._store.finish(self._run, each.key, result, unstable=unstable)
        self._graded[each.key] = each, result


def _ended(running: Collection[Future[Result]]) -> Collection[Future[Result]]:
    """Wait a moment for some to end, and return those that did."""
    if running:
        return wait(running, _POLL_SECONDS, FIRST_COMPLETED).done
    time.sleep(_POLL_SECONDS)  # There is no slot yet.
    return ()


def _tasks(result: Result, *statuses: Status) -> set[str]:
    """Return the ids of the tasks that have one of these verdicts."""
    return {task.id for lab in result.labs for task in lab.tasks if task.status in statuses}
