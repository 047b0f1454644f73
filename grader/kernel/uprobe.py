"""Uprobes that the grader opens for a sandbox, on a copy of libc that only the workload runs.

Since 2025 opening a uprobe takes CAP_SYS_ADMIN: its program sees every process that calls the
function, and may change where the process goes on (Linux 6.19). So the grader opens the uprobe, on
a copy of libc in memory, and hands the descriptor to the sandbox; the sitecustomize.py of
`tracefs_copy` makes BCC attach programs to it. A sandbox can probe this one function, in this one
process.
"""

from __future__ import annotations

import ctypes
import os
import re
import struct
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from grader.base.c_library import CLibrary
from grader.base.errors import InfraError
from grader.base.messages import say
from grader.submission.sandbox import View

UPROBES = Path("/sys/bus/event_source/devices/uprobe")
_PERF_EVENT_OPEN = {"x86_64": 298, "aarch64": 241}
_ATTRIBUTES = struct.Struct("=IIQ40xQQ40x")
"""struct perf_event_attr, its first 112 bytes: type, size, config, uprobe_path, probe_offset."""
_EVERY_PROCESS, _FIRST_CPU, _NO_GROUP = -1, 0, -1


class Uprobe:
    """A function in a copy of libc, to attach programs to. Raises InfraError if there is none."""

    def __init__(self, function: str) -> None:
        self._path, self._offset = _locate(function)
        self.library = os.memfd_create("labebpf-libc")
        """The copy of libc, as a descriptor."""
        os.write(self.library, Path(self._path).read_bytes())

    def lend(self, view: View) -> View:
        """Extend `view` to one whose sandbox may attach programs to the function's begin and end.

        The sandbox closes the descriptors in it. Raises InfraError.
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
        kind = _kind()
        path = ctypes.create_string_buffer(f"/proc/self/fd/{self.library}".encode())
        attributes = _ATTRIBUTES.pack(
            kind, _ATTRIBUTES.size, returns, ctypes.addressof(path), self._offset
        )
        number = _PERF_EVENT_OPEN[os.uname().machine]
        where = (_EVERY_PROCESS, _FIRST_CPU, _NO_GROUP)
        try:
            return CLibrary().call("syscall", number, attributes, *where, 0)
        except OSError as error:
            why = error.strerror
            raise InfraError(
                say("This kernel does not let the grader open a uprobe: {error}.", error=why),
                say("Run: ./labebpf doctor"),
            ) from error

    def close(self) -> None:
        """Close the copy of libc."""
        os.close(self.library)


def _kind() -> int:
    """Read the perf event type of uprobes. Raises InfraError where the kernel has none."""
    try:
        return int((UPROBES / "type").read_text())
    except OSError as error:
        raise InfraError(
            say("This kernel has no uprobes."), say("Run: ./labebpf doctor")
        ) from error


def _locate(function: str) -> tuple[str, int]:
    """Find the file of libc, and the offset of `function` in it, in bytes. Raises InfraError."""
    try:
        symbol = getattr(ctypes.CDLL(None), function)
    except AttributeError as error:
        raise InfraError(
            say("libc has no function {function}.", function=function),
            say("Correct the lab's manifest."),
        ) from error
    address = ctypes.cast(symbol, ctypes.c_void_p).value or 0
    for line in Path("/proc/self/maps").read_text(errors="replace").splitlines():
        start, end, offset, path = re.match(  # type: ignore[union-attr]
            r"(\w+)-(\w+) \S+ (\w+) \S+ \S+ *(.*)", line
        ).groups()
        if int(start, 16) <= address < int(end, 16):
            return path, address - int(start, 16) + int(offset, 16)
    raise AssertionError(f"no mapping holds {function}")
