"""The first process of a machine: sets it up, gets warm, and grades when the host asks.

Started by the initramfs (recipe/init.sh) with the grader's code in /opt/labebpf, /proc, /sys and
/dev mounted. Student code never runs in this process: pytest does, in a child of it.
"""

from __future__ import annotations

import base64
import fcntl
import importlib
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT))

import pytest  # noqa: E402

from grader import plugin  # noqa: E402
from grader.errors import Infra  # noqa: E402
from grader.kernel.native import TAKEN, NativeKernel  # noqa: E402
from grader.kernel.vm.inside import terminal  # noqa: E402
from grader.kernel.vm.machine import EMULATED  # noqa: E402
from grader.kernel.vm.wire import Wire  # noqa: E402

SUBMISSION = Path("/submission")
OUT = Path("/run/result")
LOG = Path("/run/grader.log")
PRIVATE = ROOT / "private"
ARGUMENTS = (
    *("-c", os.devnull, "--rootdir", str(ROOT), "--import-mode=importlib"),
    *("-p", "grader.plugin", "-p", "no:cacheprovider", "-p", "no:unraisableexception"),
    *("--kernel", "native", "--submission", str(SUBMISSION), "--out", str(OUT)),
)
LOADERS = 2
"""As many as the first lab may want at once: its program, built in two ways."""
PRELOADED = ("grader.plugin", "grader.verdict.report", "_pytest.junitxml", "rich.console")
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
    """What an operating system's start would do, as far as a grading needs it."""
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
    """The virtio-serial port whose name is `labebpf`."""
    for port in Path("/sys/class/virtio-ports").iterdir():
        if (port / "name").read_text().strip() == "labebpf":
            return os.open(f"/dev/{port.name}", os.O_RDWR | os.O_CLOEXEC)
    raise OSError("no port of the host's")


@contextmanager
def one_cpu() -> Iterator[None]:
    """Only the first CPU runs meanwhile: Linux patches its own code (see the command line)."""
    others = sorted(Path("/sys/devices/system/cpu").glob("cpu[1-9]*/online"))
    for switch in others:
        switch.write_text("0")
    try:
        yield
    finally:
        for switch in others:
            switch.write_text("1")


class Kernel(NativeKernel):
    """This machine's kernel, taken for good: the machine is thrown away with it."""

    def close(self) -> None:
        pass


def warm_up() -> Kernel:
    """Do once what each grading does: its files are in memory then, and in the snapshot."""
    for name in PRELOADED:
        importlib.import_module(name)
    with one_cpu():
        kernel = Kernel(hidden=(ROOT,), seconds=None, waiting=lambda text: None)
        try:
            kernel.witness(ROOT / "bpf_templates").wait(600)
        except Infra:
            forget_precompiled()  # Perhaps this BCC has other options than it was made for.
            kernel.close_witness()
            kernel.witness(ROOT / "bpf_templates").wait(600)
    kernel.keep_loaders(LOADERS, EMULATED)
    return kernel


def forget_precompiled() -> None:
    """Let clang parse the kernel's headers for each program (see recipe/precompile.py)."""
    for path in Path("/usr/src").glob("linux-headers-*/include/linux/*.pch"):
        path.unlink()


def names_options(files: dict[str, str]) -> bool:
    """Whether a script has BCC compile with options of its own, which no other parse may fit."""
    return any(
        b"cflags" in base64.b64decode(data) for name, data in files.items() if name.endswith(".py")
    )


def wake(seconds: float, entropy: bytes) -> None:
    """After a restore: the clock and the random numbers of this moment, not of the snapshot's."""
    time.clock_settime(time.CLOCK_REALTIME, seconds)
    descriptor = os.open("/dev/urandom", os.O_RDWR)
    fcntl.ioctl(
        descriptor,
        _RNDADDENTROPY,
        struct.pack("ii", 8 * len(entropy), len(entropy)) + entropy,
    )
    fcntl.ioctl(descriptor, _RNDRESEEDCRNG)
    os.close(descriptor)


def lay_out(folder: Path, files: dict[str, str]) -> None:
    """Write files, given as paths below `folder` and base64, over whatever was there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(data))


class Guest:
    """Runs the checks that the host names, one at a time, and sends what pytest reports."""

    def __init__(self, wire: Wire, kernel: Kernel, order: int, ready: int) -> None:
        """What to grade comes from the pipe `order`, as JSON; `ready` is closed before that."""
        self._wire = wire
        self._kernel = kernel
        self._order = order
        self._ready = ready
        self._selected: list[str] = []
        self._config: pytest.Config | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Wait: a pytest that has only to collect is ready by now, and in the snapshot."""
        os.close(self._ready)
        with os.fdopen(self._order) as pipe:
            order = json.load(pipe)
        random.seed()  # Else it would go on as in every other machine of this snapshot.
        config = session.config
        self._selected = order["selected"]
        config.args[:] = [str(ROOT / "exercises" / lab) for lab in order["folders"]]
        config.option.time_scale = order["time_scale"]
        config.option.lang = order["lang"]
        if order["private"]:
            # What may be seen of private checks, the host decides.
            config.option.private, config.option.reveal = str(PRIVATE), True
        plugin.pytest_configure(config)  # Once more: now there are labs.

    def pytest_configure(self, config: pytest.Config) -> None:
        self._config = config
        config.pluginmanager.register(self._kernel, TAKEN)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep what the host selected, in its order."""
        found = {item.nodeid: item for item in items}
        items[:] = [found[node] for node in self._selected if node in found]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            return True  # Collection failed; the host sees no report, and asks for the log.
        items = {item.nodeid: item for item in session.items}
        self._wire.send(collected=list(items))
        while True:
            message = self._wire.receive()
            if "run" not in message:
                return True
            item, following = items[message["run"]], items.get(message["next"])
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            self._wire.send(ran=item.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        assert self._config
        hook = self._config.hook
        self._wire.send(
            report=hook.pytest_report_to_serializable(config=self._config, report=report)
        )


class Grader:
    """A pytest for one session of the host's, in a child: the first process outlives whatever
    happens. It starts at once, and waits for the files."""

    def __init__(self, wire: Wire, kernel: Kernel) -> None:
        self._wire = wire
        hear, tell = os.pipe()
        ready, readied = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            try:
                os.close(tell)
                os.setsid()
                log = os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                for standard in (1, 2):
                    os.dup2(log, standard)
                os.chdir(ROOT)
                guest = Guest(wire, kernel, hear, readied)
                os._exit(int(pytest.main([*ARGUMENTS], plugins=[guest])))
            finally:
                os._exit(70)
        os.close(hear)
        os.close(readied)
        os.read(ready, 1)
        os.close(ready)
        self._order = tell

    def grade(self, request: dict[str, Any]) -> None:
        lay_out(ROOT / "exercises", request["labs"])
        lay_out(PRIVATE, request["private"])
        lay_out(SUBMISSION, request["submission"])
        if names_options(request["submission"]):
            forget_precompiled()
        with os.fdopen(self._order, "w") as pipe:
            names = ("folders", "private", "selected", "time_scale", "lang")
            json.dump({name: request[name] for name in names}, pipe)
        status = reap(self._child)
        try:
            result = json.loads((OUT / "result.json").read_text())
        except (OSError, ValueError):
            result = {}
        log = LOG.read_text(errors="replace")[-20_000:] if LOG.exists() else ""
        self._wire.send(ended=status, kernel=result.get("kernel", {}), log=log)

    def close(self) -> None:
        os.kill(self._child, signal.SIGKILL)
        reap(self._child)


def shell(wire: Wire, kernel: Kernel, request: dict[str, Any]) -> None:
    """Terminals for people, in a child as well."""
    with one_cpu():
        NativeKernel.close(kernel)  # Else the grader's own programs stand among theirs.
    lay_out(terminal.LABS, request["files"])
    if names_options(request["files"]):
        forget_precompiled()
    child = os.fork()
    if child == 0:
        try:
            terminal.serve(wire, request)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(70)
    wire.send(ended=reap(child))


def reap(child: int) -> int:
    """Wait for `child`, and for whatever else ends: the first process is everybody's parent."""
    while True:
        pid, status = os.wait()
        if pid == child:
            return os.waitstatus_to_exitcode(status)


def main() -> None:
    set_up()
    wire = Wire(channel())
    try:
        kernel = warm_up()
        grader = Grader(wire, kernel)
    except Exception as error:
        wire.send(failed=f"{error}\n{getattr(error, 'log', '')}")
        raise
    wire.send(ready=True)
    while True:
        request = wire.receive()
        if "wake" in request:
            wake(request["wake"], base64.b64decode(request["entropy"]))
            wire.send(awake=True)
        if "grade" in request:
            grader.grade(request["grade"])
        if "shell" in request:
            grader.close()
            shell(wire, kernel, request["shell"])


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main()
