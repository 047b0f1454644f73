"""Native or VM: where a grading runs when the user leaves it open."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Sequence

from grader.base.errors import InfraError, UsageError
from grader.base.messages import say
from grader.kernel.features import Features, privileges
from grader.kernel.mounts import mount_privately
from grader.kernel.probe import Probe
from grader.vm import image_store
from grader.vm.qemu import QEMU

_HINTS = {
    "kprobes": rb"k(ret)?probe|syscall__|get_syscall_fnname",
    "fentry": rb"k(ret)?func__|KFUNC_PROBE|KRETFUNC_PROBE",
}
"""What stands in BPF C or Python that uses such a thing."""


def parse(text: str) -> str:
    """Return `text` if it names a kernel: auto, native, vm or vm:VERSION. Raises UsageError."""
    name, _, version = text.partition(":")
    if text in ("auto", "native", "vm") or (name == "vm" and version in image_store.versions()):
        return text
    known = ", ".join(f"vm:{version}" for version in image_store.versions())
    raise UsageError(
        say("There is no kernel {text}.", text=text),
        say("Give one of auto, native, vm, {known}.", known=known),
    )


def likely_needs(sources: Iterable[bytes]) -> set[str]:
    """Guess what programs and scripts with this text use of a kernel, in words of a manifest.

    The guess decides where they are judged, and nothing else.
    """
    return {need for text in sources for need, hint in _HINTS.items() if re.search(hint, text)}


def choose(
    wanted: str, needs: Iterable[str], wishes: Iterable[str], *, untrusted: bool = False
) -> str | None:
    """Choose the version of the image to grade on; None for this machine's own kernel.

    `needs` are what the labs cannot do without: for them an image is built if there is none.
    `wishes` are what single tasks need beyond that: an image that is there is used for them, but
    none is built. The same is true for an `untrusted` submission, which should not run in the
    kernel that one works on. Under `auto` an image that is there is taken before the default one is
    built.
    """
    default = image_store.versions()[0]
    if wanted == "native":
        return None
    if wanted != "auto":
        return wanted.partition(":")[2] or default
    if untrusted and (ready := _ready()):
        return ready
    if not privileges().ok:
        return _ready() or default
    mount_privately()
    features = Features()
    if not all(features.offers(need).ok for need in needs):
        return (_ready() or default) if shutil.which(QEMU) else None
    return None if all(features.offers(wish).ok for wish in wishes) else _ready()


def place(
    lab: str, native: Sequence[Probe], needs: Sequence[Probe], machines: Sequence[Probe]
) -> Probe:
    """Tell where `auto` judges all of `lab`; the answer is not ok where a part would not be judged.

    `native` is what grading on this machine's own kernel takes, privileges first, `needs` what
    this lab asks of a kernel, and `machines` what was found out about virtual ones.
    """
    allowed, *tools = native
    broken = next((tool for tool in tools if not tool.ok), None)
    if allowed.ok and broken:
        return Probe(
            lab, False, say("not while {name} is missing", name=broken.name), broken.remedy
        )
    lacking = ", ".join(need.name for need in needs if not need.ok)
    if allowed.ok and not lacking:
        return Probe(lab, True, say("on this machine's own kernel"))
    found = {probe.name: probe for probe in machines}
    image = found.get(f"image {image_store.versions()[0]}") or found["images"]
    wanted = (found["qemu"], image) if image.ok else (found["qemu"], found["image tools"], image)
    absent = next((probe for probe in wanted if not probe.ok), None)
    if not absent:
        return Probe(lab, True, say("in a virtual machine"))
    why = say("this kernel lacks {names}", names=lacking) if allowed.ok else allowed.detail
    return Probe(
        lab,
        False,
        say("not on this machine's own kernel ({why}), and there is no virtual one", why=why),
        absent.remedy,
    )


def _ready() -> str | None:
    """Return the version of an image that is built and can be started; None if there is none."""
    try:
        built = image_store.built() if shutil.which(QEMU) else []
    except InfraError:
        return None
    return built[0].version if built else None
