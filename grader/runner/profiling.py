"""The profile of one grading: what pytest does of it, and what it writes at its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.base.atomic_write import put
from grader.base.profile import Recorder, chrome_trace, note_span, process_start, span
from grader.runner.session import SESSION


class Profiling:
    """A plugin that writes what `recorder` has to `path` when pytest ends."""

    def __init__(self, path: Path, recorder: Recorder) -> None:
        self._path = path
        self._recorder = recorder
        note_span("Python and pytest start", process_start())

    @pytest.hookimpl(hookwrapper=True)
    def pytest_collection(self) -> Iterator[None]:
        with span("collects the checks"):
            yield

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        found = item.config.stash[SESSION].of(item)
        with span(f"judges {found[1].id}" if found else item.name):
            yield

    @pytest.hookimpl(hookwrapper=True)
    def pytest_sessionfinish(self) -> Iterator[None]:
        with span("writes the result"):
            yield

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self, config: pytest.Config) -> None:
        guest = getattr(config.stash[SESSION].remote, "profile", ())
        self._recorder.close()
        put(self._path, chrome_trace([*self._recorder.spans, *guest]).encode())
