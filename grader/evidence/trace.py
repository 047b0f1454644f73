"""The kernel's own record of what happened: a tracefs instance that belongs to the grader.

Records are read in binary (per_cpu/cpuN/trace_pipe_raw). The text form cannot be counted: one
bpf_trace_printk may hold newlines and imitate other records, and a comm is its process's to
choose. The formats are documented by the kernel itself, in events/header_page, events/
header_event and each event's `format`.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.base.errors import InfraError
from grader.base.messages import say
from grader.base.profile import span
from grader.base.waiting import remove_folder

PRINTK = "bpf_trace/bpf_trace_printk"
_STACK = "kernel_stack"
_MOST_NESTED = 100
"""Records of one CPU whose stacks are still to come; one that was lost stays among them."""
_PADDING, _TIME_EXTEND, _TIME_STAMP = 29, 30, 31
_COMMIT_MASK = (1 << 20) - 1
MAX_BYTES = 256 << 20


@dataclass(frozen=True)
class Record:
    """One record of the kernel's ring buffer. `time` in ns of CLOCK_MONOTONIC.

    `stack` has the return addresses of what led there, the innermost first, if they were recorded.
    """

    time: int
    cpu: int
    pid: int
    event: str
    fields: Mapping[str, int | str] = field(default_factory=dict)
    stack: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """What the program printed, for a bpf_trace_printk record."""
        return str(self.fields.get("bpf_string", self.fields.get("buf", "")))


@dataclass(frozen=True)
class Field:
    """One field of an event, as its `format` file says. Offsets and sizes in bytes."""

    name: str
    offset: int
    size: int
    signed: bool
    dynamic: bool


@dataclass(frozen=True)
class EventFormat:
    """How the records of one event are laid out."""

    name: str
    id: int
    fields: tuple[Field, ...]

    @classmethod
    def parse(cls, text: str) -> EventFormat:
        name = re.search(r"^name: (\S+)", text, re.MULTILINE)
        number = re.search(r"^ID: (\d+)", text, re.MULTILINE)
        if not name or not number:
            raise InfraError(
                say("An event's format file has neither name nor ID."), say("Report this kernel.")
            )
        pattern = r"field:([^;]+);\s*offset:(\d+);\s*size:(\d+);\s*signed:(\d);"
        fields = []
        for declaration, offset, size, signed in re.findall(pattern, text):
            variable = re.sub(r"\[.*?\]$", "", declaration).split()[-1]
            dynamic = declaration.startswith("__data_loc")
            fields.append(Field(variable, int(offset), int(size), signed == "1", dynamic))
        return cls(name.group(1), int(number.group(1)), tuple(fields))

    def decode(self, data: bytes) -> dict[str, int | str]:
        """Return the record's values; a field that is neither a number nor a string is left out."""
        values: dict[str, int | str] = {}
        for item in self.fields:
            raw = data[item.offset : item.offset + item.size]
            if item.dynamic:
                place = int.from_bytes(raw, "little")
                start, length = place & 0xFFFF, place >> 16
                text = data[start : start + length].split(b"\0")[0]
                values[item.name] = text.decode(errors="replace")
            elif item.size in (1, 2, 4, 8):
                values[item.name] = int.from_bytes(raw, "little", signed=item.signed)
        return values

    def stack(self, data: bytes) -> tuple[int, ...]:
        """Return all addresses in a record of a stack, however many `format` says."""
        (start,) = (item.offset for item in self.fields if item.name == "caller")
        length = (len(data) - start) // 8 * 8
        return struct.unpack_from(f"<{length // 8}Q", data, start)


class TraceInstance:
    """A private trace buffer on the clock of bpf_ktime_get_ns, with `events` recorded in it.

    Raises InfraError where the kernel refuses it. `collect` returns what was recorded since the
    last call; recording itself goes on from creation to `remove`. `fileno` is readable when there
    is something to collect.
    """

    @span("makes a trace instance")
    def __init__(self, tracefs: Path, name: str, events: Iterable[str]) -> None:
        self.folder = tracefs / "instances" / name
        self._formats: dict[int, EventFormat] = {}
        self._enabled: list[str] = []
        self._stacks: dict[int, Stacks] | None = None
        self._ready = -1
        try:
            self.folder.mkdir()
            self._write("trace_clock", "mono")
            for event in events:
                self._enable(event)
        except OSError as error:
            raise _refused(error) from error
        self._page = os.sysconf("SC_PAGESIZE")
        self._buffers = {
            int(cpu.name[3:]): os.open(cpu / "trace_pipe_raw", os.O_RDONLY | os.O_NONBLOCK)
            for cpu in sorted((self.folder / "per_cpu").glob("cpu*"))
        }

    def follow(self, pid: int, events: Iterable[str]) -> None:
        """Record nothing from now on but `events` that process `pid` and its later children cause.

        Each record has its stack. `pid` is as the kernel numbers it, in its first PID namespace.
        """
        try:
            for event in self._enabled:
                self._write(f"events/{event}/enable", "0")
            self._write("options/event-fork", "1")
            self._write("set_event_pid", str(pid))
            self._know(f"ftrace/{_STACK}")
            self._write("options/stacktrace", "1")
            self.collect()
            self._stacks = {cpu: Stacks() for cpu in self._buffers}
            for event in events:
                self._enable(event)
        except OSError as error:
            raise _refused(error) from error

    def fileno(self) -> int:
        if self._ready < 0:
            # Of the buffers of single CPUs poll() tells only when they are half full.
            self._ready = os.open(self.folder / "trace_pipe", os.O_RDONLY | os.O_NONBLOCK)
        return self._ready

    def collect(self) -> list[Record]:
        """Return every record since the last call, in the order of time. Never waits.

        As long as nobody is followed, recording pauses meanwhile: a program that prints at each
        system call would otherwise add records faster than they can be read. One process adds
        none while it waits, and what it does as it goes to sleep is not missed.
        """
        if self._stacks is None:
            self._write("tracing_on", "0")
        try:
            found = {cpu: list(self._drain(cpu)) for cpu in self._buffers}
        finally:
            if self._stacks is None:
                self._write("tracing_on", "1")
        if self._stacks:
            found = {cpu: self._stacks[cpu].put_with(records) for cpu, records in found.items()}
        records = [record for each in found.values() for record in each]
        return sorted(records, key=lambda record: record.time)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Record nothing meanwhile."""
        self._write("tracing_on", "0")
        try:
            yield
        finally:
            self._write("tracing_on", "1")

    @span("removes a trace instance")
    def remove(self) -> None:
        for descriptor in (*self._buffers.values(), self._ready):
            if descriptor >= 0:
                os.close(descriptor)
        self._buffers, self._ready = {}, -1
        remove_folder(self.folder)

    def _enable(self, event: str) -> None:
        self._write(f"events/{event}/enable", "1")
        self._enabled.append(event)
        self._know(event)

    def _know(self, event: str) -> None:
        """Learn how the records of `event` are laid out."""
        found = EventFormat.parse((self.folder / "events" / event / "format").read_text())
        self._formats[found.id] = found

    def _write(self, name: str, value: str) -> None:
        (self.folder / name).write_text(value)

    def _drain(self, cpu: int) -> Iterator[Record]:
        total = 0
        while total < MAX_BYTES:
            try:
                page = os.read(self._buffers[cpu], self._page)
            except BlockingIOError:
                return
            if not page:
                return
            total += len(page)
            yield from parse_page(page, cpu, self._formats)


class Stacks:
    """Puts each record of one CPU together with its stack, a record of its own that follows it.

    An interrupt may come between the two, with records and stacks of its own.
    """

    def __init__(self) -> None:
        self._without: list[Record] = []

    def put_with(self, records: Iterable[Record]) -> list[Record]:
        """Return the records that have their stack now; those that still lack it are kept."""
        done = []
        for record in records:
            if record.event != _STACK:
                self._without = [*self._without[-_MOST_NESTED:], record]
            elif self._without:
                done.append(replace(self._without.pop(), stack=record.stack))
        return done


def _refused(error: OSError) -> InfraError:
    return InfraError(
        say("The kernel refuses a trace instance: {error}.", error=error),
        say("Run: ./labebpf doctor"),
    )


def parse_page(page: bytes, cpu: int, formats: Mapping[int, EventFormat]) -> Iterator[Record]:
    """Parse one page of a ring buffer: u64 time, u64 commit (bytes used), then records."""
    if len(page) < 16:
        return
    now, commit = struct.unpack_from("<QQ", page)
    position, end = 16, min(16 + (commit & _COMMIT_MASK), len(page))
    while position + 4 <= end:
        (head,) = struct.unpack_from("<I", page, position)
        kind, delta = head & 0x1F, head >> 5
        position += 4
        if kind == _PADDING and delta == 0:
            return
        if kind in (0, _PADDING, _TIME_EXTEND, _TIME_STAMP) and position + 4 > end:
            return
        if kind == _PADDING:
            (length,) = struct.unpack_from("<I", page, position)
            now += delta
            position += length
            continue
        if kind in (_TIME_EXTEND, _TIME_STAMP):
            (more,) = struct.unpack_from("<I", page, position)
            stamp = delta + (more << 27)
            now = now + stamp if kind == _TIME_EXTEND else (now & ~((1 << 59) - 1)) | stamp
            position += 4
            continue
        now += delta
        if kind == 0:
            (size,) = struct.unpack_from("<I", page, position)
            start, length = position + 4, size - 4
            position += (size + 3) & ~3
        else:
            start, length = position, kind * 4
            position += length
        data = page[start : start + length]
        known = formats.get(int.from_bytes(data[:2], "little"))
        if known:
            values = known.decode(data)
            stack = known.stack(data) if known.name == _STACK else ()
            yield Record(now, cpu, int(values.get("common_pid", 0)), known.name, values, stack)
