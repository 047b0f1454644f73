"""Which kernel headers BCC gets: the running kernel's, another's, or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.kernel import headers
from grader.kernel.headers import Headers, find_headers

RELEASE = "999.2.0-running"


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty /lib/modules. /usr/src stays this machine's, with versions far below ours."""
    folder = tmp_path / "modules"
    folder.mkdir()
    monkeypatch.setattr(headers, "MODULES", folder)
    monkeypatch.setattr(headers, "IKHEADERS", tmp_path / "kheaders.tar.xz")
    return folder


def build_tree(folder: Path) -> Path:
    """Make a folder that looks like one that BCC can compile against."""
    config = folder / "include" / "generated" / "autoconf.h"
    config.parent.mkdir(parents=True)
    config.touch()
    return folder


def test_the_running_kernels_own_headers_are_taken(modules: Path) -> None:
    build_tree(modules / "999.9.0-other" / "build")
    build_tree(modules / RELEASE / "build")
    found = find_headers(RELEASE)
    assert found == Headers("running", RELEASE)
    assert found.bwrap == ()
    assert str(found) == f"running {RELEASE}"


def test_a_kernel_that_carries_its_headers_needs_no_others(modules: Path, tmp_path: Path) -> None:
    (tmp_path / "kheaders.tar.xz").touch()
    build_tree(modules / "999.9.0-other" / "build")
    assert find_headers(RELEASE).origin == "running"


def test_the_newest_other_kernels_headers_are_borrowed(modules: Path) -> None:
    for version in ("999.1.0-9-amd64", "999.1.0-10-amd64", "999.0.99-amd64"):
        build_tree(modules / version / "build")
    found = find_headers(RELEASE)
    assert (found.origin, found.version) == ("borrowed", "999.1.0-10-amd64")
    assert str(found) == "borrowed 999.1.0-10-amd64"


def test_borrowed_headers_are_shown_as_the_running_kernels(modules: Path, tmp_path: Path) -> None:
    """Debian's build and source are links to two folders."""
    build = build_tree(tmp_path / "headers-amd64")
    common = tmp_path / "headers-common"
    common.mkdir()
    (modules / "999.1.0").mkdir()
    (modules / "999.1.0" / "build").symlink_to(build)
    (modules / "999.1.0" / "source").symlink_to(common)
    arguments = find_headers(RELEASE).bwrap
    assert arguments == (
        *("--tmpfs", str(modules), "--dir", f"{modules}/{RELEASE}"),
        *("--symlink", str(build), f"{modules}/{RELEASE}/build"),
        *("--symlink", str(common), f"{modules}/{RELEASE}/source"),
    )


def test_headers_without_a_source_folder_are_borrowed_without(modules: Path) -> None:
    build = build_tree(modules / "999.1.0" / "build")
    arguments = find_headers(RELEASE).bwrap
    assert str(build) in arguments
    assert f"{modules}/{RELEASE}/source" not in arguments


def test_a_dangling_link_and_an_empty_folder_are_no_headers(modules: Path, tmp_path: Path) -> None:
    (modules / "999.3.0").mkdir()
    (modules / "999.3.0" / "build").symlink_to(tmp_path / "gone")
    (modules / "999.2.0" / "build").mkdir(parents=True)
    build_tree(modules / "999.1.0" / "build")
    assert find_headers(RELEASE).version == "999.1.0"


def test_without_a_folder_to_put_them_there_are_none(modules: Path) -> None:
    modules.rmdir()
    found = find_headers(RELEASE)
    assert found == Headers("none", "")
    assert str(found) == "none"
