"""The student's BPF C, compiled, loaded and attached by a loader in the sandbox."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from grader.base.errors import (
    PHASES,
    InfraError,
    LabebpfError,
    Phase,
    PhaseTimeoutError,
    SubmissionError,
)
from grader.base.layout import Layout, read_layout
from grader.base.messages import say
from grader.base.rpc import (
    SERVER,
    ChildDiedError,
    RefusedError,
    RpcProcess,
    Value,
    ignore,
    require_type,
)
from grader.submission.sandbox import PYTHON, Sandbox, memory_file, read_back

STRICT = (
    "-Werror=implicit-function-declaration",
    "-Werror=int-conversion",
    "-Werror=incompatible-pointer-types",
    "-Werror=return-type",
)
"""What LLVM 16 refuses by itself and LLVM 14 only warns of: one verdict with every compiler."""

WARNED = ("-Wunused-value",)
"""What BCC has clang not warn of, and what tells why a program does nothing: *value++."""

PATTERN = "-ftrivial-auto-var-init=pattern"
"""Fills what the program leaves uninitialised with 0xAA: newer verifiers accept such bytes."""

_LOADER = Path(__file__).parent / "scripts" / "load_program.py"

MAP_TYPES = {1: "hash", 2: "array", 3: "prog_array", 4: "perf_event_array", 5: "percpu_hash"}
MAP_TYPES |= {6: "percpu_array", 9: "lru_hash", 10: "lru_percpu_hash", 27: "ringbuf"}

DECLARED_WITH = {
    "hash": "BPF_HASH",
    "array": "BPF_ARRAY",
    "histogram": "BPF_HISTOGRAM",
    "prog_array": "BPF_PROG_ARRAY",
    "perf_event_array": "BPF_PERF_OUTPUT",
    "percpu_hash": "BPF_PERCPU_HASH",
    "percpu_array": "BPF_PERCPU_ARRAY",
    "lru_hash": 'BPF_TABLE("lru_hash", ...)',
    "lru_percpu_hash": 'BPF_TABLE("lru_percpu_hash", ...)',
    "ringbuf": "BPF_RINGBUF_OUTPUT",
    "other": "BPF_TABLE",
}
"""How a student declares each kind of map with BCC: the words that a person reads of it."""

_SEVERAL = {"histogram": ("array", "hash")}
"""What BCC takes one of several kinds for: a histogram whose keys are an int is an array."""


def kinds(kind: str) -> tuple[str, ...]:
    """Return bpftool's words for what a table of this `kind` may be: for most the word itself."""
    return _SEVERAL.get(kind, (kind,))


@dataclass(frozen=True)
class Table:
    """A BPF map that the C file declares; `id` is the kernel's."""

    name: str
    type: str
    id: int
    key: Layout | None = None
    value: Layout | None = None
    """What keys and values are made of; None where BCC does not know."""

    @classmethod
    def read(cls, entry: Any) -> Table:
        """Read a table of the loader's answer. Raises LookupError or TypeError."""
        kind = MAP_TYPES.get(require_type(int, entry["type"]), "other")
        layouts = (read_layout(entry["key"]), read_layout(entry["value"]))
        return cls(require_type(str, entry["name"]), kind, require_type(int, entry["id"]), *layouts)


@dataclass(frozen=True)
class Samples:
    """What a perf or ring buffer held: the raw bytes of each sample, and how many were lost."""

    raw: tuple[bytes, ...]
    lost: int

    @classmethod
    def read(cls, answer: Any) -> Samples:
        """Read the loader's answer. Raises LookupError, TypeError or ValueError."""
        raw = tuple(bytes.fromhex(sample) for sample in answer["samples"])
        return cls(raw, require_type(int, answer["lost"]))


@dataclass(frozen=True)
class _Compiled:
    functions: tuple[str, ...]
    plain: tuple[str, ...]
    tables: dict[str, Table]

    @classmethod
    def read(cls, answer: Any) -> _Compiled:
        """Read the loader's answer. Raises LookupError or TypeError."""
        functions, plain = (
            tuple(require_type(str, name) for name in answer[key]) for key in ("functions", "plain")
        )
        tables = (Table.read(entry) for entry in answer["tables"])
        return cls(functions, plain, {table.name: table for table in tables})


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
        self._process = RpcProcess("loader", self._start)
        self._stack.callback(self._process.close)
        self._ready = self._process.send("ready")
        self._compiling = ""

    def _start(self, descriptor: int) -> subprocess.Popen[bytes]:
        return self._sandbox.start(
            # As a script starts, with the view's sitecustomize first: BCC's libraries then lie
            # where they lie in a script, and what QEMU has translated for one fits the other.
            [PYTHON, "/serve.py", "/loader.py", str(descriptor)],
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
            pass_fds=[descriptor],
            binds=["--ro-bind", str(SERVER), "/serve.py", "--ro-bind", str(_LOADER), "/loader.py"],
        )

    def begin(self, name: str, source: bytes, *, extra_flags: Sequence[str] = ()) -> None:
        """Hand the file in, and let the loader compile it."""
        self.name = name
        self._sandbox.put({name: source})
        flags = [*STRICT, *WARNED, *extra_flags]
        self._compiling = self._process.send("compile", path=f"/lab/{name}", cflags=flags)

    def wait_until_ready(self, seconds: float) -> None:
        """Return when the loader has BCC. Raises InfraError: no code of the student's runs yet."""
        try:
            self._process.receive(self._ready, "compile", seconds, ignore)
        except LabebpfError as error:
            raise InfraError(
                say("The loader did not start."), say("Run: ./labebpf doctor"), log=self.log()
            ) from error

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
        """Return what clang, LLVM and the verifier have printed so far."""
        return read_back(self._output)

    def compile(self, seconds: float) -> None:
        """Wait for the compilation to end."""
        self.wait_until_ready(seconds)
        with self._explained("compile"):
            found = self._process.receive(self._compiling, "compile", seconds, _Compiled.read)
        self.functions, self.plain, self.tables = found.functions, found.plain, found.tables

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
        self._ask("load", seconds, "load", ignore, hook=hook, places=places or {})

    def attach(self, seconds: float) -> None:
        """Attach: what names its own place there, the rest to the hook."""
        self._ask("load", seconds, "attach", ignore)

    def listen(self, table: str, pages: int, seconds: float) -> Layout | None:
        """Open the buffer `table`; a perf buffer with `pages` pages for each CPU.

        Returns how its events are laid out, None where BCC does not know.
        """
        return self._ask("load", seconds, "listen", read_layout, name=table, pages=pages)

    def collect(self, seconds: float) -> Samples:
        """Return the samples that were submitted since the last call."""
        return self._ask("trigger", seconds, "collect", Samples.read)

    def _ask(
        self,
        phase: Phase,
        seconds: float,
        call: str,
        read: Callable[[Any], Value],
        **arguments: object,
    ) -> Value:
        with self._explained(phase):
            return self._process.ask(phase, seconds, call, read, **arguments)

    @contextmanager
    def _explained(self, phase: Phase) -> Iterator[None]:
        """Say of the loader's errors in this block what they mean for the student's file."""
        try:
            yield
        except PhaseTimeoutError as error:
            raise PhaseTimeoutError(phase, error.limit, log=self.log()) from None
        except ChildDiedError as error:
            raise self._died(phase, error.status) from None
        except RefusedError as error:
            # BCC raises Exception itself for what the program did; anything else is our mistake.
            if error.kind != "Exception":
                raise InfraError(
                    say("The loader failed: {answer}.", answer=error.reason),
                    say("Report it, with the C file."),
                ) from None
            raise SubmissionError(
                say(
                    "{name} does not pass the {phase} step: {answer}.",
                    name=self.name,
                    phase=PHASES[phase],
                    answer=error.reason,
                ),
                say("The log says why."),
                log=self.log(),
                file=self.name,
            ) from None

    def _died(self, phase: Phase, status: int) -> SubmissionError:
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
