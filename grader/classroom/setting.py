"""What the verdicts of a run depend on, by hash: the lab, its private checks, and the grader."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.base.paths import ENGINE, PACKAGE
from grader.base.version import grader_version
from grader.labs import Lab
from grader.runner.kernel_choice import choose, parse
from grader.vm import image_store

_SKIPPED = ("__pycache__", ".pytest_cache")


def folder_hash(folder: Path, skipped: Iterable[str] = ()) -> str:
    """Return what names the files below `folder`, but for those named `skipped` at its top."""
    digest = hashlib.sha256()
    for inner, path in files_below(folder):
        if inner.name not in skipped:
            digest.update(f"{inner}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def files_below(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Yield the files below `folder` that matter, in order: their places in it, and their paths."""
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if path.is_file() and not {*inner.parts} & {*_SKIPPED}:
            yield inner, path


def grader_hash() -> str:
    """Return what names the code that judges: its version, and what is in it now."""
    version = " ".join(grader_version().values()).strip()
    code = hashlib.sha256(
        (folder_hash(PACKAGE, ("fr",)) + folder_hash(ENGINE / "bpf_templates")).encode()
    )
    return f"{version} {code.hexdigest()[:16]}"


def kernel_of(lab: Lab, wanted: str) -> str:
    """Return the kernel, native or vm:VERSION, on which `wanted` lets all hand-ins be judged.

    It is one for the whole class, whatever a single hand-in might wish for. Raises UsageError.
    """
    wishes = {need for task in lab.tasks for need in task.kernel}
    version = choose(parse(wanted), lab.needs, wishes, untrusted=True)
    return f"vm:{version}" if version else "native"


def kernel_name(kernel: str) -> str:
    """Return what names `kernel`, which is native or vm:VERSION.

    Raises InfraError where there is no image of it, UsageError for what is none.
    """
    name, _, version = kernel.partition(":")
    if name == "native":
        return f"native {platform.release()}"
    image = image_store.find(version)
    return f"vm {image.release} {image.id}"
