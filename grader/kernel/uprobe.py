"""Uprobes for a sandbox, which may open none itself, on a copy of libc that the workload runs.

Since 2025 the kernel wants CAP_SYS_ADMIN of who opens a uprobe: its program sees whatever process
calls the function, and may change where that goes on (Linux 6.19). So the grader opens it, on a
copy of libc in memory that nobody but the workload runs, and hands it to the sandbox without a
program; `view` teaches BCC there to attach to it. A sandbox can probe this one function, of this
one process.
"""

from __future__ import annotations

import ctypes
import os
import re
import struct
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from grader.base.errors import InfraError
from grader.base.messages import say
from grader.submission.sandbox import View

UPROBES = Path("/sys/bus/event_source/devices/uprobe")
_PERF_EVENT_OPEN = {"x86_64": 298, "aarch64": 241}
_ATTRIBUTES = struct.Struct("=IIQ40xQQ40x")
"""struct perf_event_attr, its first 112 bytes: type, size, config, uprobe_path, probe_offset."""
_EVERY_PROCESS, _FIRST_CPU, _NO_GROUP = -1, 0, -1


class Uprobe:
    """A function of libc to be probed, in a copy of the library. Raises InfraError without such."""

    def __init__(self, function: str) -> None:
        self._path, self._offset = _place(function)
        self.library = os.memfd_create("labebpf-libc")
        """The copy, as a descriptor."""
        os.write(self.library, Path(self._path).read_bytes())

    def lend(self, view: View) -> View:
        """`view` of a sandbox that may attach a program to the function, and one to its end.

        The descriptors in it are the sandbox's to close.
        """
        with ExitStack() as opened:
            events = []
            for returns in (False, True):
                events.append(self._open(returns=returns))
                opened.callback(os.close, events[-1])
            opened.pop_all()
        lent = ",".join(map(str, (*events, self._offset, self._path)))
        return replace(view, descriptors=tuple(events), environment={"LABEBPF_UPROBES": lent})

    def _open(self, *, returns: bool) -> int:
        libc = ctypes.CDLL(None, use_errno=True)
        kind = _kind()
        path = ctypes.create_string_buffer(f"/proc/self/fd/{self.library}".encode())
        attributes = _ATTRIBUTES.pack(
            kind, _ATTRIBUTES.size, returns, ctypes.addressof(path), self._offset
        )
        number = _PERF_EVENT_OPEN[os.uname().machine]
        event = libc.syscall(number, attributes, _EVERY_PROCESS, _FIRST_CPU, _NO_GROUP, 0)
        if event < 0:
            error = os.strerror(ctypes.get_errno())
            raise InfraError(
                say("This kernel does not let the grader open a uprobe: {error}.", error=error),
                say("Run: ./labebpf doctor"),
            )
        return int(event)

    def close(self) -> None:
        os.close(self.library)


def _kind() -> int:
    """The number of uprobes among perf events. Raises InfraError where the kernel has none."""
    try:
        return int((UPROBES / "type").read_text())
    except OSError as error:
        raise InfraError(
            say("This kernel has no uprobes."), say("Run: ./labebpf doctor")
        ) from error


def _place(function: str) -> tuple[str, int]:
    """The file of libc, and where in it `function` begins. Raises InfraError if there is none."""
    try:
        symbol = getattr(ctypes.CDLL(None), function)
    except AttributeError as error:
        raise InfraError(
            say("libc has no function {function}.", function=function),
            say("Correct the lab's manifest."),
        ) from error
    address = ctypes.cast(symbol, ctypes.c_void_p).value or 0
    for line in Path("/proc/self/maps").read_text().splitlines():
        start, end, offset, path = re.match(  # type: ignore[union-attr]
            r"(\w+)-(\w+) \S+ (\w+) \S+ \S+ *(.*)", line
        ).groups()
        if int(start, 16) <= address < int(end, 16):
            return path, address - int(start, 16) + int(offset, 16)
    raise AssertionError(f"no mapping holds {function}")
