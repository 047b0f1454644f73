"""Whose an entry is that is left in a table."""

from __future__ import annotations

import struct

import pytest

from grader.checks.kept import belongs
from grader.evidence.calls import Call, Made, Window

CALL = Made.of(Call("mkdir", path=b"/tmp/a"), Window("", "", 5_000_000, 9_000_000, 0), 700, 701)
THREAD = 700 << 32 | 701


@pytest.mark.parametrize(
    "key, value, ours",
    [
        (struct.pack("=Q", THREAD), 1, True),
        (struct.pack("=I", 701), 1, True),
        (struct.pack("=Q", 700), 1, True),  # The process.
        (struct.pack("=4I", 8, 700, 0, 0), 1, True),  # A structure.
        (struct.pack("=Q", 0), 6_000_000, True),
        (struct.pack("=Q", 0), 6_000, True),  # In µs.
        (struct.pack("=Q", 0), 4_000_000, False),
        (struct.pack("=Q", 900 << 32 | 901), 1, False),
        (struct.pack("=H", 701), 1, False),
    ],
)
def test_an_entry_is_of_a_call_by_its_thread_or_its_time(
    key: bytes, value: int, ours: bool
) -> None:
    assert belongs((key, (struct.pack("=Q", value),)), [CALL]) is ours
    assert not belongs((key, (struct.pack("=Q", value),)), [])


def test_a_time_may_be_any_number_of_a_structure_or_of_a_cpu() -> None:
    key, structure = b"\0" * 8, struct.pack("=QQI", 1, 6_000_000, 0)
    assert belongs((key, (structure,)), [CALL])
    assert belongs((key, (b"\0" * 8, struct.pack("=Q", 6_000_000))), [CALL])
