"""The threads of processes, as /proc shows them: which of them compute, and what the rest await."""

from __future__ import annotations

import os
import platform
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

_WAITING = {
    "x86_64": "read=0 poll=7 readv=19 select=23 pause=34 nanosleep=35 wait4=61 rt_sigtimedwait=128"
    " rt_sigsuspend=130 futex=202 clock_nanosleep=230 epoll_wait=232 waitid=247 pselect6=270"
    " ppoll=271 epoll_pwait=281",
    "aarch64": "epoll_pwait=22 read=63 readv=65 pselect6=72 ppoll=73 waitid=95 futex=98"
    " nanosleep=101 clock_nanosleep=115 rt_sigsuspend=133 rt_sigtimedwait=137 wait4=260",
}
"""System calls that wait, with their numbers, by architecture (asm/unistd.h of Linux)."""
_SLEEPS = {"select", "nanosleep", "clock_nanosleep", "pselect6"}
"""Those by which Python's time.sleep() lets time pass; the others wait for something to happen."""


def threads(pids: Iterable[int]) -> list[Path]:
    """The folders in /proc of the threads of the processes `pids`, as far as they are there."""
    found: list[Path] = []
    for pid in pids:
        with suppress(OSError):
            found += Path(f"/proc/{pid}/task").iterdir()
    return found


def states(pids: Sequence[int]) -> set[str]:
    """The states of their threads, letters as in proc_pid_stat(5); X for what has just ended."""
    found: set[str] = set()
    for pid in pids:
        of_one = threads([pid])
        found |= {_state(thread) for thread in of_one} or {"X"}
    return found


def await_events(pids: Sequence[int]) -> bool:
    """Whether each of their threads awaits something that is still to happen.

    Not so for one that lets time pass: it may have something to do although nothing more happens.
    Where the kernel does not say it, on an architecture that is not known here, nothing is so.
    """
    return _all_in(_WAITING.get(platform.machine(), ""), pids, sleeping=False)


def pause(pids: Sequence[int]) -> bool:
    """Whether each of their threads awaits an event, or sleeps. As unsure as `await_events`."""
    return _all_in(_WAITING.get(platform.machine(), ""), pids, sleeping=True)


def _all_in(calls: str, pids: Sequence[int], *, sleeping: bool) -> bool:
    numbers = dict(word.split("=") for word in calls.split())
    names = {number: name for name, number in numbers.items()}
    every = threads(pids)
    return bool(every) and all(_waits(thread, names, sleeping=sleeping) for thread in every)


@contextmanager
def before_others(last: Iterable[int], first: Iterable[int]) -> Iterator[None]:
    """Put the processes `last` and `first`, and this one, on one CPU meanwhile, before all others.

    Those in `first`, and the caller, come before those in `last`, which may never stop. What they
    start meanwhile does not inherit that. Where the machine lets nobody set it, nothing changes.
    """
    own = [threading.get_native_id()]
    by_level = {2: [*own, *map(_number, threads(first))], 1: list(map(_number, threads(last)))}
    with ExitStack() as restoring:
        with suppress(OSError):  # Some containers have no say in this.
            cpu = {min(os.sched_getaffinity(0))}
            for level, numbers in by_level.items():
                for number in numbers:
                    with suppress(ProcessLookupError):
                        restoring.callback(_restore, number, os.sched_getaffinity(number))
                        os.sched_setaffinity(number, cpu)
                        how = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK
                        os.sched_setscheduler(number, how, os.sched_param(level))
        yield


def _number(thread: Path) -> int:
    return int(thread.name)


def _restore(thread: int, cpus: set[int]) -> None:
    with suppress(OSError):  # It has ended.
        os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))
        os.sched_setaffinity(thread, cpus)


def _state(thread: Path) -> str:
    try:
        # The name before the state is the thread's to choose.
        return (thread / "stat").read_bytes().rpartition(b") ")[2][:1].decode()
    except OSError:
        return "X"


def _waits(thread: Path, names: dict[str, str], *, sleeping: bool) -> bool:
    """Whether it is in one of the system calls `names`, by number (/proc/PID/syscall, proc(5)).

    One that lets time pass counts where `sleeping`.
    """
    try:
        number, *arguments = (thread / "syscall").read_text().split()
    except (OSError, ValueError):
        return False
    name = names.get(number, "")
    sleeps = name in _SLEEPS or (name == "futex" and int(arguments[3], 16) != 0)  # Its timeout.
    return bool(name) and (sleeping or not sleeps)
