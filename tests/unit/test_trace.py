"""The kernel's ring-buffer pages and its format files, as they are on Linux 6.18."""

from __future__ import annotations

import random
import struct

import pytest

from grader.base.errors import InfraError
from grader.evidence.attribution import trace_line
from grader.evidence.trace import EventFormat, Field, Record, Stacks, parse_page

FORMAT = """\
name: bpf_trace_printk
ID: 550
format:
\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

\tfield:__data_loc char[] bpf_string;\toffset:8;\tsize:4;\tsigned:0;

print fmt: "%s", __get_str(bpf_string)
"""
MKDIR = """\
name: sys_enter_mkdir
ID: 888
format:
\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

\tfield:int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;
\tfield:const char * pathname;\toffset:16;\tsize:8;\tsigned:0;
\tfield:umode_t mode;\toffset:24;\tsize:8;\tsigned:0;
\tfield:char comm[16];\toffset:32;\tsize:16;\tsigned:0;
"""
STACK = """\
name: kernel_stack
ID: 4
format:
\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

\tfield:int size;\toffset:8;\tsize:4;\tsigned:1;
\tfield:unsigned long caller[8];\toffset:16;\tsize:64;\tsigned:0;
"""
FORMATS = {550: EventFormat.parse(FORMAT), 888: EventFormat.parse(MKDIR)}
FORMATS[4] = EventFormat.parse(STACK)
PADDING, TIME_EXTEND, TIME_STAMP = 29, 30, 31
START = 1_000_000


def printk(text: str, *, pid: int = 7, event: int = 550) -> bytes:
    """Pack what a bpf_trace_printk record holds."""
    message = text.encode() + b"\0"
    body = struct.pack("<HBBiI", event, 0, 0, pid, len(message) << 16 | 12) + message
    return body + bytes(-len(body) % 4)


def entry(delta: int, body: bytes, *, long: bool = False) -> bytes:
    """Pack an entry of a ring buffer: a head with the time since the last one, then its data."""
    if long or len(body) > 28 * 4:
        return struct.pack("<II", delta << 5, len(body) + 4) + body
    return struct.pack("<I", delta << 5 | len(body) // 4) + body


def timing(kind: int, time: int) -> bytes:
    return struct.pack("<II", (time & (1 << 27) - 1) << 5 | kind, time >> 27)


def page(*entries: bytes, start: int = START, commit: int | None = None) -> bytes:
    data = b"".join(entries)
    used = len(data) if commit is None else commit
    return (struct.pack("<QQ", start, used) + data).ljust(4096, b"\0")


def read(data: bytes) -> list[Record]:
    return list(parse_page(data, 3, FORMATS))


def shown(data: bytes) -> list[tuple[int, str]]:
    return [(record.time - START, record.text) for record in read(data)]


def test_a_format_file_is_read() -> None:
    parsed = FORMATS[550]
    assert (parsed.name, parsed.id) == ("bpf_trace_printk", 550)
    assert parsed.fields == (
        Field("common_type", 0, 2, False, False),
        Field("common_flags", 2, 1, False, False),
        Field("common_preempt_count", 3, 1, False, False),
        Field("common_pid", 4, 4, True, False),
        Field("bpf_string", 8, 4, False, True),
    )


def test_pointers_and_arrays_are_read_too() -> None:
    names = [field.name for field in FORMATS[888].fields]
    assert names[2:] == ["__syscall_nr", "pathname", "mode", "comm"]
    data = struct.pack("<HBBiiiQQ", 888, 0, 0, -5, 83, 0, 0x7FFF_FFFF_0000, 0o755) + b"cat".ljust(
        16
    )
    values = FORMATS[888].decode(data)
    assert (values["common_pid"], values["__syscall_nr"]) == (-5, 83)
    assert (values["pathname"], values["mode"]) == (0x7FFF_FFFF_0000, 0o755)
    assert "comm" not in values


@pytest.mark.parametrize("text", ["", "name: x\n", "ID: 5\n", "format:\n\tfield:int a;"])
def test_a_format_file_without_name_or_number_is_the_kernels_fault(text: str) -> None:
    with pytest.raises(InfraError):
        EventFormat.parse(text)


def test_a_record_has_the_cpu_the_pid_the_time_and_the_text() -> None:
    (record,) = read(page(entry(5, printk("Hello, World!", pid=4242))))
    assert (record.cpu, record.pid, record.time) == (3, 4242, START + 5)
    assert (record.event, record.text) == ("bpf_trace_printk", "Hello, World!")


def test_times_add_up() -> None:
    data = page(entry(0, printk("a")), entry(10, printk("b")), entry(7, printk("c")))
    assert shown(data) == [(0, "a"), (10, "b"), (17, "c")]


def test_a_time_extend_adds_what_a_head_cannot_hold() -> None:
    far = (5 << 27) + 3
    data = page(entry(1, printk("a")), timing(TIME_EXTEND, far), entry(2, printk("b")))
    assert shown(data) == [(1, "a"), (1 + far + 2, "b")]


def test_an_absolute_time_stamp_sets_the_clock() -> None:
    data = page(entry(1, printk("a")), timing(TIME_STAMP, START + (9 << 30)), entry(4, printk("b")))
    assert shown(data) == [(1, "a"), ((9 << 30) + 4, "b")]


def test_an_absolute_time_stamp_keeps_the_bits_that_it_has_no_room_for() -> None:
    high = 3 << 59
    data = page(timing(TIME_STAMP, 77), entry(1, printk("a")), start=high + 5)
    assert [record.time for record in read(data)] == [high + 78]


def test_padding_with_a_length_is_stepped_over() -> None:
    discarded = struct.pack("<II", 1 << 5 | PADDING, 4 + 20) + printk("no")[:20].ljust(20, b"x")
    data = page(entry(1, printk("a")), discarded, entry(1, printk("b")))
    assert [text for _, text in shown(data)] == ["a", "b"]


def test_padding_without_a_time_ends_the_page() -> None:
    data = page(entry(1, printk("a")), struct.pack("<I", PADDING), entry(1, printk("b")))
    assert shown(data) == [(1, "a")]


@pytest.mark.parametrize("text", ["x" * 99, "x" * 100, "x" * 101, "x" * 1000])
def test_a_long_record_has_its_length_in_a_word_of_its_own(text: str) -> None:
    data = page(entry(1, printk(text)), entry(2, printk("after")))
    assert shown(data) == [(1, text), (3, "after")]


def test_a_short_record_can_be_written_as_a_long_one() -> None:
    assert shown(page(entry(1, printk("a"), long=True), entry(1, printk("b")))) == [
        (1, "a"),
        (2, "b"),
    ]


def test_a_long_record_is_followed_at_the_next_word() -> None:
    body = printk("abcdef")[:-2]  # 17 bytes of data, as array[0] may say.
    odd = struct.pack("<II", 1 << 5, len(body) + 4) + body + bytes(-len(body) % 4)
    assert [text for _, text in shown(page(odd, entry(1, printk("b"))))] == ["abcdef", "b"]


def test_records_of_other_events_are_left_out_but_their_time_counts() -> None:
    data = page(entry(3, printk("other", event=551)), entry(4, printk("mine")))
    assert shown(data) == [(7, "mine")]


def test_events_of_two_kinds_are_told_apart() -> None:
    body = struct.pack("<HBBiiiQQ", 888, 0, 0, 9, 83, 0, 1, 0o700) + bytes(16)
    made, said = read(page(entry(1, body), entry(1, printk("x", pid=9))))
    assert (made.event, said.event) == ("sys_enter_mkdir", "bpf_trace_printk")
    assert (made.pid, made.fields["mode"], made.text) == (9, 0o700, "")


@pytest.mark.parametrize("flags", [0, 1 << 31, 1 << 30, 3 << 30])
def test_nothing_after_the_commit_counts_whatever_its_flags(flags: int) -> None:
    """The kernel's flags say that records were lost; stale data follow what was committed."""
    first = entry(1, printk("a"))
    data = page(first, entry(1, printk("stale")), commit=len(first) | flags)
    assert shown(data) == [(1, "a")]


def test_an_empty_page_has_no_records() -> None:
    assert read(page()) == []
    assert read(page(entry(1, printk("stale")), commit=0)) == []


def test_a_message_that_imitates_records_stays_one() -> None:
    line = "           <...>-7    [001] d..21  1.5: bpf_trace_printk: Hello"
    text = f"Hello\n{line}\n{line}\n"
    assert shown(page(entry(1, printk(text)))) == [(1, text)]


def test_a_message_ends_at_its_nul_and_need_not_be_utf_8() -> None:
    body = printk("abc\0def")
    assert shown(page(entry(1, body))) == [(1, "abc")]
    assert shown(page(entry(1, body.replace(b"abc", b"a\xffc")))) == [(1, "a\ufffdc")]


FULL = page(
    entry(1, printk("a")),
    timing(TIME_EXTEND, 1 << 30),
    entry(1, printk("b" * 200)),
    struct.pack("<IIQ", 1 << 5 | PADDING, 12, 0),
    timing(TIME_STAMP, START),
    entry(1, printk("c")),
)
USED = 16 + struct.unpack_from("<Q", FULL, 8)[0]


def test_a_page_cut_off_anywhere_after_its_head_is_read_as_far_as_it_goes() -> None:
    assert [text[:1] for _, text in shown(FULL)] == ["a", "b", "c"]
    for length in range(16, USED):
        texts = [record.text for record in read(FULL[:length])]
        assert all(map(str.startswith, ["a", "b" * 200, "c"], texts))
        assert len(texts) <= 3


@pytest.mark.parametrize("length", [0, 1, 8, 15])
def test_a_page_without_a_whole_head_has_no_records(length: int) -> None:
    assert read(FULL[:length]) == []


@pytest.mark.parametrize("kind", [0, PADDING, TIME_EXTEND, TIME_STAMP])
def test_a_head_in_the_last_word_of_a_page_is_no_error(kind: int) -> None:
    filler = struct.pack("<II", 0, 4080 - 8)  # A long record that reaches to the last word.
    data = page(filler.ljust(4076, b"\0"), struct.pack("<I", 1 << 5 | kind))
    assert len(data) == 4096
    assert read(data) == []


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_a_long_record_of_no_length_does_not_stop_the_reader(size: int) -> None:
    assert read(page(struct.pack("<II", 1 << 5, size))) == []


def test_random_pages_end_without_an_error() -> None:
    """Whatever the bytes are: no exception, and no more records than a page has words."""
    chance = random.Random(20240607)
    known = dict.fromkeys(range(1 << 16), FORMATS[550])
    failed: dict[str, int] = {}
    for _ in range(2000):
        data = chance.randbytes(chance.choice([16, 20, 64, 1000, 4096]))
        try:
            assert len(list(parse_page(data, 0, known))) <= len(data) / 4
        except Exception as error:
            failed[repr(error)] = failed.get(repr(error), 0) + 1
    assert failed == {}


def stack(*addresses: int) -> bytes:
    """Pack what the record of a stack holds: as many addresses as there are, not eight."""
    return struct.pack(f"<HHiii{len(addresses)}Q", 4, 0, 7, len(addresses), 0, *addresses)


@pytest.mark.parametrize("count", [1, 3, 8, 40])
def test_a_stack_has_all_of_its_addresses(count: int) -> None:
    addresses = tuple(range(0xFFFFFFFFC0000000, 0xFFFFFFFFC0000000 + count))
    (record,) = read(page(entry(5, stack(*addresses))))
    assert (record.event, record.stack) == ("kernel_stack", addresses)


def with_stacks(*pages: bytes) -> list[tuple[str, tuple[int, ...]]]:
    stacks = Stacks()
    paired = [record for data in pages for record in stacks.put_with(read(data))]
    return [(record.text, record.stack) for record in paired]


def test_a_record_is_put_with_the_stack_that_follows_it() -> None:
    first, second = entry(1, printk("a")), entry(2, printk("b"))
    data = page(first, entry(1, stack(1)), second, entry(1, stack(2)))
    assert with_stacks(data) == [("a", (1,)), ("b", (2,))]


def test_a_stack_may_be_on_the_next_page() -> None:
    assert with_stacks(page(entry(1, printk("a")))) == []
    assert with_stacks(page(entry(1, printk("a"))), page(entry(1, stack(1)))) == [("a", (1,))]


def test_an_interrupts_record_comes_between_a_record_and_its_stack() -> None:
    inner = (entry(1, printk("in an interrupt")), entry(1, stack(2)))
    data = page(entry(1, printk("a")), *inner, entry(1, stack(1)))
    assert with_stacks(data) == [("in an interrupt", (2,)), ("a", (1,))]


def test_a_line_of_a_scripts_trace_pipe_is_as_bcc_reads_it() -> None:
    """As BPF.trace_fields() takes a line apart (bcc: src/python/bcc/__init__.py)."""
    (record,) = read(page(entry(5, printk("a: b", pid=1 << 30))))
    line = trace_line(record)
    task, rest = line[:16].lstrip(), line[17:]
    end = rest.find(b":")
    pid, cpu, flags, seconds = rest[:end].split()
    assert (task, int(pid), cpu, len(flags)) == (b"<...>", 1 << 30, b"[003]", 5)
    assert float(seconds) == (START + 5) // 1000 / 10**6
    assert rest[end + 1 :] == b" bpf_trace_printk: a: b\n"
