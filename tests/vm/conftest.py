"""Tests in virtual machines. They need QEMU, and fail with the reason where there is none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grader.vm import image_store
from grader.vm.image_store import Image
from grader.vm.qemu import QEMU


@pytest.fixture(scope="session")
def image() -> Image:
    """Give the default image; build it if this user has none yet."""
    if shutil.which(QEMU) is None:
        pytest.fail("The tests in tests/vm need QEMU. Run: ./labebpf test", pytrace=False)
    return image_store.build(image_store.versions()[0], lambda what, share: None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Allow each test in this folder 900 s, unless the test sets a timeout itself.

    Emulated machines take their time, above all when an image has to be built first.
    """
    for item in items:
        if item.path.parent == Path(__file__).parent and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(900))
