"""Native or VM: where a grading runs when the user leaves it open."""

from __future__ import annotations

import shutil
from collections.abc import Iterable

from grader.errors import Infra, UsageError
from grader.kernel.features import Features, privileges
from grader.kernel.mounts import mount_privately
from grader.kernel.vm import images
from grader.kernel.vm.machine import QEMU
from grader.words import say


def parse(text: str) -> str:
    """`text` if it names a kernel: auto, native, vm or vm:VERSION. Raises UsageError."""
    name, _, version = text.partition(":")
    if text in ("auto", "native", "vm") or (name == "vm" and version in images.versions()):
        return text
    known = ", ".join(f"vm:{version}" for version in images.versions())
    raise UsageError(
        say("There is no kernel {text}.", text=text),
        say("Give one of auto, native, vm, {known}.", known=known),
    )


def choose(
    wanted: str, needs: Iterable[str], wishes: Iterable[str], *, stranger: bool = False
) -> str | None:
    """The version of the image to grade on, None for this machine's own kernel.

    `needs` are what the labs cannot do without; `wishes` are what single tasks want beyond that,
    for which an image is used, if there is one, but none is built. So it is for a `stranger`'s
    submission, which should not run in the kernel that one works on.
    """
    default = images.versions()[0]
    if wanted == "native":
        return None
    if wanted != "auto":
        return wanted.partition(":")[2] or default
    if stranger and (ready := _ready()):
        return ready
    if not privileges().ok:
        return default
    mount_privately()
    features = Features()
    if not all(features.offers(need).ok for need in needs):
        return default if shutil.which(QEMU) else None
    if not all(features.offers(wish).ok for wish in wishes) and shutil.which(QEMU):
        built = {image.version for image in images.built()}
        return default if default in built else None
    return None


def _ready() -> str | None:
    """The version of an image from which a machine can start, without building one first."""
    try:
        built = images.built() if shutil.which(QEMU) else []
    except Infra:
        return None
    return built[0].version if built else None
