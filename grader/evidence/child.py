"""A child of the grader's own that answers JSON lines: the workload, or the witness."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Sequence
from typing import IO, Any

from grader.base.errors import LabebpfError, Phase, PhaseTimeoutError
from grader.base.messages import say
from grader.base.waiting import Lines


class ChildDiedError(LabebpfError):
    """The child ended before it answered. `status` is negative for a signal."""

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
    """The child could not do what it was asked for, and said why."""


class Child:
    """Start `argv` and talk to it. It ends with the grader: its launcher sees to that."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        stderr: IO[bytes] | int,
        pass_fds: Sequence[int] = (),
    ) -> None:
        self._name = name
        self._asked = 0
        self._process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            pass_fds=pass_fds,
            start_new_session=True,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"},
        )
        assert self._process.stdout
        self._lines = Lines(self._process.stdout.fileno())

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, phase: Phase, seconds: float, **request: Any) -> Any:
        """Send `request` and wait for its answer.

        Raises ChildDiedError, RefusedError, or PhaseTimeoutError after `seconds`.
        """
        self.tell(**request)
        return self.hear(phase, seconds)

    def tell(self, **request: Any) -> None:
        """Send `request`; `hear` waits for its answer."""
        assert self._process.stdin
        self._asked += 1
        try:
            self._process.stdin.write(json.dumps({"id": self._asked, **request}).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return  # hear() says how it ended.

    def hear(self, phase: Phase, seconds: float) -> Any:
        """Wait for the answer to the last request; one that comes late for another is dropped."""
        deadline = time.monotonic() + seconds
        answer = self._answer(phase, deadline, seconds)
        while answer["id"] != self._asked:
            answer = self._answer(phase, deadline, seconds)
        if not answer["ok"]:
            raise RefusedError(
                say(
                    "The {name} could not do its part: {error}.",
                    name=self._name,
                    error=answer["error"],
                )
            )
        return answer["value"]

    def _answer(self, phase: Phase, deadline: float, seconds: float) -> Any:
        try:
            return json.loads(self._lines.next(deadline))
        except TimeoutError:
            what = say("The {name} did not answer in time.", name=self._name)
            raise PhaseTimeoutError(phase, seconds, what) from None
        except EOFError:
            raise ChildDiedError(self._name, self._process.wait()) from None

    def close(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass
        self._process.wait()
