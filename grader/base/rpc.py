"""Requests to another process and its answers: JSON lines, each answer with its request's id.

`scripts/serve.py` is the other side. That process may be hostile: a submission's program can have
taken it over. So an answer is bounded in length and in time, names an id that only its request
knew, and is taken apart here; whatever else comes counts as the end of the process.
"""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from grader.base.errors import LabebpfError, Phase, PhaseTimeoutError
from grader.base.messages import say
from grader.base.profile import note_span, span
from grader.base.text import cut
from grader.base.waiting import Lines

SERVER = Path(__file__).parent / "scripts" / "serve.py"
MAX_ANSWER = 64 << 20
"""Bytes of one answer."""
_SEND_SECONDS = 10
_END_SECONDS = 5
"""How long a process that has closed its channel may take to end."""

Value = TypeVar("Value")


class ChildDiedError(LabebpfError):
    """The process ended before it answered. `status` is negative for a signal."""

    def __init__(self, name: str, status: int) -> None:
        super().__init__(
            say(
                "The {name} ended before its answer, with status {status}.",
                name=name,
                status=status,
            )
        )
        self.status = status


class RefusedError(LabebpfError):
    """The process could not do what it was asked for: the exception there, its class and text."""

    def __init__(self, name: str, kind: str, reason: str) -> None:
        error = f"{kind}: {reason}"
        super().__init__(say("The {name} could not do its part: {error}.", name=name, error=error))
        self.kind = kind
        self.reason = reason


class RpcProcess:
    """A process that serves requests, called `name` in errors.

    `start` starts the process and passes it the descriptor on which it serves.
    """

    def __init__(self, name: str, start: Callable[[int], subprocess.Popen[bytes]]) -> None:
        self._name = name
        self._unanswered: dict[str, tuple[str, int]] = {}
        """By id what was called, and when, in ns of the monotonic clock."""
        self._answers: dict[str, dict[str, Any]] = {}
        self._channel, theirs = socket.socketpair()
        self._channel.settimeout(_SEND_SECONDS)
        self._lines = Lines(self._channel.fileno(), MAX_ANSWER)
        with theirs:
            self._process = start(theirs.fileno())
        self._lane = f"{name} {self._process.pid}"

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(
        self,
        phase: Phase,
        seconds: float,
        call: str,
        read: Callable[[Any], Value],
        /,
        **arguments: Any,
    ) -> Value:
        """Send a request and return what `receive` does."""
        number = self.send(call, **arguments)
        try:
            return self.receive(number, phase, seconds, read)
        finally:
            self._answers.pop(number, None)

    def send(self, call: str, /, **arguments: Any) -> str:
        """Send a request, if the process is there; return the id with which to `receive`."""
        number = secrets.token_hex(8)
        self._unanswered[number] = call, time.monotonic_ns()
        request = {"id": number, "call": call, "arguments": arguments}
        with suppress(OSError):
            self._channel.sendall(json.dumps(request).encode() + b"\n")
        return number

    def receive(
        self, number: str, phase: Phase, seconds: float, read: Callable[[Any], Value]
    ) -> Value:
        """Wait for the answer to the request `number`; return what `read` makes of it.

        Once it has come, each further call returns the same. Raises RefusedError,
        PhaseTimeoutError after `seconds`, and ChildDiedError when the process has ended. It is
        ended where it sends what is no answer to a request, or where `read` raises LookupError,
        TypeError or ValueError.
        """
        try:
            with span(f"waits for the {self._name}"):
                answer = self._answer(number, time.monotonic() + seconds)
            if "error" not in answer:
                return read(answer["value"])
            kind, reason = (cut(require_type(str, answer[key])) for key in ("kind", "error"))
        except TimeoutError:
            what = say("The {name} did not answer in time.", name=self._name)
            raise PhaseTimeoutError(phase, seconds, what) from None
        except EOFError:
            raise ChildDiedError(self._name, self._status()) from None
        except (LookupError, TypeError, ValueError, RecursionError):
            self._process.kill()
            raise ChildDiedError(self._name, self._status()) from None
        raise RefusedError(self._name, kind, reason)

    def _answer(self, number: str, deadline: float) -> dict[str, Any]:
        """Return the answer to one request, and keep those to others for who asks for them."""
        while number not in self._answers:
            answer = require_type(dict, json.loads(self._lines.next(deadline)))
            note_span(*self._unanswered.pop(answer["id"]), self._lane)
            self._answers[answer["id"]] = answer
        return self._answers[number]

    def _status(self) -> int:
        try:
            return self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._channel.close()
        self._process.wait()


def require_type(kind: type[Value], value: object) -> Value:
    """Return `value` if it is of the class `kind`. Raises TypeError."""
    if not isinstance(value, kind):
        raise TypeError(f"{kind.__name__} expected, not {type(value).__name__}")
    return value


def ignore(value: object) -> None:
    """Read an answer that says no more than that it is done."""
