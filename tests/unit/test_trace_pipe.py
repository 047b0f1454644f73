"""The text of trace_pipe, for kernels that have no event for bpf_trace_printk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.evidence.trace import SharedTracePipe

LINES = [
    # Since Linux 5.9.
    (b"           <...>-1234    [001] d..21  3345.630242: bpf_trace_printk: Hello", 1234, "Hello"),
    (
        b"         python3-30701   [000] ...21  2222.126396: bpf_trace_printk: inst 7",
        30701,
        "inst 7",
    ),
    (b"         python3-209     [000] ...21   505.757447: bpf_trace_printk: inst 7", 209, "inst 7"),
    (b"         python3-136     [000] d...   208.356189: bpf_trace_printk: inst 7", 136, "inst 7"),
    (b" systemd-journal-404   [000] ....  1204.523418: bpf_trace_printk: a: b", 404, "a: b"),
    (b"            a b-7-9     [000] ....     1.000001: bpf_trace_printk: ", 9, ""),
]
OLDER = [
    # Before 5.9 the kernel prints an address for the function that printed: 1, later 0.
    (
        b"            bash-5259  [000] ....  1069.839261: 0x00000001: Hello, World!",
        5259,
        "Hello, World!",
    ),
    (b"            bash-5259  [000] ....  1069.839261: 0: Hello, World!", 5259, "Hello, World!"),
]
OTHERS = [
    b"",
    b"Hello",
    b"# tracer: nop",
    b"CPU:1 [LOST 12 EVENTS]",
    b"           <...>-1234    [001] d..21  3345.630242: tracing_mark_write: Hello",
    b"           <...>-1234    [001] d..21  3345.630242: tracing_mark_write: bpf_trace_printk: x",
    b"           <...>-1234    [001] d..21  3345.630242: sys_enter_mkdir: bpf_trace_printk: x",
    b"           <...>-1234    [001] d..21  3345.630242: my_function: Hello",
]


IDS = ["no comm", "6.18", "6.1", "5.10", "colon", "dashes", "before 5.9: 1", "before 5.9: 0"]


@pytest.mark.parametrize("line, pid, text", LINES + OLDER, ids=IDS)
def test_what_a_bpf_program_printed_is_read(line: bytes, pid: int, text: str) -> None:
    record = SharedTracePipe.parse(line)
    assert record is not None
    assert (record.pid, record.text, record.event) == (pid, text, "bpf_trace_printk")


def test_the_cpu_and_the_time_are_read() -> None:
    record = SharedTracePipe.parse(LINES[0][0])
    assert record is not None
    assert (record.cpu, record.time) == (1, 3345_630242_000)


@pytest.mark.parametrize("line", OTHERS)
def test_what_no_bpf_program_printed_is_refused(line: bytes) -> None:
    assert SharedTracePipe.parse(line) is None


@pytest.mark.parametrize("comm", [b"a-7", b"a-7 [1] x", b"-7 [1] d 1.1: 0", b"-", b" "])
def test_a_process_cannot_choose_its_pid_by_its_name(comm: bytes) -> None:
    line = comm.rjust(16) + b"-1234    [001] d..21  3345.630242: bpf_trace_printk: Hello"
    record = SharedTracePipe.parse(line)
    assert record is not None
    assert (record.pid, record.text) == (1234, "Hello")


@pytest.fixture
def tracefs(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "trace_pipe")
    (tmp_path / "trace_clock").write_text("[local] global counter mono\n")
    return tmp_path


@pytest.fixture
def pipe(tracefs: Path) -> Iterator[tuple[SharedTracePipe, int]]:
    """A reader for process 1234, and a descriptor that writes to it."""
    shared = SharedTracePipe(tracefs, 1234)
    writer = os.open(tracefs / "trace_pipe", os.O_WRONLY)
    yield shared, writer
    os.close(writer)
    shared.remove()


def test_only_the_workloads_lines_are_collected(pipe: tuple[SharedTracePipe, int]) -> None:
    shared, writer = pipe
    os.write(writer, b"\n".join([LINES[0][0], LINES[1][0], *OTHERS, b""]))
    assert [record.text for record in shared.collect()] == ["Hello"]
    assert shared.collect() == []


def test_a_line_that_arrives_in_pieces_is_one(pipe: tuple[SharedTracePipe, int]) -> None:
    shared, writer = pipe
    line = LINES[0][0]
    os.write(writer, line[:40])
    assert shared.collect() == []
    os.write(writer, line[40:] + b"\n" + line[:10])
    assert [record.text for record in shared.collect()] == ["Hello"]
    os.write(writer, line[10:] + b"!\n")
    assert [record.text for record in shared.collect()] == ["Hello!"]


def test_the_clock_is_monotonic_meanwhile_and_as_before_afterwards(tracefs: Path) -> None:
    shared = SharedTracePipe(tracefs, 1)
    assert (tracefs / "trace_clock").read_text() == "mono"
    shared.remove()
    assert (tracefs / "trace_clock").read_text() == "local"
