"""KVM where a guest was seen to come up with it, software emulation elsewhere.

That /dev/kvm can be opened says little: on a host that is itself a machine a guest may hang in it
for ever. So a guest of the image is started once, and the answer is kept for this host and QEMU.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from pathlib import Path

from grader.vm.image_store import Image, cache
from grader.vm.qemu import qemu_command, qemu_identity

KVM = Path("/dev/kvm")
_FORGOTTEN_SECONDS = 86_400
_SECONDS = 8
"""A guest with KVM reaches its first program in one, emulated in three."""


def fastest(image: Image) -> str:
    """Return what `MachineConfig` takes: "kvm" or "tcg". Tries once for each host and QEMU.

    Raises InfraError.
    """
    if not os.access(KVM, os.R_OK | os.W_OK):
        return "tcg"
    known = remembered()
    if known is None:
        known = "kvm" if _comes_up(image) else "tcg"
        _memory().parent.mkdir(exist_ok=True)
        _memory().write_text(known)
    return known


def remembered() -> str | None:
    """Return what came of the trial on this host, None before it. Raises InfraError without QEMU.

    That KVM failed is forgotten after a day: another program may have had it that time.
    """
    try:
        text = _memory().read_text()
        age = time.time() - _memory().stat().st_mtime
    except FileNotFoundError:
        return None
    if text == "tcg" and age > _FORGOTTEN_SECONDS:
        return None
    return text if text in ("kvm", "tcg") else None


def _memory() -> Path:
    cpu = {line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line}
    facts = [os.uname().release, os.uname().version, qemu_identity(), *sorted(cpu)]
    digest = hashlib.sha256("\0".join(facts).encode()).hexdigest()[:16]
    return cache() / "accelerators" / digest


def _comes_up(image: Image) -> bool:
    """Tell whether a guest gets as far as its first program, whose end then ends the guest."""
    command = [
        *qemu_command(),
        *("-accel", "kvm", "-cpu", "host", "-m", "256", "-serial", "stdio"),
        *("-kernel", str(image.kernel), "-initrd", str(image.initramfs)),
        *("-append", "console=ttyS0 panic=-1 rdinit=/bin/busybox"),
    ]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return b"BusyBox v" in done.stdout
