"""How the tests share a machine: those on its kernel go one after the other, others beside them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from grader.vm import image_store
from grader.vm.image_store import Image
from grader.vm.qemu import QEMU
from tests.support.checkout import copy


def pytest_configure() -> None:
    """Keep this pytest's options from those that tests start."""
    os.environ.pop("PYTEST_ADDOPTS", None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out files to the workers, but tests/kernel and tests/vm whole, each to one."""
    from xdist.scheduler import LoadScopeScheduling

    class OneKernel(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            room = "/".join(nodeid.split("/")[:2])
            return room if room in ("tests/kernel", "tests/vm") else nodeid.partition("::")[0]

    return OneKernel(config, log)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of its own, in which nobody has worked."""
    return copy(tmp_path / "checkout")


@pytest.fixture(scope="session")
def image() -> Image:
    """The default image, built if this user has none yet."""
    if shutil.which(QEMU) is None:
        pytest.fail("Virtual machines need QEMU. Run: ./labebpf test", pytrace=False)
    return image_store.build(image_store.versions()[0], lambda what, share: None)
