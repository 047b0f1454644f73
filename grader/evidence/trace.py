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
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import Infra
from grader.patience import remove_folder
from grader.words import say

PRINTK = "bpf_trace/bpf_trace_printk"
_PADDING, _TIME_EXTEND, _TIME_STAMP = 29, 30, 31
_COMMIT_MASK = (1 << 20) - 1
MAX_BYTES = 256 << 20


@dataclass(frozen=True)
class Record:
    """One record of the kernel's ring buffer. `time` in ns of CLOCK_MONOTONIC."""

    time: int
    cpu: int
    pid: int
    event: str
    fields: Mapping[str, int | str] = field(default_factory=dict)

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
            raise Infra("An event's format file has neither name nor ID.", "Report this kernel.")
        pattern = r"field:([^;]+);\s*offset:(\d+);\s*size:(\d+);\s*signed:(\d);"
        fields = []
        for declaration, offset, size, signed in re.findall(pattern, text):
            variable = re.sub(r"\[.*?\]$", "", declaration).split()[-1]
            dynamic = declaration.startswith("__data_loc")
            fields.append(Field(variable, int(offset), int(size), signed == "1", dynamic))
        return cls(name.group(1), int(number.group(1)), tuple(fields))

    def decode(self, data: bytes) -> dict[str, int | str]:
        """The record's values; a field that is neither a number nor a string is left out."""
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


class TraceInstance:
    """A private trace buffer on the clock of bpf_ktime_get_ns, with `events` recorded in it.

    Raises Infra where the kernel refuses it. `collect` returns what was recorded since the last
    call; recording itself goes on from creation to `remove`.
    """

    def __init__(self, tracefs: Path, name: str, events: Iterable[str]) -> None:
        self.folder = tracefs / "instances" / name
        self._formats: dict[int, EventFormat] = {}
        try:
            self.folder.mkdir()
            self._write("trace_clock", "mono")
            for event in events:
                self._enable(event)
        except OSError as error:
            raise Infra(
                say("The kernel refuses a trace instance: {error}.", error=error),
                "Run: ./labebpf doctor",
            ) from error
        self._following = False
        self._page = os.sysconf("SC_PAGESIZE")
        self._buffers = {
            int(cpu.name[3:]): os.open(cpu / "trace_pipe_raw", os.O_RDONLY | os.O_NONBLOCK)
            for cpu in sorted((self.folder / "per_cpu").glob("cpu*"))
        }

    def follow(self, pid: int, events: Iterable[str] = ()) -> None:
        """Record nothing but what the process `pid` and its later children cause; `events` too.

        `pid` is as the kernel numbers it, in its first PID namespace.
        """
        self._write("options/event-fork", "1")
        self._write("set_event_pid", str(pid))
        for event in events:
            self._enable(event)
        self.collect()
        self._following = True

    def collect(self) -> list[Record]:
        """Every record since the last call, in the order of time. Never waits.

        As long as nobody is followed, recording pauses meanwhile: a program that prints at each
        system call would otherwise add records faster than they can be read. One process adds
        none while it waits, and what it does as it goes to sleep is not missed.
        """
        if not self._following:
            self._write("tracing_on", "0")
        try:
            records = [record for cpu in self._buffers for record in self._drain(cpu)]
        finally:
            if not self._following:
                self._write("tracing_on", "1")
        return sorted(records, key=lambda record: record.time)

    def remove(self) -> None:
        for descriptor in self._buffers.values():
            os.close(descriptor)
        self._buffers = {}
        remove_folder(self.folder)

    def _enable(self, event: str) -> None:
        self._write(f"events/{event}/enable", "1")
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


def parse_page(page: bytes, cpu: int, formats: Mapping[int, EventFormat]) -> Iterator[Record]:
    """The records of one page of a ring buffer: u64 time, u64 commit (bytes used), then data."""
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
            yield Record(now, cpu, int(values.get("common_pid", 0)), known.name, values)


class SharedTracePipe:
    """Trace lines of kernels before 5.9, which have no bpf_trace_printk event: trace_pipe itself.

    It is one for the whole machine, and reading it takes the lines away from others. Only lines
    with the bpf_trace_printk symbol and the workload's `pid` count; a newline in a message ends
    it.
    """

    _LINE = re.compile(
        rb"^ *.{1,16}?-(?P<pid>\d+) +\[(?P<cpu>\d+)\] +\S+ +(?P<s>\d+)\.(?P<us>\d+): "
        rb"(?:bpf_trace_printk|0|0x00000001): (?P<text>.*)$"
    )

    def __init__(self, tracefs: Path, pid: int) -> None:
        self._pid = pid
        self._clock = tracefs / "trace_clock"
        self._old_clock = re.search(r"\[(\w+)\]", self._clock.read_text())
        self._clock.write_text("mono")
        self._pipe = os.open(tracefs / "trace_pipe", os.O_RDONLY | os.O_NONBLOCK)
        self._partial = b""
        self.collect()

    def collect(self) -> list[Record]:
        """Every record since the last call. Never waits; times are cut to the microsecond."""
        data = self._partial
        while len(data) < MAX_BYTES:
            try:
                piece = os.read(self._pipe, 1 << 16)
            except BlockingIOError:
                break
            if not piece:
                break
            data += piece
        *lines, self._partial = data.split(b"\n")
        records = [record for line in lines if (record := self.parse(line))]
        return [record for record in records if record.pid == self._pid]

    @classmethod
    def parse(cls, line: bytes) -> Record | None:
        """The record of one line, None for a line that no BPF program printed."""
        found = cls._LINE.match(line)
        if not found:
            return None
        nanoseconds = int(found["s"]) * 10**9 + int(found["us"]) * 1000
        text = found["text"].decode(errors="replace")
        fields = {"bpf_string": text}
        return Record(nanoseconds, int(found["cpu"]), int(found["pid"]), "bpf_trace_printk", fields)

    def remove(self) -> None:
        os.close(self._pipe)
        if self._old_clock:
            self._clock.write_text(self._old_clock.group(1))
