"""A process that serves requests: what it answers, and how it can fail to, or mean harm."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.base import rpc
from grader.base.errors import PhaseTimeoutError
from grader.base.rpc import SERVER, ChildDiedError, RefusedError, RpcProcess, ignore, require_type
from grader.evidence.calls import Window
from grader.evidence.child import start_child
from grader.submission.program import Samples, Table

ECHO = """
import os, sys, time

class Service:
    def __init__(self, greeting):
        self.greeting = greeting

    def greet(self):
        return self.greeting

    def echo(self, value):
        return value

    def refuse(self, reason):
        raise OSError(reason)

    def end(self, status):
        os._exit(status)

    def wait_for(self, path):
        with open(path) as file:
            return file.read()
"""
HOSTILE = """
import json, os, socket, sys
channel = socket.socket(fileno=int(sys.argv[1]))
request = json.loads(channel.makefile("r").readline())
given = {"id": request["id"], "value": 1}
"""
Start = Callable[[], RpcProcess]
StartHostile = Callable[[str], RpcProcess]


def anything(value: Any) -> Any:
    return value


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    children = []
    (tmp_path / "echo.py").write_text(ECHO)

    def start() -> RpcProcess:
        argv = [sys.executable, "-I", str(SERVER), str(tmp_path / "echo.py"), "hello"]
        children.append(start_child("echo", argv, output=subprocess.DEVNULL))
        return children[-1]

    yield start
    for child in children:
        child.close()


@pytest.fixture
def start_hostile() -> Iterator[StartHostile]:
    children = []

    def start(code: str) -> RpcProcess:
        argv = [sys.executable, "-I", "-c", HOSTILE + code]
        children.append(start_child("echo", argv, output=subprocess.DEVNULL))
        return children[-1]

    yield start
    for child in children:
        child.close()


def test_an_answer_is_any_json_value(start: Start) -> None:
    child = start()
    for value in (3, None, [[1, "x"]], {"é": "x" * 200_000}):
        assert child.ask("trigger", 30, "echo", anything, value=value) == value


def test_a_service_gets_its_arguments(start: Start) -> None:
    assert start().ask("trigger", 30, "greet", anything) == "hello"


def test_requests_may_be_sent_ahead_and_their_answers_read_in_any_order(start: Start) -> None:
    child = start()
    numbers = [child.send("echo", value=value) for value in range(3)]
    for value in (2, 0, 1, 2):
        assert child.receive(numbers[value], "trigger", 30, anything) == value


def test_an_answer_that_comes_late_is_not_taken_for_another(start: Start, tmp_path: Path) -> None:
    child = start()
    subprocess.run(["mkfifo", str(tmp_path / "fifo")], check=True)
    with pytest.raises(PhaseTimeoutError):
        child.ask("trigger", 0.01, "wait_for", anything, path=str(tmp_path / "fifo"))
    (tmp_path / "fifo").write_text("late")
    assert child.ask("trigger", 30, "echo", anything, value=1) == 1


def test_a_refusal_says_why(start: Start) -> None:
    child = start()
    with pytest.raises(RefusedError, match="The echo could not do its part: OSError: no") as caught:
        child.ask("trigger", 30, "refuse", ignore, reason="no room")
    assert (caught.value.kind, caught.value.reason) == ("OSError", "no room")
    with pytest.raises(RefusedError) as caught:
        child.ask("trigger", 30, "refuse", ignore, reason="x" * 1_000_000)
    assert len(caught.value.reason) < 30_000
    assert child.ask("trigger", 30, "echo", anything, value=1) == 1


def test_a_process_that_ends_is_told_with_its_status(start: Start) -> None:
    with pytest.raises(ChildDiedError) as caught:
        start().ask("trigger", 30, "end", ignore, status=7)
    assert caught.value.status == 7


def test_a_process_that_was_killed_is_told_with_its_signal(start_hostile: StartHostile) -> None:
    with pytest.raises(ChildDiedError) as caught:
        start_hostile("os.kill(os.getpid(), 15)").ask("trigger", 30, "greet", ignore)
    assert caught.value.status == -15


def test_a_process_that_does_not_answer_is_a_timeout_of_that_phase(
    start_hostile: StartHostile,
) -> None:
    with pytest.raises(PhaseTimeoutError) as caught:
        start_hostile("sys.stdin.read(); channel.recv(1)").ask("trigger", 0.01, "greet", ignore)
    assert (caught.value.phase, caught.value.limit) == ("trigger", 0.01)


@pytest.mark.parametrize(
    "answer",
    [
        b"no JSON\n",
        b"\xff\xfe\n",
        b"[" * 100_000 + b"\n",
        b"1\n",
        b"null\n",
        b'"id"\n',
        b"[]\n",
        b"{}\n",
        b'{"value": 1}\n',
        b'{"id": "0", "value": 1}\n',
        b'{"id": ["0"], "value": 1}\n',
        b'{"id": null, "value": 1}\n',
    ],
)
def test_what_is_no_answer_to_a_request_ends_the_process(
    start_hostile: StartHostile, answer: bytes
) -> None:
    child = start_hostile(f"channel.sendall({answer!r}); channel.recv(1)")
    with pytest.raises(ChildDiedError) as caught:
        child.ask("trigger", 30, "greet", ignore)
    assert caught.value.status == -9
    assert not child.alive


@pytest.mark.parametrize(
    "change",
    [
        'del given["value"]',
        'given["error"] = "x"',
        'given.update(error=1, kind="Exception")',
        'given.update(error="x", kind=["Exception"])',
        'given["value"] = "1"',
    ],
)
def test_an_answer_of_another_form_ends_the_process(
    start_hostile: StartHostile, change: str
) -> None:
    code = f'{change}\nchannel.sendall(json.dumps(given).encode() + b"\\n"); channel.recv(1)'
    with pytest.raises(ChildDiedError):
        start_hostile(code).ask("trigger", 30, "greet", lambda value: require_type(int, value))


def test_an_answer_counts_once(start_hostile: StartHostile) -> None:
    twice = 'channel.sendall(2 * (json.dumps(given).encode() + b"\\n")); channel.recv(1 << 16)'
    child = start_hostile(f"{twice}\nchannel.recv(1)")
    assert child.ask("trigger", 30, "greet", anything) == 1
    with pytest.raises(ChildDiedError):
        child.ask("trigger", 30, "greet", anything)


def test_an_answer_without_an_end_ends_the_process(
    start_hostile: StartHostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rpc, "MAX_ANSWER", 1 << 20)
    child = start_hostile('while True: channel.sendall(b"x" * 65536)')
    with pytest.raises(ChildDiedError) as caught:
        child.ask("trigger", 30, "greet", ignore)
    assert caught.value.status == -9


def test_a_process_that_closes_its_channel_and_stays_is_ended(
    start_hostile: StartHostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rpc, "_END_SECONDS", 0.1)
    child = start_hostile("channel.shutdown(socket.SHUT_RDWR); os.read(os.pipe()[0], 1)")
    with pytest.raises(ChildDiedError) as caught:
        child.ask("trigger", 30, "greet", ignore)
    assert caught.value.status == -9


@pytest.mark.parametrize(
    "read, answer",
    [
        (Window.read, ["mkdir", "/tmp/x", 1, 2]),
        (Window.read, ["mkdir", "/tmp/x", 1, "2", 0]),
        (Window.read, 3),
        (Samples.read, {"samples": ["zz"], "lost": 0}),
        (Samples.read, {"samples": [1], "lost": 0}),
        (Samples.read, {"samples": [], "lost": "0"}),
        (Samples.read, []),
        (Table.read, {"name": "t", "type": "1", "id": 1}),
        (Table.read, {"name": ["t"], "type": 1, "id": 1}),
        (Table.read, {"name": "t", "type": 1}),
    ],
)
def test_answers_are_taken_apart_with_suspicion(read: Callable[[Any], Any], answer: Any) -> None:
    with pytest.raises((LookupError, TypeError, ValueError)):
        read(answer)
