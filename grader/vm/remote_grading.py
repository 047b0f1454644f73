"""A grading inside a machine, as the host's pytest sees it: one check at a time, by its node id.

The guest is not trusted with anything but the verdict: what it sends is bounded, and belongs to the
check that was asked for.
"""

from __future__ import annotations

import os
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from grader.base.errors import InfraError
from grader.base.lock import locked_within
from grader.base.messages import Message, say
from grader.base.profile import Span, span
from grader.base.text import clean, cut
from grader.vm.image_store import Image, cache
from grader.vm.machine_config import MachineConfig
from grader.vm.protocol import GradeBody, HostMessage, WireError
from grader.vm.snapshots import start

MAX_REPORTS = 16
"""Of one check: setup, call and teardown, and room for what plugins add."""
_MOST_CROWDED = 4.0
_TURN_SECONDS = 120
"""How long a machine waits for others' loads to end; then it goes on beside them."""
SILENT_SECONDS = 60.0
"""How long a machine that grades may send nothing: it shows every few seconds that it lives."""


class MachineDiedError(InfraError):
    """The machine ended, hung, or spoke nonsense in the middle of a check.

    `killed` says that the host's kernel or a person ended QEMU: nothing in a guest can.
    """

    def __init__(
        self, what: Message, remedy: Message, *, log: str = "", killed: bool = False
    ) -> None:
        super().__init__(what, remedy, log=log)
        self.killed = killed


@dataclass(frozen=True)
class GradeRequest:
    """What the guest is to grade.

    Files are given by their path below exercises/, the private folder or the hand-in.
    """

    labs: Mapping[str, bytes]
    submission: Mapping[str, bytes]
    folders: tuple[str, ...]
    selected: tuple[str, ...]
    """Node ids, in the order in which they will run."""
    time_scale: float
    check_seconds: float
    """What a check may take before the time scale."""
    lang: str
    """The language that findings are told in."""
    refused: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    """Why a file was not taken, and what to do: by lab and name, told in that language."""
    private: Mapping[str, bytes] = field(default_factory=dict)
    profile: bool = False
    """Whether the guest is to tell what it did when."""
    hides: bool = False
    """Whether the guest's output, which tells of private checks, must not be shown."""

    def message(self, scale: float) -> GradeBody:
        """Return what the guest is told, with `scale` as its time scale."""
        return {
            "labs": _encoded(self.labs),
            "private": _encoded(self.private),
            "submission": _encoded(self.submission),
            "folders": list(self.folders),
            "selected": list(self.selected),
            "time_scale": scale,
            "lang": self.lang,
            "refused": self.refused,
            "profile": self.profile,
        }


class MachineGrading:
    """One pytest session in a machine of its own, until `close`."""

    def __init__(self, image: Image, request: GradeRequest, config: MachineConfig) -> None:
        """Start the machine and let the guest collect. Raises InfraError."""
        crowded = crowding(os.getloadavg()[0])
        self._silence = SILENT_SECONDS * crowded
        self._scale = request.time_scale * config.slowness * crowded
        self._limit = request.check_seconds * self._scale + 60
        self._hides = request.hides
        self._image = image
        self._alone = ExitStack()
        started = time.monotonic()
        with span("waits for the machine to be ready"):
            self.machine = start(image, config)
        self.profile: list[Span] = []
        """What the guest did when, once it has ended."""
        self.seconds = {"restore": time.monotonic() - started}
        """What getting ready took, by phase."""
        started = time.monotonic()
        try:
            with span("waits for the machine to collect"):
                self._send({"grade": request.message(self._scale)})
                message = self._receive()
            if message.get("collected") != list(request.selected):
                raise InfraError(
                    say("The virtual machine does not find the same checks as this one."),
                    say("Report it, with the log."),
                    log=self._log_of(message),
                )
            self.seconds["send"] = time.monotonic() - started
        except BaseException:
            self.close()
            raise

    def run(self, nodeid: str, following: str | None) -> Iterator[dict[str, Any]]:
        """Run one check; yield pytest's reports of it as they come. Raises MachineDiedError."""
        self._send({"run": nodeid, "next": following})
        for _ in range(MAX_REPORTS):
            message = self._receive()
            if message.get("ran") == nodeid:
                return
            if "alone" in message:
                self._let_alone(bool(message["alone"]))
                continue
            report = message.get("report")
            if not isinstance(report, dict) or report.get("nodeid") != nodeid:
                break
            yield report
        raise MachineDiedError(
            say("The grader in the virtual machine ended in the middle of a check."),
            say("Grade again."),
            log=self._log_of(message),
        )

    def _let_alone(self, alone: bool) -> None:
        """Let no other machine of this user's load all CPUs, or end that."""
        self._alone.close()
        if alone:
            self._alone.enter_context(locked_within(cache() / "load", _TURN_SECONDS))
            self._send({"alone": True})

    def finish(self) -> dict[str, str]:
        """End the guest's pytest; return what result.json is to say of the kernel."""
        self._send({"finish": True})
        with span("waits for the machine to end"):
            ended = self._receive()
        self.profile = _spans(ended.get("profile"), time.monotonic_ns())
        kernel = ended.get("kernel")
        return self.describe(str(kernel.get("headers")) if isinstance(kernel, dict) else "")

    def describe(self, headers: str = "") -> dict[str, str]:
        headers = cut(clean(headers), 200)
        return {"where": "vm", "release": self._image.release, "headers": headers}

    def close(self) -> None:
        with self._alone as closing:
            closing.callback(self.machine.close)

    def _log_of(self, message: dict[str, object]) -> str:
        return "" if self._hides else clean(str(message.get("log", "")))

    def _send(self, message: HostMessage) -> None:
        try:
            self.machine.wire.send(message)
        except WireError as error:
            raise self._died(error) from error

    def _receive(self) -> dict[str, object]:
        deadline = time.monotonic() + self._limit
        try:
            while True:
                left = max(0.0, deadline - time.monotonic())
                message = self.machine.wire.receive(min(left, self._silence))
                if "alive" not in message:
                    return message
        except (WireError, TimeoutError) as error:
            raise self._died(error) from error

    def _died(self, error: Exception) -> MachineDiedError:
        killed = not isinstance(error, TimeoutError) and self.machine.killed
        if killed:
            what = say("The virtual machine was killed.")
        elif self.machine.panicked:
            what = say("The virtual machine's kernel panicked.")
        elif isinstance(error, TimeoutError):
            what = say("The virtual machine no longer answers.")
        else:
            what = say("The virtual machine ended.")
        remedy = say("Is enough memory free? Grade again.") if killed else say("Grade again.")
        return MachineDiedError(what, remedy, log=self.machine.console(), killed=killed)


def crowding(load: float) -> float:
    """Return by how much deadlines stretch for `load`, the average of the last minute.

    Machines beside a machine slow it down, emulated ones above all, whose CPUs wait for each other.
    """
    return min(max(1.0, load / len(os.sched_getaffinity(0))), _MOST_CROWDED)


def _spans(told: object, now: int) -> list[Span]:
    """Read a guest's spans, whose times are in ns before `now`; none of what is no span."""
    try:
        spans = [Span.read(each) for each in told] if isinstance(told, list) else []
    except (TypeError, ValueError):
        return []
    return [
        Span(_safe(f"machine: {each.lane}"), _safe(each.name), now - each.start, now - each.end)
        for each in spans
    ]


def _safe(name: str) -> str:
    return cut(clean(name), 100)


def _encoded(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: b64encode(data).decode() for name, data in files.items()}
