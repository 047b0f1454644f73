"""pytest in a machine: gets ready, waits for a request, and runs the checks that the host names.

In a child of the first process (agent.py). Student code never runs in it.
"""

from __future__ import annotations

import json
import os
import random
from typing import cast

import pytest

from grader.base.errors import InfraError
from grader.base.profile import Recorder, span
from grader.guest.guest_kernel import GuestKernel
from grader.guest.guest_profile import write_profile
from grader.guest.system import OUT, PRIVATE, ROOT, SUBMISSION
from grader.runner import judging
from grader.runner.ahead import TAKEN
from grader.runner.session import SESSION, GradingSession
from grader.vm.protocol import GradeBody, GuestMessage, HostMessage, Wire

ARGUMENTS = (
    *("-c", os.devnull, "--rootdir", str(ROOT), "--import-mode=importlib"),
    *("-p", judging.__name__, "-p", "no:cacheprovider", "-p", "no:unraisableexception"),
    *("--kernel", "native", "--submission", str(SUBMISSION), "--out", str(OUT)),
)


class ChecksRunner:
    """Runs the checks that the host names, one at a time, and sends what pytest reports."""

    def __init__(
        self, wire: Wire[GuestMessage], kernel: GuestKernel, request: int, ready: int
    ) -> None:
        """Keep the pipe `request`, which gives what to grade, as JSON.

        The pipe `ready` gets a byte before `request` is read.
        """
        self._wire = wire
        self._kernel = kernel
        self._request = request
        self._ready = ready
        self._selected: list[str] = []
        self._config: pytest.Config | None = None
        self._recorder: Recorder | None = None

    def run(self) -> int:
        """Run pytest; return its exit status."""
        return int(pytest.main([*ARGUMENTS], plugins=[self]))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Wait: a pytest that has only to collect is ready by now, and in the snapshot."""
        try:
            self._kernel.get_ready()
        except InfraError as error:
            print(error.log)  # pytest shows what an error says, and no more.
            raise
        os.write(self._ready, b"1")
        with os.fdopen(self._request) as pipe:
            text = pipe.read()
        if not text:
            self._kernel.close()
            os._exit(0)
        request: GradeBody = json.loads(text)
        random.seed()  # Else it would go on as in every other machine of this snapshot.
        config = session.config
        self._selected = request["selected"]
        config.args[:] = [str(ROOT / "exercises" / lab) for lab in request["folders"]]
        config.option.time_scale = request["time_scale"]
        config.option.lang = request["lang"]
        config.option.refused = request["refused"]
        if request["profile"]:
            self._recorder = Recorder()
        if request["private"]:
            # What may be seen of private checks, the host decides.
            config.option.private, config.option.reveal = str(PRIVATE), True
        config.stash[SESSION] = GradingSession(config)  # A new one: now there are labs.

    def pytest_configure(self, config: pytest.Config) -> None:
        self._config = config
        config.stash[TAKEN] = self._kernel

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep what the host selected, in its order."""
        found = {item.nodeid: item for item in items}
        items[:] = [found[node] for node in self._selected if node in found]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            return True  # Collection failed; the host sees no report, and asks for the log.
        items = {item.nodeid: item for item in session.items}
        self._wire.send({"collected": [item.nodeid for item in session.items]})
        while True:
            message = cast(HostMessage, self._wire.receive())
            if "run" not in message:
                return True
            item, following = items[message["run"]], items.get(message["next"] or "")
            with span(f"judges {item.name}"):
                session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            self._wire.send({"ran": item.nodeid})

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        if self._recorder:
            write_profile(self._recorder)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        assert self._config
        hook = self._config.hook
        data = hook.pytest_report_to_serializable(config=self._config, report=report)
        self._wire.send({"report": data})
