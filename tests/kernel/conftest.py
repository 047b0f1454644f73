"""Tests on the real kernel of this machine. They need root, and say so rather than pass."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.evidence.witness import Witness
from grader.evidence.workload import Workload
from grader.kernel.features import privileges
from grader.kernel.native import NativeKernel
from grader.submission.program import Program
from tests.support.checkout import ROOT
from tests.support.grading import PROGRAM, State, state


@pytest.fixture(autouse=True, scope="session")
def root() -> None:
    """Fail at once, with the reason, where this machine's kernel cannot be used."""
    probe = privileges()
    if not probe.ok:
        pytest.fail(f"The tests in tests/kernel need root: {probe.detail}.", pytrace=False)


@pytest.fixture
def kernel() -> Iterator[NativeKernel]:
    """Take this machine's kernel for one test."""
    native = NativeKernel(hidden=(ROOT,), waiting=print)
    yield native
    native.close()


@pytest.fixture
def before(
    root: None, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> State:
    """Give the state of the machine before a test, so that the test can ask for the same after."""
    monkeypatch.setenv("TMPDIR", str(tmp_path_factory.mktemp("temporary")))
    return state()


@pytest.fixture
def workload(kernel: NativeKernel) -> Iterator[Workload]:
    child = Workload()
    yield child
    child.close()


@pytest.fixture
def witness(kernel: NativeKernel, tmp_path: Path) -> Iterator[Witness]:
    own = Witness(ROOT / "bpf_templates", kernel.headers_view, store=tmp_path)
    own.wait(60)
    yield own
    own.close()


@pytest.fixture
def program(kernel: NativeKernel) -> Iterator[Program]:
    with kernel.loader() as loaded:
        loaded.begin("program.c", PROGRAM)
        loaded.compile(60)
        loaded.load("tracepoint:syscalls:sys_enter_mkdir", 60)
        loaded.attach(60)
        yield loaded
