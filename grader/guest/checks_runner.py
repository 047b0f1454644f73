"""pytest in a machine: gets ready, waits for an order, and runs the checks that the host names.

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
from grader.runner.session import SESSION, Grading
from grader.vm.protocol import GradeOrder, GuestMessage, HostMessage, Wire

ARGUMENTS = (
    *("-c", os.devnull, "--rootdir", str(ROOT), "--import-mode=importlib"),
    *("-p", judging.__name__, "-p", "no:cacheprovider", "-p", "no:unraisableexception"),
    *("--kernel", "native", "--submission", str(SUBMISSION), "--out", str(OUT)),
)


class ChecksRunner:
    """Runs the checks that the host names, one at a time, and sends what pytest reports."""

    def __init__(
        self, wire: Wire[GuestMessage], kernel: GuestKernel, order: int, ready: int
    ) -> None:
        """What to grade comes from the pipe `order`, as JSON; `ready` gets a byte before that."""
        self._wire = wire
        self._kernel = kernel
        self._order = order
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
        with os.fdopen(self._order) as pipe:
            text = pipe.read()
        if not text:
            self._kernel.close()
            os._exit(0)
        order: GradeOrder = json.loads(text)
        random.seed()  # Else it would go on as in every other machine of this snapshot.
        config = session.config
        self._selected = order["selected"]
        config.args[:] = [str(ROOT / "exercises" / lab) for lab in order["folders"]]
        config.option.time_scale = order["time_scale"]
        config.option.lang = order["lang"]
        config.option.refused = order["refused"]
        if order["profile"]:
            self._recorder = Recorder()
        if order["private"]:
            # What may be seen of private checks, the host decides.
            config.option.private, config.option.reveal = str(PRIVATE), True
        config.stash[SESSION] = Grading(config)  # A new one: now there are labs.

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
