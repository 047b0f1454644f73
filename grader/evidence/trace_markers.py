"""Which thread is which: markers that threads leave in the kernel's trace, with their ids in it.

The workload is in a PID namespace, and the grader may be in another one; what BPF programs see are
the ids of the first. The trace has those.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection

from grader.base.errors import InfraError
from grader.base.messages import say
from grader.evidence.trace import TraceInstance

_MARKER = re.compile(r"^.*-(\d+) +\[\d+\] .*: tracing_mark_write: ([0-9a-f]{16})$", re.MULTILINE)
"""A line of the trace; the thread's name, which may be anything, comes before its id."""


class TraceMarkers:
    """A private trace, into which each thread writes a marker of 16 hexadecimal digits."""

    def __init__(self, trace: TraceInstance) -> None:
        self._trace = trace
        self.fd = os.open(trace.folder / "trace_marker", os.O_WRONLY)
        """Where a thread writes its marker."""

    def threads(self, markers: Collection[str]) -> dict[str, int]:
        """Return the id of the thread that left each of the `markers`, and forget all.

        Raises InfraError for one that is not there.
        """
        if not markers:
            return {}
        path = self._trace.folder / "trace"
        found = {
            marker: int(tid) for tid, marker in _MARKER.findall(path.read_text(errors="replace"))
        }
        path.write_text("")
        try:
            return {marker: found[marker] for marker in markers}
        except KeyError as error:
            raise InfraError(
                say("The kernel's trace does not show the workload."), say("Run: ./labebpf doctor")
            ) from error

    def close(self) -> None:
        os.close(self.fd)
        self._trace.remove()
