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
_TIMEOUTS = {"poll": 2, "epoll_wait": 3, "epoll_pwait": 3}
"""Which of their arguments is a timeout in ms; without one, -1, they wait for ever."""
_TIMES = {"select": 4, "pselect6": 4, "ppoll": 2, "rt_sigtimedwait": 2, "futex": 3}
"""Which of their arguments is the address of a time; without one, 0, they wait for ever."""
_SLEEPS = {"select", "nanosleep", "clock_nanosleep", "pselect6"}
"""Those by which Python's time.sleep() lets time pass; the others wait for something to happen."""


def threads(pids: Iterable[int]) -> list[Path]:
    """Return the folders in /proc of the threads of those of `pids` that still exist."""
    found: list[Path] = []
    for pid in pids:
        with suppress(OSError):
            found += Path(f"/proc/{pid}/task").iterdir()
    return found


def states(pids: Sequence[int]) -> set[str]:
    """Return the states of the threads of `pids`, letters as in proc_pid_stat(5); X for none."""
    found: set[str] = set()
    for pid in pids:
        of_one = threads([pid])
        found |= {_state(thread) for thread in of_one} or {"X"}
    return found


def has_signal(pids: Iterable[int], field: str, number: int) -> bool:
    """Tell whether the status of one of `pids` has the signal `number` in its `field`.

    SigIgn has those that are ignored, ShdPnd those that the process is still to be given
    (proc_pid_status(5)).
    """
    for pid in pids:
        with suppress(OSError):  # It has ended.
            # Its name, on the first line, is any bytes that it chose, but for newlines.
            status = Path(f"/proc/{pid}/status").read_bytes()
            mask = status.partition(f"\n{field}:\t".encode())[2].split(maxsplit=1)[0]
            if int(mask, 16) >> (number - 1) & 1:
                return True
    return False


def await_events(pids: Sequence[int]) -> bool:
    """Tell whether each thread of `pids` awaits something that is still to happen.

    A thread that lets time pass does not: it may have something to do although nothing happens.
    False where there is no thread, and on an architecture that `_WAITING` does not have.
    """
    return _all_in(_WAITING.get(platform.machine(), ""), pids, sleeping=False)


def pause(pids: Sequence[int]) -> bool:
    """Tell whether each thread of `pids` awaits an event, or sleeps; else as `await_events`."""
    return _all_in(_WAITING.get(platform.machine(), ""), pids, sleeping=True)


def await_events_for_ever(pids: Sequence[int]) -> bool:
    """Tell whether each thread of `pids` waits without a timeout until something happens."""
    names = _names(_WAITING.get(platform.machine(), ""))
    every = threads(pids)
    return bool(every) and all(_has_no_timeout(*_call(thread, names)) for thread in every)


def _all_in(calls: str, pids: Sequence[int], *, sleeping: bool) -> bool:
    names = _names(calls)
    every = threads(pids)
    return bool(every) and all(_waits(thread, names, sleeping=sleeping) for thread in every)


def _names(calls: str) -> dict[str, str]:
    return {number: name for name, _, number in (word.partition("=") for word in calls.split())}


@contextmanager
def before_others(last: Iterable[int], first: Iterable[int]) -> Iterator[None]:
    """Put the processes `last` and `first`, and this one, on one CPU meanwhile, before all others.

    Those in `first`, and the caller, come before those in `last`, which may never stop. What they
    start meanwhile does not inherit that. Where the machine lets nobody set it, nothing changes.
    """
    own = [threading.get_native_id()]
    by_level = {2: [*own, *map(_number, threads(first))], 1: list(map(_number, threads(last)))}
    with ExitStack() as restoring:
        cpu = {min(os.sched_getaffinity(0))}
        for level, numbers in by_level.items():
            for number in numbers:
                with suppress(OSError):  # It has ended, or a container has no say in this.
                    restoring.callback(_restore, number, os.sched_getaffinity(number))
                    os.sched_setaffinity(number, cpu)
                    how = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK
                    os.sched_setscheduler(number, how, os.sched_param(level))
        yield


def _number(thread: Path) -> int:
    return int(thread.name)


def _restore(thread: int, cpus: set[int]) -> None:
    with suppress(OSError):  # It has ended.
        os.sched_setaffinity(thread, cpus)
        os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))


def _state(thread: Path) -> str:
    try:
        # The name before the state is the thread's to choose.
        return (thread / "stat").read_bytes().rpartition(b") ")[2][:1].decode()
    except OSError:
        return "X"


def _waits(thread: Path, names: dict[str, str], *, sleeping: bool) -> bool:
    """Tell whether `thread` is in one of the system calls `names`, which are by number.

    A call that lets time pass counts only if `sleeping`.
    """
    name, arguments = _call(thread, names)
    sleeps = name in _SLEEPS or (name == "futex" and arguments[3] != 0)  # Its timeout.
    return bool(name) and (sleeping or not sleeps)


def _has_no_timeout(name: str, arguments: list[int]) -> bool:
    if name in _TIMEOUTS:
        return arguments[_TIMEOUTS[name]] & 0xFFFFFFFF == 0xFFFFFFFF
    if name in _TIMES:
        return arguments[_TIMES[name]] == 0
    return bool(name) and name not in _SLEEPS


def _call(thread: Path, names: dict[str, str]) -> tuple[str, list[int]]:
    """Return the system call that `thread` is in, if it is one of `names`, and its arguments.

    `names` are by number; for another call, or none, the name is "" (/proc/PID/syscall, proc(5)).
    That file still shows the call of a thread that was woken, until the CPU that is to run it has
    taken note (TASK_WAKING in try_to_wake_up of kernel/sched/core.c); its state is R before.
    """
    if _state(thread) == "R":
        return "", []
    try:
        number, *arguments = (thread / "syscall").read_text().split()
        return names.get(number, ""), [int(each, 16) for each in arguments]
    except (OSError, ValueError):
        return "", []
