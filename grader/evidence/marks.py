"""Which thread is which: marks that threads leave in the kernel's trace, with their ids in it.

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

_MARK = re.compile(r"^.*-(\d+) +\[\d+\] .*: tracing_mark_write: ([0-9a-f]{16})$", re.MULTILINE)
"""A line of the trace; the thread's name, which may be anything, comes before its id."""


class Marks:
    """A private trace in which threads leave marks of 16 hexadecimal digits, by writing a line."""

    def __init__(self, trace: TraceInstance) -> None:
        self._trace = trace
        self.fd = os.open(trace.folder / "trace_marker", os.O_WRONLY)
        """Where a thread writes its mark."""

    def threads(self, marks: Collection[str]) -> dict[str, int]:
        """Return the id of the thread that left each of the `marks`, and forget all.

        Raises InfraError for one that is not there.
        """
        if not marks:
            return {}
        path = self._trace.folder / "trace"
        found = {mark: int(tid) for tid, mark in _MARK.findall(path.read_text(errors="replace"))}
        path.write_text("")
        try:
            return {mark: found[mark] for mark in marks}
        except KeyError as error:
            raise InfraError(
                say("The kernel's trace does not show the workload."), say("Run: ./labebpf doctor")
            ) from error

    def close(self) -> None:
        os.close(self.fd)
        self._trace.remove()
