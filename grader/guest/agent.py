"""The first process of a machine: sets it up, and grades or opens terminals when the host asks.

Started by the initramfs (recipe/init.sh) with the grader's code in /opt/labebpf, /proc, /sys and
/dev mounted. It outlives whatever happens to its child, which grades (checks_runner.py).
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

from grader.guest.guest_profile import read_profile
from grader.guest.system import (
    OUT,
    PRIVATE,
    ROOT,
    SUBMISSION,
    channel,
    forget_precompiled,
    one_cpu,
    set_up,
    wake,
)
from grader.vm.protocol import GradeBody, GuestMessage, HostMessage, ShellBody, Wire

LOG = Path("/run/grader.log")
BEAT_SECONDS = 2.0
"""After which the host hears that the machine lives, whatever its child is at."""


def lay_out(folder: Path, files: Mapping[str, str]) -> None:
    """Write files, given as paths below `folder` and base64, over whatever was there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(data))


def names_options(files: Mapping[str, str]) -> bool:
    """Tell whether a script gives BCC options to compile with: precompiled headers may not fit."""
    return any(
        b"cflags" in base64.b64decode(data) for name, data in files.items() if name.endswith(".py")
    )


class Grader:
    """The child that grades: it starts at once, gets ready, and waits for a request."""

    def __init__(self, wire: Wire[GuestMessage]) -> None:
        self._wire = wire
        hear, self._request = os.pipe()
        self._ready, readied = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            try:
                os.close(self._request)
                os.close(self._ready)
                os.setsid()
                log = os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                for standard in (1, 2):
                    os.dup2(log, standard)
                os.chdir(ROOT)
                from grader.guest.guest_kernel import GuestKernel

                kernel = GuestKernel(wire)
                # This takes as long as what the kernel has started now.
                from grader.guest.checks_runner import ChecksRunner

                os._exit(ChecksRunner(wire, kernel, hear, readied).run())
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(70)
        os.close(hear)
        os.close(readied)

    def wait_until_ready(self) -> bool:
        """Return True when the child is ready, False when it has ended; then `log` says why."""
        return bool(os.read(self._ready, 1))

    def log(self) -> str:
        return LOG.read_text(errors="replace")[-20_000:] if LOG.exists() else ""

    def grade(self, request: GradeBody) -> None:
        lay_out(ROOT / "exercises", request["labs"])
        lay_out(PRIVATE, request["private"])
        lay_out(SUBMISSION, request["submission"])
        if names_options(request["submission"]):
            forget_precompiled()
        with os.fdopen(self._request, "w") as pipe:
            json.dump(request, pipe)
        status = reap(self._child, self._show_life)
        try:
            result = json.loads((OUT / "result.json").read_text())
        except (OSError, ValueError):
            result = {}
        kernel = result.get("kernel", {})
        profile = read_profile()
        self._wire.send({"ended": status, "kernel": kernel, "log": self.log(), "profile": profile})

    def _show_life(self) -> None:
        """Tell the host that every CPU of this machine runs what it is given."""
        cpus = os.sched_getaffinity(0)
        for cpu in cpus:
            os.sched_setaffinity(0, {cpu})
        os.sched_setaffinity(0, cpus)
        self._wire.send({"alive": True})

    def close(self) -> None:
        """End the child without a request: nothing of it is left in the kernel then."""
        os.close(self._request)
        reap(self._child)


def shell(wire: Wire[GuestMessage], request: ShellBody) -> None:
    """Open terminals for people, in a child as well."""
    from grader.guest import terminals

    lay_out(terminals.LABS, request["files"])
    if names_options(request["files"]):
        forget_precompiled()
    child = os.fork()
    if child == 0:
        try:
            terminals.serve(wire, request)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(70)
    wire.send({"ended": reap(child), "kernel": {}, "log": "", "profile": []})


def reap(child: int, meanwhile: Callable[[], None] = lambda: None) -> int:
    """Wait for `child`; return its exit status.

    Whatever else ends is waited for too: the first process is the parent of orphans.
    `meanwhile` is called every few seconds.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})  # Else its children inherit that.
    due = time.monotonic()
    while True:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == child:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            return os.waitstatus_to_exitcode(status)
        if pid == 0:
            signal.sigtimedwait({signal.SIGCHLD}, max(0.0, due - time.monotonic()))
        if time.monotonic() >= due:
            meanwhile()
            due = time.monotonic() + BEAT_SECONDS


def main() -> None:
    """Serve the host until it ends the machine."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_up()
    lock = os.open("/run/wire.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    wire: Wire[GuestMessage] = Wire(channel(), lock)
    grader = Grader(wire)
    if not grader.wait_until_ready():
        wire.send({"failed": grader.log()})
        return
    wire.send({"ready": True})
    while True:
        request = cast(HostMessage, wire.receive())
        if "wake" in request:
            wake(request["wake"], base64.b64decode(request["entropy"]))
            wire.send({"awake": True})
        if "grade" in request:
            grader.grade(request["grade"])
        if "shell" in request:
            with one_cpu():
                grader.close()
            shell(wire, request["shell"])
