"""Tests in virtual machines. They need QEMU, and fail with the reason where there is none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grader.kernel.vm import images
from grader.kernel.vm.images import Image
from grader.kernel.vm.machine import QEMU


@pytest.fixture(scope="session")
def image() -> Image:
    """The default image, built if this user has none yet."""
    if shutil.which(QEMU) is None:
        pytest.fail("The tests in tests/vm need QEMU. Run: ./labebpf test", pytrace=False)
    return images.build(images.versions()[0], lambda what, share: None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Emulated machines take their time, above all when an image has to be built first."""
    for item in items:
        if item.path.parent == Path(__file__).parent and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(900))
