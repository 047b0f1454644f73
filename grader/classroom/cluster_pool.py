"""Grade on other machines: the workers of a scheduler of dask.distributed.

They must have the same grader, Python and kernel as who asks: else they are left out.

No task has a `resources=`, and no more are handed over than run: else each one that is assigned to
a worker that dies counts as its death (scheduler.py of distributed, `Scheduler.remove_worker`).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from functools import partial

from distributed import Client, KilledWorker
from distributed import Future as DaskFuture
from distributed.client import ClosedClientError

from grader.base.errors import InfraError
from grader.base.messages import Message, say
from grader.classroom.pool import Job, NotGradedError, NoVerdictError
from grader.classroom.worker import (
    Preparation,
    Traits,
    UnfitWorkerError,
    UnpreparedWorkerError,
    end,
    grade,
    traits,
)
from grader.verdict.record import Result

ALLOWED_FAILURES = 0
"""How often the scheduler itself tries again what ended its worker: the store counts that."""
WORKER_TTL_SECONDS = 60
"""After so long without a sign of a worker, its gradings are given to others."""
_FETCH_SECONDS = 60


class ClusterPool:
    """The workers of a scheduler: those that are there now, and as they are wanted."""

    def __init__(
        self, client: Client, preparation: Preparation, tell: Callable[[Message], object]
    ) -> None:
        self._client = client
        self._preparation = preparation
        self._parcel = preparation.parcel
        self._tell = tell
        self._unfit: dict[str, Traits] = {}
        self._unprepared = True
        self._running: dict[Future[Result], tuple[str, DaskFuture[Result]]] = {}
        """What is handed over: its key, and what would be forgotten if nobody kept it."""

    def slots(self) -> int:
        """Return how many gradings the fit workers can run at a time.

        Raises InfraError where the scheduler has been gone for too long.
        """
        if self._client.status == "closed":
            raise InfraError(
                say("The scheduler is gone."),
                say("Start it again, then the same command; what has a verdict is kept."),
            )
        try:
            self._prepare()
            self._leave_out()
            workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
            # One that only begins is given nothing: its share would wait for another one's slot.
            return sum(each["nthreads"] for each in workers if each["status"] == "running")
        except (OSError, TimeoutError):
            return 0  # It is looked for again; dask.distributed does that by itself.

    def _prepare(self) -> None:
        if not self._unprepared:
            return
        self._client.register_plugin(self._preparation)
        found = self._client.run(traits, self._parcel.kernel, on_error="return")
        for address, there in found.items():
            if not isinstance(there, Traits):
                self._unfit[address] = Traits(str(there), "", "")
            elif there != self._parcel.wanted:
                self._unfit[address] = there
        self._unprepared = False

    def _leave_out(self) -> None:
        """Send away the workers that were found to be unfit, and say why."""
        for address in list(self._unfit):
            self._tell(_why(address, self._unfit.pop(address), self._parcel.wanted))
            self._client.retire_workers([address])

    def submit(self, job: Job) -> Future[Result]:
        # Not through Client.get_executor: where the connection breaks as a result is fetched, its
        # futures never end (cfexecutor.py of distributed 2026.8, `_cascade_future`).
        outer: Future[Result] = Future()
        try:
            inner = self._client.submit(grade, self._parcel.name, job, pure=False, retries=0)
        except ClosedClientError:  # `slots` says why.
            outer.set_exception(NotGradedError())
            return outer
        self._running[outer] = job.key, inner
        inner.add_done_callback(partial(self._pass_on, outer))
        return outer

    def _pass_on(self, outer: Future[Result], inner: DaskFuture[Result]) -> None:
        """Let `outer` end as `inner` did, in the words of a Pool. It runs beside the others."""
        try:
            outer.set_result(inner.result(_FETCH_SECONDS))
        except KilledWorker:
            outer.set_exception(NoVerdictError("its worker ended"))
        except UnfitWorkerError as error:
            self._unfit[error.address] = error.found
            outer.set_exception(NotGradedError())
        except UnpreparedWorkerError:
            self._unprepared = True
            outer.set_exception(NotGradedError())
        except (CancelledError, OSError, TimeoutError):
            # The scheduler is gone, and with it what it knew, or the result was lost on its way.
            outer.set_exception(NotGradedError())
        except NoVerdictError as error:
            outer.set_exception(error)
        except Exception as error:
            outer.set_exception(NoVerdictError(repr(error)))
        finally:
            del self._running[outer]

    def stop(self) -> None:
        keys = [key for key, _ in self._running.values()]
        self._client.run(end, self._parcel.name, keys, on_error="ignore")


def _why(address: str, found: Traits, wanted: Traits) -> Message:
    names = {
        "grader": say("labebpf"),
        "python": Message("Python"),
        "kernel": say("the kernel"),
    }
    for trait, name in names.items():
        there, here = getattr(found, trait), getattr(wanted, trait)
        if there != here:
            return say(
                "The worker {address} is left out: {name} is {there} there, and {here} here.",
                address=address,
                name=name,
                there=there,
                here=here,
            )
    raise AssertionError(address)
