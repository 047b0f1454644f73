"""Kernel headers for BCC: the running kernel's, or another's, lent to it for one process.

BCC looks for /lib/modules/$(uname -r)/build and source (bcc: src/cc/frontends/clang/
kbuild_helper.cc). Debian splits its headers over both. Borrowed headers are right for helpers
and tracepoint arguments, and wrong for the layout of kernel structures.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

MODULES = Path("/lib/modules")
IKHEADERS = Path("/sys/kernel/kheaders.tar.xz")


@dataclass(frozen=True)
class Headers:
    """The kernel headers that BCC compiles with. `origin` is "running", "borrowed" or "none"."""

    origin: str
    version: str
    bwrap: tuple[str, ...] = ()
    """Arguments to bubblewrap that show borrowed headers as the running kernel's."""

    def __str__(self) -> str:
        return f"{self.origin} {self.version}".strip()


def find_headers(release: str) -> Headers:
    """Find the headers for the kernel `release`, another's where it has none of its own."""
    own = MODULES / release / "build"
    if own.is_dir() or IKHEADERS.exists():
        return Headers("running", release)
    trees = [tree for tree in _trees() if _usable(tree[1])]
    if not trees or not MODULES.is_dir():
        return Headers("none", "")
    version, build, source = max(trees, key=lambda tree: _numbers(tree[0]))
    modules = os.path.realpath(MODULES)
    arguments = ["--tmpfs", modules, "--dir", f"{modules}/{release}"]
    arguments += ["--symlink", str(build), f"{modules}/{release}/build"]
    if source is not None:
        arguments += ["--symlink", str(source), f"{modules}/{release}/source"]
    return Headers("borrowed", version, tuple(arguments))


def _trees() -> list[tuple[str, Path, Path | None]]:
    """List every header tree on this machine, as (version, build, source)."""
    found: list[tuple[str, Path, Path | None]] = []
    for folder in MODULES.glob("*/build"):
        source = folder.parent / "source"
        real = source.resolve() if source.is_dir() else None
        found.append((folder.parent.name, folder.resolve(), real))
    for folder in Path("/usr/src/kernels").glob("*"):
        found.append((folder.name, folder, None))
    for folder in Path("/usr/src").glob("linux-headers-*"):
        found.append((folder.name.removeprefix("linux-headers-"), folder, None))
    return found


def _usable(build: Path) -> bool:
    return (build / "include" / "generated" / "autoconf.h").is_file()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:4])
