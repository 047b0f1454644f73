"""Machines that were booted once and stand ready: each grading goes on from the same moment."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

from grader.base.errors import InfraError
from grader.base.lock import locked
from grader.base.messages import say
from grader.vm.image_store import Image, cache
from grader.vm.machine_config import MachineConfig
from grader.vm.payload import payload
from grader.vm.protocol import WireError
from grader.vm.qemu import BootError, Machine, qemu_identity

_BOOT_SECONDS = 180
_BOOTS = 4
"""Attempts. Emulated, now and then a kernel executes what another CPU is just patching."""
_SAVE_SECONDS = 60
_RESTORE_SECONDS = 20
_UNUSED_SECONDS = 3600


def key(image: Image, code: bytes, config: MachineConfig) -> str:
    """Return what a snapshot depends on, as 16 hexadecimal digits."""
    parts = [image.id, repr(config), qemu_identity(), _cpu(config)]
    return hashlib.sha256("\0".join(parts).encode() + code).hexdigest()[:16]


def _cpu(config: MachineConfig) -> str:
    """Describe the CPU that a guest sees: with KVM the host's; TCG's is the same everywhere."""
    if config.accelerator != "kvm":
        return ""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return "".join(sorted({line for line in lines if line.startswith(("model name", "flags"))}))


def stored(image: Image) -> list[Path]:
    """Return the snapshots of `image`, as files."""
    return sorted((cache() / "snapshots").glob(f"{image.version}-*[0-9a-f]"))


def start(image: Image, config: MachineConfig) -> Machine:
    """Return a machine that is ready to grade, from its snapshot, which is made if missing.

    One that does not load is made again; not one whose machine was killed. Raises InfraError.
    """
    killed = False
    code = payload()
    path = cache() / "snapshots" / f"{image.version}-{key(image, code, config)}"
    path.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(2):
        # Two that want the same snapshot: the second waits for the first.
        with locked(path.with_name("lock")):
            if path.exists():
                os.utime(path)
                machine = Machine(image, code, config, snapshot=path)
            else:
                machine = _make(path, image, code, config)
        try:
            machine.wake()
            machine.wire.receive(_RESTORE_SECONDS)
            return machine
        except (WireError, TimeoutError):
            killed = machine.killed
            machine.close()
            if not killed:
                path.unlink(missing_ok=True)
        except BaseException:
            machine.close()
            raise
    if killed:
        raise InfraError(
            say("The virtual machine was killed as it started."), say("Is enough memory free?")
        )
    raise InfraError(
        say("The virtual machine's snapshot cannot be used."), say("Run: ./labebpf doctor")
    )


def _up(image: Image, code: bytes, config: MachineConfig) -> Machine:
    """Return a machine that has booted. Raises InfraError."""
    for attempt in range(1, _BOOTS + 1):
        machine = Machine(image, code, config)
        try:
            machine.wait_until_ready(_BOOT_SECONDS)
            return machine
        except BootError:
            machine.close()
            if attempt == _BOOTS:
                raise
        except BaseException:
            machine.close()
            raise
    raise AssertionError


def _make(path: Path, image: Image, code: bytes, config: MachineConfig) -> Machine:
    """Boot a machine and keep its state as `path`. It is in the same state itself."""
    fresh = path.with_name(path.name + ".new")
    machine = _up(image, code, config)
    try:
        machine.save(fresh, _SAVE_SECONDS)
        fresh.rename(path)
    except BaseException:
        machine.close()
        raise
    finally:
        fresh.unlink(missing_ok=True)
    # With the ".new" of those who were killed as they saved theirs: this one holds the lock.
    for old in path.parent.glob(f"{image.version}-*"):
        # Another checkout's may be in use by turns with this one's.
        if old != path and time.time() - old.stat().st_mtime > _UNUSED_SECONDS:
            old.unlink(missing_ok=True)
    return machine
