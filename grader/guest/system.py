"""What a machine's own processes share: its places, and what they do to it as a whole."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""Where the grader's code lies."""
SUBMISSION = Path("/submission")
OUT = Path("/run/result")
PRIVATE = ROOT / "private"
_RNDADDENTROPY, _RNDRESEEDCRNG = 0x40085203, 0x5207
_MOUNTS = (
    ("devpts", "/dev/pts", "devpts", "ptmxmode=666"),
    ("tmpfs", "/dev/shm", "tmpfs", "mode=1777"),
    ("tmpfs", "/tmp", "tmpfs", "mode=1777"),
    ("tmpfs", "/run", "tmpfs", "mode=755"),
    ("cgroup2", "/sys/fs/cgroup", "cgroup2", "rw"),
    ("tracefs", "/sys/kernel/tracing", "tracefs", "rw"),
    ("debugfs", "/sys/kernel/debug", "debugfs", "rw"),
    ("bpf", "/sys/fs/bpf", "bpf", "rw"),
)


def set_up() -> None:
    """Do what an operating system's start would do, as far as a grading needs it."""
    os.environ.update(
        PATH="/usr/sbin:/usr/bin:/sbin:/bin", HOME="/root", LANG="C.UTF-8", TERM="linux"
    )
    for source, target, kind, options in _MOUNTS:
        Path(target).mkdir(exist_ok=True)
        command = ["busybox", "mount", "-t", kind, "-o", options, source, target]
        subprocess.run(command, check=True)
    subprocess.run(["busybox", "ip", "link", "set", "lo", "up"], check=True)
    Path("/proc/sys/kernel/hostname").write_text("labebpf")
    Path("/sys/fs/cgroup/cgroup.subtree_control").write_text("+memory +pids")


def channel() -> int:
    """Return the virtio-serial port whose name is `labebpf`."""
    for port in Path("/sys/class/virtio-ports").iterdir():
        if (port / "name").read_text().strip() == "labebpf":
            return os.open(f"/dev/{port.name}", os.O_RDWR | os.O_CLOEXEC)
    raise OSError("no port of the host's")


def all_cpus() -> None:
    """Let every CPU of the machine run."""
    for switch in _other_cpus():
        switch.write_text("1")


def _other_cpus() -> list[Path]:
    return sorted(Path("/sys/devices/system/cpu").glob("cpu[1-9]*/online"))


@contextmanager
def one_cpu() -> Iterator[None]:
    """Run the first CPU alone meanwhile: Linux patches its own code (see the command line)."""
    for switch in _other_cpus():
        switch.write_text("0")
    try:
        yield
    finally:
        all_cpus()


def forget_precompiled() -> None:
    """Let clang parse the kernel's headers for each program (see recipe/precompile.py)."""
    for path in Path("/usr/src").glob("linux-headers-*/include/linux/*.pch"):
        path.unlink()


def wake(seconds: float, entropy: bytes) -> None:
    """Set the clock to `seconds` and reseed the random numbers, after a restore."""
    time.clock_settime(time.CLOCK_REALTIME, seconds)
    descriptor = os.open("/dev/urandom", os.O_RDWR)
    fcntl.ioctl(
        descriptor,
        _RNDADDENTROPY,
        struct.pack("ii", 8 * len(entropy), len(entropy)) + entropy,
    )
    fcntl.ioctl(descriptor, _RNDRESEEDCRNG)
    os.close(descriptor)
