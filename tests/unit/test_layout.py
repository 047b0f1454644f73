"""What a program's structures hold, by the names of their fields."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from grader.base.errors import BehaviourError
from grader.base.layout import Fields, Layout, read_layout


def number(size: int, kind: str = "unsigned") -> dict[str, Any]:
    return {"size": size, "kind": kind}


def array(of: dict[str, Any], count: int) -> dict[str, Any]:
    return {"size": of["size"] * count, "kind": "array", "of": of, "count": count}


EVENT = {
    "size": 48,
    "kind": "struct",
    "fields": [
        ["pid", 0, number(4)],
        ["ret", 8, number(8, "signed")],
        ["comm", 16, array(number(1), 16)],
        ["times", 32, array(number(4), 2)],
        [
            "who",
            40,
            {"size": 5, "kind": "struct", "fields": [["uid", 0, number(4)], ["x", 4, number(1)]]},
        ],
    ],
}
DATA = struct.pack("=I4xq16sIIIB3x", 7, -17, b"mkdir\0rest", 1, 2, 1000, 9)


def test_a_field_is_read_by_its_name_wherever_it_stands() -> None:
    event = Layout.read(EVENT).value(DATA + b"\x99" * 4)
    assert (event.pid, event.ret, event.comm, event.times) == (7, -17, b"mkdir", (1, 2))
    assert event.who.uid == 1000
    assert event.has(pid=7, comm=b"mkdir") and not event.has(pid=8)
    assert repr(event) == "pid 7, ret -17, comm mkdir, times (1, 2), who uid 1000, x 9"


def test_a_number_and_a_text_are_values_too() -> None:
    assert Layout.read(number(2)).value(b"\x01\x02\x03") == 0x201
    assert Layout.read(array(number(1), 4)).value(b"\xff\xfe\0a") == b"\xff\xfe"


def test_structures_with_the_same_values_are_the_same() -> None:
    one, other = (Layout.read(EVENT).value(DATA) for _ in range(2))
    assert one == other and hash(one) == hash(other) and one != Fields({"pid": 7})


def test_a_field_that_is_not_there_is_told_beside_those_that_are() -> None:
    with pytest.raises(BehaviourError, match="has no field uid") as caught:
        _ = Layout.read(EVENT).value(DATA).uid
    assert caught.value.actual == "pid, ret, comm, times, who"


def test_a_sample_that_is_too_short_is_told() -> None:
    with pytest.raises(BehaviourError, match="too short for its structure") as caught:
        Layout.read(EVENT).value(DATA[:8])
    assert (caught.value.expected, caught.value.actual) == ("48 bytes", "8 bytes")


@pytest.mark.parametrize(
    "start, end, told",
    [
        (4, 8, "the padding after pid never set"),
        (0, 4, "pid never set"),
        (20, 32, "comm never set"),
        (45, 48, "the padding after who never set"),
        (40, 44, "who.uid never set"),
        (44, 45, ""),
        (20, 23, ""),
        (0, 0, ""),
    ],
)
def test_what_was_never_set_is_named(start: int, end: int, told: str) -> None:
    data = DATA[:start] + b"\xaa" * (end - start) + DATA[end:]
    assert Layout.read(EVENT).unset(data) == told


def nested(depth: int) -> dict[str, Any]:
    return (
        number(1)
        if not depth
        else {"size": 1, "kind": "struct", "fields": [["a", 0, nested(depth - 1)]]}
    )


@pytest.mark.parametrize(
    "told",
    [
        {"size": 4, "kind": "struct", "fields": [["pid", 2, number(4)]]},
        {"size": 4, "kind": "struct", "fields": [["pid", -1, number(4)]]},
        {"size": -1, "kind": "unsigned"},
        {"size": 1 << 40, "kind": "unsigned"},
        {"size": 4, "kind": "array", "of": number(1), "count": 1 << 40},
        {"size": 0, "kind": "array", "of": number(0), "count": 1 << 40},
        {"size": 1, "kind": "struct", "fields": [["a", 0, number(1)]] * 1000},
        nested(100),
        {"size": "4", "kind": "unsigned"},
        {"kind": "unsigned"},
        7,
    ],
)
def test_a_hostile_layout_is_refused(told: object) -> None:
    with pytest.raises((LookupError, TypeError, ValueError)):
        read_layout(told)
    assert read_layout(None) is None
