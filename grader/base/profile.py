"""When a grading did what: spans of time, noted only while a profile is recorded.

They are written as Chrome's trace events, which https://ui.perfetto.dev and chrome://tracing open.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

GRADER = "grader"
"""The lane of the process that judges; each of its threads and children has one of its own."""
_LOG = logging.getLogger("labebpf.profile")


@dataclass(frozen=True)
class Span:
    """What went on in a lane from `start` to `end`, in ns of the monotonic clock."""

    lane: str
    name: str
    start: int
    end: int

    @classmethod
    def read(cls, told: object) -> Span:
        """Read what is to be a span's fields. Raises TypeError and ValueError."""
        if not isinstance(told, list) or len(told) != 4:
            raise ValueError(told)
        lane, name, *times = told
        # What is no int can be infinite, and what is larger is no time.
        if not all(isinstance(time_, int) and abs(time_) < 1 << 62 for time_ in times):
            raise ValueError(times)
        return cls(str(lane), str(name), *times)


class Recorder(logging.Handler):
    """Collects the spans that are noted, from its making on until `close`."""

    def __init__(self) -> None:
        super().__init__()
        self.spans: list[Span] = []
        _LOG.propagate = False
        _LOG.setLevel(logging.DEBUG)
        _LOG.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.spans.append(record.__dict__["span"])

    def close(self) -> None:
        _LOG.removeHandler(self)
        _LOG.setLevel(logging.NOTSET)
        super().close()


def note_span(name: str, since: int, lane: str = "") -> None:
    """Note that `name` went on in `lane` from `since`, of time.monotonic_ns(), until now.

    Without a lane it is this thread's.
    """
    if _LOG.isEnabledFor(logging.DEBUG):
        thread = threading.current_thread()
        own = GRADER if thread is threading.main_thread() else f"{GRADER}, {thread.name}"
        _LOG.debug(name, extra={"span": Span(lane or own, name, since, time.monotonic_ns())})


@contextmanager
def span(name: str) -> Iterator[None]:
    """Note what goes on in the block, or in each call of a function that this decorates."""
    start = time.monotonic_ns()
    try:
        yield
    finally:
        note_span(name, start)


def process_start() -> int:
    """Return when this process began, in ns of the monotonic clock (proc_pid_stat(5))."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    since_boot = time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.monotonic_ns()
    return ticks * 1_000_000_000 // os.sysconf("SC_CLK_TCK") - since_boot


def chrome_trace(spans: Iterable[Span]) -> str:
    """Write `spans` as Chrome's trace events, a row for each lane."""
    spans = sorted(spans, key=lambda each: each.start)
    rows = {lane: number for number, lane in enumerate(dict.fromkeys(s.lane for s in spans), 1)}
    events: list[dict[str, object]] = [
        {"ph": "M", "name": "thread_name", "pid": 1, "tid": row, "args": {"name": lane}}
        for lane, row in rows.items()
    ]
    events += [
        {
            "ph": "X",
            "name": each.name,
            "pid": 1,
            "tid": rows[each.lane],
            "ts": (each.start - spans[0].start) / 1000,
            "dur": (each.end - each.start) / 1000,
        }
        for each in spans
    ]
    return json.dumps({"traceEvents": events, "displayTimeUnit": "ms"})


def read_chrome_trace(text: str) -> list[Span]:
    """Read what `chrome_trace` wrote; the first span begins at 0."""
    events = json.loads(text)["traceEvents"]
    lanes = {each["tid"]: each["args"]["name"] for each in events if each["ph"] == "M"}
    return [
        Span(
            lanes[each["tid"]],
            each["name"],
            round(each["ts"] * 1000),
            round((each["ts"] + each["dur"]) * 1000),
        )
        for each in events
        if each["ph"] == "X"
    ]
