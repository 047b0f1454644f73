"""Checks that run in a virtual machine, and that this pytest reports as its own.

The host is the supervisor. A machine that ends in the middle of a check is started again; where it
ends a second time, a machine without the submission says whether the submission is to blame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from grader.base.errors import InfraError, UsageError
from grader.base.messages import Message, say
from grader.base.profile import Span
from grader.base.text import clean
from grader.runner.private_checks import is_private
from grader.verdict.classify import finding_of
from grader.verdict.record import Finding, Status
from grader.vm import image_store
from grader.vm.accelerator import fastest
from grader.vm.machine_config import MachineConfig
from grader.vm.qemu import qemu_command
from grader.vm.remote_grading import GradeRequest, MachineDiedError, MachineGrading

_PHASES = ("setup", "call", "teardown")
_OUTCOMES = ("passed", "failed", "skipped")
_MOST_BYTES = 4 << 20
"""Of the labs' files, and of private ones: they go in one message, a third larger (LIMIT of
vm.protocol)."""
_ENDED = Finding(
    Status.ERROR,
    say("The machine ended twice with this submission in it, and does not end without it."),
    say(
        "Look for what could stop a kernel: a helper that sends signals or panics, an endless load."
    ),
)
_AFTER = Finding(Status.BLOCKED, say("The submission ended the machine in an earlier task."))


class RemoteRun:
    """The checks of one pytest session, judged in machines of one image."""

    def __init__(self, version: str, request: GradeRequest, say: Callable[[Message], None]) -> None:
        self._version = version
        self._request = request
        self._say = say
        self._session: MachineGrading | None = None
        self._refused: InfraError | None = None
        self._deadly: set[str] = set()
        self._told = 0.0
        self._kernel: dict[str, str] = {}
        self.profile: list[Span] = []
        """What the guest did when, if that was asked for."""

    def judge(
        self, item: pytest.Item, following: pytest.Item | None
    ) -> Iterator[pytest.TestReport]:
        """Yield pytest's reports of one check. Each has its finding, as a dict, in `labebpf`."""
        folder = item.path.parent.name
        if folder in self._deadly:
            yield report_of(item, _AFTER)
            return
        try:
            yield from self._twice(item, following)
        except MachineDiedError as died:
            self.close()
            if not died.killed and self._survives(item):
                self._deadly.add(folder)
                yield report_of(item, replace(_ENDED, log=f"{died.what}\n{died.log}"))
            else:
                yield report_of(item, finding_of(died, lang=self._request.lang))
        except InfraError as error:
            self._refused = error
            yield report_of(item, finding_of(error, lang=self._request.lang))

    def finish(self, *, broken_off: bool = False) -> dict[str, str]:
        """End the machine; return what result.json says of its kernel, nothing if none ever ran.

        One that was `broken_off` is not waited for: it may be in the middle of a check.
        """
        if self._session and not broken_off:
            try:
                self._kernel = self._session.finish()
                self.profile = self._session.profile
            except MachineDiedError:
                self._kernel = self._session.describe()
        self.close()
        return self._kernel

    def close(self) -> None:
        if self._session:
            self._kernel = self._kernel or self._session.describe()
            self._session.close()
            self._session = None

    def _twice(self, item: pytest.Item, following: pytest.Item | None) -> list[pytest.TestReport]:
        """Return the reports of a check; run the check in a second machine if the first ends."""
        try:
            return self._reports(item, following)
        except MachineDiedError:
            self.close()
            self._start(self._request)
            self._catch_up(guest_id(item))
            return self._reports(item, following)

    def _reports(self, item: pytest.Item, following: pytest.Item | None) -> list[pytest.TestReport]:
        session = self._session or self._start(self._request)
        hook = item.config.hook
        reports = []
        for data in session.run(guest_id(item), guest_id(following) if following else None):
            try:
                told = hook.pytest_report_from_serializable(config=item.config, data=data)
                reports.append(rebuilt(told, item))
            except Exception as error:
                raise MachineDiedError(
                    say("The virtual machine's grader sent something that is not a report."),
                    Message(str(error)),
                ) from error
        return reports

    def _start(self, request: GradeRequest) -> MachineGrading:
        if self._refused:
            raise self._refused
        qemu_command()  # Before minutes go into an image: is there a QEMU at all?
        image = image_store.build(self._version, self._progress)
        self._session = MachineGrading(image, request, MachineConfig(fastest(image)))
        return self._session

    def _progress(self, what: str, share: float) -> None:
        """Say that building takes a minute, once, and then every fifth of the way."""
        if not self._told or share - self._told >= 0.2:
            self._told = share or 0.01
            self._say(
                say(
                    "The image of Linux {version}: {what} ({share:.0%})",
                    version=self._version,
                    what=what,
                    share=share,
                )
            )

    def _catch_up(self, nodeid: str) -> None:
        """Bring a new machine to where the last one was: earlier checks of the same lab, again."""
        assert self._session
        for earlier in self._request.selected:
            if earlier == nodeid:
                return
            if _lab_of(earlier) == _lab_of(nodeid):
                for _ in self._session.run(earlier, nodeid):
                    pass

    def _survives(self, item: pytest.Item) -> bool:
        """Tell whether a machine gets through the same check when nothing was handed in."""
        try:
            self._start(replace(self._request, submission={}))
            assert self._session
            for _ in self._session.run(guest_id(item), None):
                pass
        except InfraError:
            return False
        finally:
            self.close()
        return True


def guest_id(item: pytest.Item) -> str:
    """Return the node id of a lab's check in a machine, whatever this pytest's rootdir is."""
    _, _, name = item.nodeid.partition("::")
    folder = "private" if is_private(item) else "exercises"
    return f"{folder}/{item.path.parent.name}/{item.path.name}::{name}"


def _lab_of(guest_id: str) -> str:
    return guest_id.split("/")[1]


def rebuilt(told: Any, item: pytest.Item) -> pytest.TestReport:
    """Return the guest's report on `item` with nothing in it but what is known to be harmless.

    What a report that did not pass shows comes from its finding. Raises ValueError or TypeError.
    """
    passed = told.outcome == "passed"
    seconds = float(told.duration)
    finding = getattr(told, "labebpf", None)
    known = told.when in _PHASES and told.outcome in _OUTCOMES and 0 <= seconds < 1e9
    if not known or not (passed or finding):
        raise ValueError(f"{told.when}: {told.outcome} after {seconds} s")
    if finding and (Finding.read(finding).status is Status.PASS) != passed:
        raise ValueError(f"{told.outcome}, and {finding['status']}")
    sections = [(clean(str(name)), clean(str(text))) for name, text in told.sections]
    return _report(item, told.when, told.outcome, finding, sections=sections, duration=seconds)


def report_of(item: pytest.Item, finding: Finding) -> pytest.TestReport:
    """Return a report of the host's own on a check that no machine could carry out."""
    return _report(item, "call", "failed", asdict(finding.cleaned()))


def _report(
    item: pytest.Item, when: Any, outcome: Any, finding: dict[str, Any] | None, **more: Any
) -> pytest.TestReport:
    report = pytest.TestReport(
        nodeid=item.nodeid,
        location=item.location,
        keywords=dict.fromkeys(item.keywords, 1),
        outcome=outcome,
        longrepr=None,
        when=when,
        **more,
    )
    if finding:
        report.labebpf = finding  # type: ignore[attr-defined]  # pytest's reports take any.
    return report


def files_below(folders: Iterable[Path]) -> dict[str, bytes]:
    """Return the files of `folders`, those of a lab each, by LAB/NAME.

    Not hidden ones, such as an editor's. Raises UsageError for what does not go into a machine.
    """
    files: dict[str, bytes] = {}
    left = _MOST_BYTES
    for path, folder in ((path, each) for each in folders for path in sorted(each.rglob("*"))):
        place = path.relative_to(folder.parent)
        if "__pycache__" in place.parts or any(part[0] == "." for part in place.parts):
            continue
        try:
            if not path.is_file():
                continue
            left -= path.stat().st_size
            if left < 0:
                raise UsageError(
                    say("{place} is too large to go into a machine.", place=place),
                    say("Move it out of the lab's folder."),
                )
            files[str(place)] = path.read_bytes()
        except OSError as error:
            raise UsageError(
                say("{path} cannot be read: {strerror}.", path=place, strerror=error.strerror),
                say("Move it out of the lab's folder."),
            ) from error
    return files
