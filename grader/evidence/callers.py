"""Processes beside the workload, each with a user and a group, that make calls as described."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from grader.base.errors import InfraError, LabebpfError
from grader.base.messages import say
from grader.base.rpc import RpcProcess
from grader.evidence.calls import Call, Made, Window, read_windows
from grader.evidence.child import start_child
from grader.evidence.trace_markers import TraceMarkers

_PAGE_FAULTS = "/dev/userfaultfd"
_FOR_ALL = Path("/proc/sys/vm/unprivileged_userfaultfd")

Person = tuple[int, int, int]
"""A user, a group, and which of their processes."""


@dataclass(frozen=True)
class _Caller:
    process: RpcProcess
    pid: int
    holds_none: str
    """Why it can hold no call up; "" where it can."""


class Callers:
    """Starts each process when it is first asked for; they end with the workload.

    They are in the namespaces of the process `beside`. Starting one makes no call that a lab
    counts: no file or directory is made for it. `command` is what serves there, `setting` what it
    is told, and `markers` where it tells who it is.
    """

    def __init__(
        self,
        beside: int,
        markers: TraceMarkers,
        command: Sequence[str],
        setting: Mapping[str, object],
        lent: Sequence[int],
    ) -> None:
        self._beside = beside
        self._markers = markers
        self._command = command
        self._setting = setting
        self._lent = lent
        self._callers: dict[Person, _Caller] = {}

    def make(self, calls: Sequence[Call], seconds: float, *, together: bool) -> list[Made]:
        """Make `calls`, each with name and path, one after the other or, `together`, all at once.

        Raises RefusedError if one does not return what was asked for, InfraError if one is to last
        and this machine cannot hold calls up, and what RpcProcess raises if a caller was killed.
        """
        people = [(call.uid, call.gid, call.process) for call in calls]
        self._start(people, seconds)
        for call, person in zip(calls, people, strict=True):
            _require_holding(call, self._callers[person])
        # The main thread has its process's id.
        markers = [secrets.token_hex(8) if together or call.thread else "" for call in calls]
        windows: dict[int, Window] = {}
        for turn in [range(len(calls))] if together else _turns(people):
            shares = {people[n]: [m for m in turn if people[m] == people[n]] for n in turn}
            told = {
                each: [calls[n].told(markers[n]) for n in share] for each, share in shares.items()
            }
            made = self._ask(told, seconds, together)
            for person, share in shares.items():
                windows.update(zip(share, made[person], strict=True))
        threads = self._markers.threads(set(markers) - {""})
        pids = [self._callers[person].pid for person in people]
        return [
            Made.of(call, windows[n], pids[n], threads.get(markers[n], pids[n]))
            for n, call in enumerate(calls)
        ]

    def _ask(
        self, told: Mapping[Person, Sequence[object]], seconds: float, together: bool
    ) -> dict[Person, list[Window]]:
        """Let each person make the calls that they are told, all of them at the same time."""
        sent = {
            person: self._callers[person].process.send("make", calls=calls, together=together)
            for person, calls in told.items()
        }
        return {
            person: self._callers[person].process.receive(number, "trigger", seconds, read_windows)
            for person, number in sent.items()
        }

    def _start(self, people: Sequence[Person], seconds: float) -> None:
        """Start a process for each of `people` who has none that runs, all at the same time."""
        missing = [person for person in dict.fromkeys(people) if not self._serves(person)]
        with ExitStack() as failing:
            asked: dict[Person, tuple[RpcProcess, str, str]] = {}
            for person in missing:
                process = self._launch(person)
                failing.callback(process.close)
                marker = secrets.token_hex(8)
                asked[person] = process, marker, process.send("introduce", marker=marker)
            held = {
                person: _holds_none(process, person, request, seconds)
                for person, (process, _, request) in asked.items()
            }
            pids = self._markers.threads({marker for _, marker, _ in asked.values()})
            failing.pop_all()
        for person, (process, marker, _) in asked.items():
            self._callers[person] = _Caller(process, pids[marker], held[person])

    def _serves(self, person: Person) -> bool:
        return person in self._callers and self._callers[person].process.alive

    def _launch(self, person: Person) -> RpcProcess:
        uid, gid, _ = person
        with ExitStack() as opened:
            faults, privileges = _page_faults(opened)
            setting = {**self._setting, "markers": self._markers.fd, "faults": faults}
            return start_child(
                "workload",
                [
                    *("nsenter", f"--target={self._beside}", "--mount", "--pid", "--net", "--"),
                    *("setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups"),
                    *privileges,
                    "--no-new-privs",
                    *self._command,
                    json.dumps(setting),
                ],
                output=subprocess.DEVNULL,
                pass_fds=[*self._lent, self._markers.fd, *([] if faults is None else [faults])],
            )

    def close(self) -> None:
        with ExitStack() as closing:
            closing.callback(self._markers.close)
            for caller in self._callers.values():
                closing.callback(caller.process.close)


def _holds_none(process: RpcProcess, person: Person, request: str, seconds: float) -> str:
    """Wait for the answer to `introduce`: why the process can hold no call up."""
    try:
        return process.receive(request, "trigger", seconds, str)
    except LabebpfError as error:
        raise InfraError(
            say("The workload does not start as user {uid}: {what}", uid=person[0], what=error),
            say("Grade as root, on a machine that has this user id."),
        ) from error


def _require_holding(call: Call, caller: _Caller) -> None:
    """Raise InfraError where `caller` cannot hold up a `call` that is to last."""
    if call.lasts and caller.holds_none:
        raise InfraError(
            say("On this machine no call can be held up: {why}.", why=caller.holds_none),
            say("Allow userfaultfd(2), which containers often forbid, or give --kernel vm."),
        )


def _turns(people: Sequence[Person]) -> Iterator[list[int]]:
    """Split the places of `people` where the next is another person."""
    for _, places in groupby(range(len(people)), people.__getitem__):
        yield list(places)


def _page_faults(opened: ExitStack) -> tuple[int | None, list[str]]:
    """Return what lets a process handle its page faults in kernel mode.

    A descriptor of /dev/userfaultfd, which Linux 6.1 has, or else None, and arguments for setpriv.
    Before Linux 5.11 neither is needed.
    """
    nothing = ["--inh-caps=-all", "--bounding-set=-all"]
    try:
        device = os.open(_PAGE_FAULTS, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        if not _FOR_ALL.exists() or _FOR_ALL.read_text().strip() == "1":
            return None, nothing
        held = "-all,+sys_ptrace"  # It gives it up before it is asked for anything.
        return None, [f"--inh-caps={held}", f"--ambient-caps={held}", f"--bounding-set={held}"]
    opened.callback(os.close, device)
    return device, nothing
