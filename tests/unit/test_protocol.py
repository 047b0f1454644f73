"""The messages between host and guest: the types, the table in the docs, and what is no message."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest

from grader.vm.protocol import (
    LIMIT,
    GradeBody,
    GuestMessage,
    HostMessage,
    OpenBody,
    ShellBody,
    Wire,
    WireError,
)
from tests.support.checkout import ROOT

ORDERS = {"grade": GradeBody, "shell": ShellBody, "open": OpenBody}


def rows() -> Iterator[tuple[str, str]]:
    """Yield who sends a message, and its form, as the docs have it."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    section = text.partition("## Messages between host and guest")[2].partition("\n## ")[0]
    for line in section.splitlines():
        if line.startswith(("| host", "| guest")):
            _, sender, form, _, _ = (part.strip() for part in line.split("|"))
            yield sender, form


@pytest.mark.parametrize("sender, union", [("host", HostMessage), ("guest", GuestMessage)])
def test_the_table_has_the_messages_of_the_types(sender: str, union: Any) -> None:
    typed = sorted(sorted(get_type_hints(message)) for message in get_args(union))
    forms = [re.sub(r"\{.*?\}", "", form) for by, form in rows() if by == sender]
    assert sorted(sorted(re.findall(r"(\w+):", form)) for form in forms) == typed


def test_the_table_has_the_fields_of_the_orders() -> None:
    told = {
        name: set(fields.split(", "))
        for _, form in rows()
        for name, fields in re.findall(r"(\w+): \{([a-z_, ]+)\}", form)
    }
    assert told == {name: set(get_type_hints(order)) for name, order in ORDERS.items()}


@pytest.fixture
def ends() -> Iterator[tuple[Wire[GuestMessage], socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Wire(ours.fileno()), theirs


def test_a_message_arrives_as_it_was_sent(ends: tuple[Wire[GuestMessage], socket.socket]) -> None:
    wire, theirs = ends
    other: Wire[GuestMessage] = Wire(theirs.fileno())
    other.send({"failed": "é" * 20_000})
    other.send({"alone": False})
    assert wire.receive(10) == {"failed": "é" * 20_000}
    assert wire.waiting
    assert wire.receive(10) == {"alone": False}


@pytest.mark.parametrize("data", [b"no JSON", b"\xff", b"[" * 100_000, b"[]", b"1", b"null"])
def test_what_is_no_message_ends_the_conversation(
    ends: tuple[Wire[GuestMessage], socket.socket], data: bytes
) -> None:
    wire, theirs = ends
    theirs.sendall(len(data).to_bytes(4, "big") + data)
    with pytest.raises(WireError):
        wire.receive(10)


def test_a_message_that_is_too_long_is_not_read(
    ends: tuple[Wire[GuestMessage], socket.socket],
) -> None:
    wire, theirs = ends
    theirs.sendall((LIMIT + 1).to_bytes(4, "big"))
    with pytest.raises(WireError):
        wire.receive(10)


def test_one_who_has_gone_and_one_who_says_nothing(
    ends: tuple[Wire[GuestMessage], socket.socket],
) -> None:
    wire, theirs = ends
    with pytest.raises(TimeoutError):
        wire.receive(0)
    theirs.close()
    with pytest.raises(WireError):
        wire.receive(10)
