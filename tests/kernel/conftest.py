"""Tests on the real kernel of this machine. They need root, and say so rather than pass."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.kernel.features import privileges
from grader.kernel.native import NativeKernel
from tests.support.checkout import ROOT
from tests.support.grading import State, state


@pytest.fixture(autouse=True, scope="session")
def root() -> None:
    """Fail at once, with the reason, where this machine's kernel cannot be used."""
    probe = privileges()
    if not probe.ok:
        pytest.fail(f"The tests in tests/kernel need root: {probe.detail}.", pytrace=False)


@pytest.fixture
def kernel() -> Iterator[NativeKernel]:
    """This machine's kernel, taken for one test."""
    native = NativeKernel(hidden=(ROOT,), waiting=print)
    yield native
    native.close()


@pytest.fixture
def before(
    root: None, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> State:
    """What the machine is like before a test, so that the test can ask for the same after."""
    monkeypatch.setenv("TMPDIR", str(tmp_path_factory.mktemp("temporary")))
    return state()
