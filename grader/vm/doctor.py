"""What this machine can do with virtual machines, for `labebpf doctor`."""

from __future__ import annotations

import os
import shutil

from grader.base.errors import InfraError
from grader.base.messages import Message, say
from grader.kernel.probe import Probe
from grader.vm import image_store
from grader.vm.accelerator import KVM, remembered
from grader.vm.qemu import INSTALL, QEMU, qemu_version
from grader.vm.snapshots import stored


def survey() -> list[Probe]:
    """Return every probe, in the order in which one would mend them."""
    return [_qemu(), _kvm(), _tools(), *_images()]


def _qemu() -> Probe:
    if shutil.which(QEMU) is None:
        return Probe("qemu", False, say("absent"), Message(INSTALL))
    return Probe("qemu", True, Message(qemu_version()))


def _kvm() -> Probe:
    if not KVM.exists():
        return Probe("kvm", False, say("absent: machines are emulated, which is slower"))
    if not os.access(KVM, os.R_OK | os.W_OK):
        remedy = say("To use it: sudo usermod -aG kvm $USER, then log in again")
        return Probe(
            "kvm", False, say("this user may not use {KVM}: machines are emulated", KVM=KVM), remedy
        )
    try:
        known = remembered()
    except InfraError as error:
        return Probe("kvm", False, error.what, error.remedy)
    if known is None:
        return Probe(
            "kvm",
            None,
            say("present, and not tried yet: the first grading in a machine will try it"),
        )
    if known == "kvm":
        return Probe("kvm", True, say("a guest has booted with it"))
    return Probe("kvm", False, say("present, but no guest booted with it: machines are emulated"))


def _tools() -> Probe:
    try:
        image_store.check_tools()
    except InfraError as error:
        return Probe("image tools", False, error.what, error.remedy)
    return Probe("image tools", True, say("mmdebstrap, mksquashfs"))


def _images() -> list[Probe]:
    try:
        built = {image.version: image for image in image_store.built()}
    except InfraError as error:
        return [Probe("images", False, error.what, error.remedy)]
    probes = []
    for version in image_store.versions():
        name = "image " + version
        if version not in built:
            remedy = Message(f"./labebpf image build {version}")
            probes.append(Probe(name, False, say("not built"), remedy))
            continue
        image = built[version]
        count = len(stored(image))
        detail = say(
            "{release}, {size} MB, snapshots: {count}",
            release=image.release,
            size=image.size >> 20,
            count=count,
        )
        probes.append(Probe(name, True, detail))
    return probes
