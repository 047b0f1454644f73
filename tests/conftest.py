"""How the tests share a machine: those on its kernel go one after the other, others beside them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.checkout import copy
from tests.support.sample import CHANGED, SHARE, left_out, touched

SAMPLE = "LABEBPF_SAMPLE"
"""The seed of the part that runs; all do where it is not set."""


def pytest_configure() -> None:
    """Keep this pytest's options from those that tests start."""
    os.environ.pop("PYTEST_ADDOPTS", None)


def pytest_report_header() -> str:
    """Say which part of the sampled tests runs."""
    seed = os.environ.get(SAMPLE)
    return (
        f"{SAMPLE}={seed}: {SHARE} or fewer of each kind, and {CHANGED} of what changed"
        if seed
        else ""
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not in the sample, where there is one: each worker the same."""
    if seed := os.environ.get(SAMPLE):
        left = set(left_out(items, touched(), seed))
        config.hook.pytest_deselected(items=list(left))
        items[:] = [item for item in items if item not in left]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out files to the workers, but tests/kernel and tests/vm whole, each to one.

    Of tests/vm, what builds images has folders of its own.
    """
    from xdist.scheduler import LoadScopeScheduling

    class OneKernel(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            room = "/".join(nodeid.split("/")[:2])
            whole = room in ("tests/kernel", "tests/vm") and file != "tests/vm/test_images.py"
            return room if whole else file

    return OneKernel(config, log)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Make a checkout for the test, in which nobody has worked."""
    return copy(tmp_path / "checkout")
