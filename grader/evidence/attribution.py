"""Which BPF program printed a line: the one whose machine code is in the line's stack.

Any program on the machine may print at the same event, for the same process, on the same CPU. The
kernel's record of a bpf_trace_printk names none of them, but its stack does: bpf_trace_printk
returns into the code of its caller, and the kernel tells where the code of each program lies
(struct bpf_prog_info, jited_ksyms and jited_func_lens).
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path

from grader.base.errors import InfraError
from grader.base.messages import say
from grader.base.text import blank
from grader.evidence.maps import Libbpf
from grader.evidence.trace import Record, TraceInstance

_INFO = struct.Struct("=104xIIQQ")
"""struct bpf_prog_info up to jited_func_lens: numbers and addresses of both tables."""
PRINTING = frozenset({"bpf_trace_printk", "bpf_trace_vprintk"})
"""The helpers that write a line into the trace."""


class Attribution:
    """The lines of a submission's own programs, among those of all programs.

    `own` gives the ids of its programs; it is asked when a program is new. `printers` gives, for
    a message, the other programs among those of some ids that could print a line.
    """

    def __init__(
        self,
        libbpf: Libbpf,
        own: Callable[[], Collection[int]],
        printers: Callable[[Collection[int]], Sequence[str]],
    ) -> None:
        self._libbpf = libbpf
        self._ask = own
        self._printers = printers
        self._code: dict[int, tuple[range, ...]] = {}
        """Where the code of each program lies, by its id."""
        self._own: set[int] = set()
        self._others: set[int] = set()

    def own(self, records: Iterable[Record]) -> list[Record]:
        """Return those of `records` that the submission's programs made.

        Raises InfraError where the kernel interprets BPF, and another program prints too.
        """
        records = list(records)
        if not records:
            return []
        self._look()
        if any(not self._code[number] for number in self._own):
            if printers := self._printers(self._others):
                raise InfraError(
                    say(
                        "Another BPF program may print into the trace too: {program}. This kernel "
                        "interprets BPF, and does not tell whose line is whose.",
                        program=printers[0],
                    ),
                    say("End it and grade again, or give --kernel vm."),
                )
            return records
        return [record for record in records if self._caller(record.stack) in self._own]

    def _look(self) -> None:
        """Learn of the programs that there are now."""
        there = set(_program_ids(self._libbpf))
        if there <= self._own | self._others:
            return
        self._own |= there.intersection(self._ask())
        self._others |= there - self._own
        for number in sorted(there - self._code.keys()):
            try:
                self._code[number] = _code(self._libbpf, number)
            except FileNotFoundError:
                self._own.discard(number)  # It has gone meanwhile.

    def _caller(self, stack: Sequence[int]) -> int:
        """Return the id of the innermost program in the stack, 0 if there is none."""
        for address in stack:
            # The newest first: it may lie where one lay that is gone.
            for number, parts in reversed(self._code.items()):
                if any(address in part for part in parts):
                    return number
        return 0


class OwnTrace:
    """The records of a trace instance that a submission's programs made."""

    def __init__(self, instance: TraceInstance, attribution: Callable[[], Attribution]) -> None:
        """Read `instance`; call `attribution` at each `collect`, for the programs that run then."""
        self._instance = instance
        self._attribution = attribution

    def collect(self) -> list[Record]:
        """Return those records since the last call, in the order of time.

        Never waits. Raises InfraError.
        """
        return self._attribution().own(self._instance.collect())

    def forget(self) -> None:
        """Forget what was recorded so far."""
        self._instance.collect()


class OwnTracePipe:
    """What a script reads as trace_pipe: the lines of its own programs, as the kernel writes them.

    `fileno` is readable when there may be some.
    """

    def __init__(self, instance: TraceInstance, attribution: Attribution) -> None:
        self._instance = instance
        self._attribution = attribution
        self.given = 0
        """How many messages it has given that are not blank."""

    def fileno(self) -> int:
        return self._instance.fileno()

    def read(self) -> bytes:
        """Return the lines since the last call. Never waits. Raises InfraError."""
        records = self._attribution.own(self._instance.collect())
        self.given += sum(not blank(record.text) for record in records)
        return b"".join(map(trace_line, records))


def trace_line(record: Record) -> bytes:
    """Show a record of bpf_trace_printk as trace_pipe does (trace_print_context, Linux 6.12)."""
    flags, preempt = (int(record.fields[f"common_{name}"]) for name in ("flags", "preempt_count"))
    interrupts = "d" if flags & 1 else "."
    resched = "N" if flags & 4 else "."
    context = {0: ".", 8: "h", 16: "s", 24: "H"}[flags & 24]
    depths = (f"{depth:x}" if depth else "." for depth in (preempt & 15, preempt >> 4 & 15))
    seconds, rest = divmod(record.time // 1000, 10**6)
    head = (
        f"{_comm(record.pid):>16}-{record.pid:<7} [{record.cpu:03}] {interrupts}{resched}{context}"
        f"{''.join(depths)} {seconds:5}.{rest:06}: bpf_trace_printk: "
    )
    return head.encode() + record.text.encode() + b"\n"


def _comm(pid: int) -> str:
    """Return the name of a process, or what the kernel writes for one that it has forgotten."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(errors="replace").rstrip("\n")
    except OSError:
        return "<...>"


def _program_ids(libbpf: Libbpf) -> Iterator[int]:
    """Return the ids of all programs in this kernel."""
    found = ctypes.c_uint32(0)
    while True:
        try:
            libbpf.call("bpf_prog_get_next_id", found, ctypes.byref(found))
        except FileNotFoundError:
            return
        yield found.value


def _code(libbpf: Libbpf, program: int) -> tuple[range, ...]:
    """Return where the machine code of a program and its functions lies; [] if interpreted.

    Raises FileNotFoundError for a program that is gone.
    """
    descriptor = libbpf.call("bpf_prog_get_fd_by_id", ctypes.c_uint32(program))
    try:
        count, _, _, _ = _INFO.unpack(_info(libbpf, descriptor, _INFO.pack(0, 0, 0, 0)))
        starts, lengths = (ctypes.c_uint64 * count)(), (ctypes.c_uint32 * count)()
        tables = ctypes.addressof(starts), ctypes.addressof(lengths)
        _info(libbpf, descriptor, _INFO.pack(count, count, *tables))
    finally:
        os.close(descriptor)
    pairs = zip(starts, lengths, strict=True)
    return tuple(range(start, start + length) for start, length in pairs if start)


def _info(libbpf: Libbpf, descriptor: int, asked: bytes) -> bytes:
    info = ctypes.create_string_buffer(asked, len(asked))
    length = ctypes.c_uint32(len(info))
    libbpf.call("bpf_obj_get_info_by_fd", descriptor, info, ctypes.byref(length))
    return info.raw
