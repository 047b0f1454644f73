"""The student's BPF C, compiled, loaded and attached by a loader in the sandbox."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from grader.base.errors import PHASES, InfraError, Phase, PhaseTimeoutError, SubmissionError
from grader.base.messages import say
from grader.base.waiting import Lines
from grader.submission.sandbox import PYTHON, Sandbox, memory_file, read_back

STRICT = (
    "-Werror=implicit-function-declaration",
    "-Werror=int-conversion",
    "-Werror=incompatible-pointer-types",
    "-Werror=return-type",
)
"""What LLVM 16 refuses by itself and LLVM 14 only warns of: one verdict with every compiler."""

PATTERN = "-ftrivial-auto-var-init=pattern"
"""Fills what the program leaves uninitialised with 0xAA: newer verifiers accept such bytes."""

_LOADER = Path(__file__).parent / "scripts" / "load_program.py"

MAP_TYPES = {1: "hash", 2: "array", 4: "perf_event_array", 5: "percpu_hash", 6: "percpu_array"}
MAP_TYPES |= {9: "lru_hash", 27: "ringbuf"}


@dataclass(frozen=True)
class Table:
    """A BPF map that the C file declares; `id` is the kernel's."""

    name: str
    type: str
    id: int


@dataclass(frozen=True)
class Samples:
    """What a perf or ring buffer held: the raw bytes of each sample, and how many were lost."""

    raw: tuple[bytes, ...]
    lost: int


class Program:
    """One C file in one loader. Call `begin`, `compile`, `load` and `attach` in that order.

    Each raises SubmissionError with the tools' log when the student's file does not pass it, and
    PhaseTimeoutError when it does not end. Leaving the context unloads everything.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        """Start a loader in `sandbox`; it imports BCC, which takes a while, and waits."""
        self.name = ""
        self.functions: tuple[str, ...] = ()
        self.plain: tuple[str, ...] = ()
        """The functions that do not attach themselves."""
        self.tables: dict[str, Table] = {}
        self._sandbox = sandbox
        self._stack = ExitStack()
        self._output = self._stack.enter_context(memory_file())
        ours, theirs = socket.socketpair()
        self._channel = self._stack.enter_context(ours)
        self._lines = Lines(ours.fileno())
        self._pending = ""
        with theirs:
            binds = ["--ro-bind", str(_LOADER), "/loader.py"]
            self._child = sandbox.start(
                # As a script starts, with the view's sitecustomize first: BCC's libraries then lie
                # where they lie in a script, and what QEMU has translated for one fits the other.
                [PYTHON, "/loader.py", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=self._output,
                pass_fds=[theirs.fileno()],
                binds=binds,
            )
        self._ready = False

    def begin(self, name: str, source: bytes, *, extra_flags: Sequence[str] = ()) -> None:
        """Hand the file in, and let the loader compile it."""
        self.name = name
        self._sandbox.put({name: source})
        self._send("compile", path=f"/lab/{name}", cflags=[*STRICT, *extra_flags])

    def wait_until_ready(self, seconds: float) -> None:
        """Return when the loader has BCC. Raises InfraError: nothing is theirs yet."""
        if not self._ready:
            try:
                self._receive("compile", seconds, ready=True)
            except (SubmissionError, PhaseTimeoutError) as error:
                raise InfraError(
                    say("The loader did not start."), say("Run: ./labebpf doctor"), log=self.log()
                ) from error
            self._ready = True

    def __enter__(self) -> Program:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the loader: the kernel detaches and unloads what it held."""
        with self._stack:
            self._sandbox.close()

    def pids(self) -> list[int]:
        return self._sandbox.pids()

    def log(self) -> str:
        """What clang, LLVM and the verifier have printed so far."""
        return read_back(self._output)

    def compile(self, seconds: float) -> None:
        """Wait for the compilation to end."""
        self.wait_until_ready(seconds)
        answer = self._receive("compile", seconds)
        self.functions = tuple(answer["functions"])
        self.plain = tuple(answer["plain"])
        for entry in answer["tables"]:
            kind = MAP_TYPES.get(entry.pop("type"), "other")
            self.tables[entry["name"]] = Table(type=kind, **entry)

    def load(
        self,
        hook: str,
        seconds: float,
        places: Mapping[str, Sequence[tuple[str, str]]] | None = None,
    ) -> None:
        """Load every function; the verifier judges them. Nothing is attached yet.

        What does not name its own place goes to `places`, each a kind of hook and where, by
        function; one that has none is left out. Without any, `hook` (a lab's `attach`) is for all.
        """
        self._send("load", hook=hook, places=places or {})
        self._receive("load", seconds)

    def attach(self, seconds: float) -> None:
        """Attach: what names its own place there, the rest to the hook."""
        self._send("attach")
        self._receive("load", seconds)

    def listen(self, table: str, pages: int, seconds: float) -> None:
        """Open the buffer `table`; a perf buffer with `pages` pages for each CPU."""
        self._send("listen", table=table, pages=pages)
        self._receive("load", seconds)

    def collect(self, seconds: float) -> Samples:
        """The samples that were submitted since the last call."""
        self._send("collect")
        answer = self._receive("trigger", seconds)
        return Samples(tuple(bytes.fromhex(raw) for raw in answer["samples"]), answer["lost"])

    def _send(self, call: str, **arguments: Any) -> None:
        self._pending = secrets.token_hex(8)
        request = {"nonce": self._pending, "call": call, **arguments}
        try:
            self._channel.sendall(json.dumps(request).encode() + b"\n")
        except OSError:
            return  # The loader has died; _receive says how.

    def _receive(self, phase: Phase, seconds: float, *, ready: bool = False) -> dict[str, Any]:
        try:
            line = self._lines.next(time.monotonic() + seconds)
            answer: dict[str, Any] = json.loads(line)
        except TimeoutError:
            raise PhaseTimeoutError(phase, seconds, log=self.log()) from None
        except (EOFError, ValueError):
            raise self._died(phase) from None
        if ready:
            return answer
        if answer.get("nonce") != self._pending:
            raise self._died(phase)
        if not answer["ok"] and not answer["theirs"]:
            raise InfraError(
                say("The loader failed: {answer}.", answer=answer["error"]),
                say("Report it, with the C file."),
            )
        if not answer["ok"]:
            raise SubmissionError(
                say(
                    "{name} does not pass the {phase} step: {answer}.",
                    name=self.name,
                    phase=PHASES[phase],
                    answer=answer["error"],
                ),
                say("The log says why."),
                log=self.log(),
                file=self.name,
            )
        return answer

    def _died(self, phase: Phase) -> SubmissionError:
        try:
            status = self._child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            status = -1
        ended = say("with status {status}", status=status)
        if status < 0:
            ended = say("with signal {number}", number=-status)
        what = say("The compiler ended {ended}, on {name}.", ended=ended, name=self.name)
        remedy = say("Its last message, in the log, says which construct BPF does not allow.")
        if phase != "compile":
            what = say(
                "The process that holds {name} in the kernel ended {ended}, in the {phase} step.",
                name=self.name,
                ended=ended,
                phase=PHASES[phase],
            )
            remedy = say("The log says what it printed before. Grade again.")
        return SubmissionError(what, remedy, log=self.log(), file=self.name)
