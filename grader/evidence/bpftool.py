"""What other processes have loaded and attached, as the kernel tells it through bpftool."""

from __future__ import annotations

import ctypes
import json
import os
import re
import select
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from grader.base.errors import InfraError, SubmissionError
from grader.base.messages import say
from grader.base.profile import span
from grader.evidence.maps import Libbpf

SEARCH = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin"

ACTING_HELPERS = frozenset(
    {
        "bpf_probe_write_user",
        "bpf_override_return",
        "bpf_send_signal",
        "bpf_send_signal_thread",
        "bpf_send_signal_task",
        "bpf_sys_bpf",
        "bpf_sys_close",
        "bpf_kallsyms_lookup_name",
    }
)
"""Helpers with which a tracing program changes what it traces."""

OBSERVING_TYPES = frozenset({"kprobe", "tracepoint", "raw_tracepoint", "tracing"})
"""Program types, in bpftool's words, that can look on and no more."""

Seen = TypeVar("Seen")
_ATTACHED_BY = dict(
    enumerate(("raw_tracepoint", "tracepoint", "kprobe", "kretprobe", "uprobe", "uretprobe"))
)
"""enum bpf_task_fd_type of include/uapi/linux/bpf.h, in bpftool's words."""
WATCHING = frozenset({"raw_tracepoint", "tracepoint", "kprobe", "kretprobe"})
"""Kinds of attachments that let every call go on as it would without: not so those to an LSM hook,
an interface or, if they are in the midst of an instruction, to a process's code. How tracing
programs are attached is not told: some set what a function returns."""
TAIL_CALL = "bpf_tail_call"
"""Goes on as another program, which need not be attached anywhere."""
_PROG_INFO = struct.Struct("=224xI")
"""struct bpf_prog_info up to attach_btf_id, which Linux 6.0 has."""
_ATOMIC = re.compile(rb"\n *\d+: \((?:db|c3)\) ")
"""An instruction of BPF_STX | BPF_ATOMIC, of 8 bytes or 4, in a listing: the kernel's
Documentation/bpf/standardization/instruction-set.rst."""
_LSM_MAC = 27
_LONGEST = 256 << 20
"""Bytes of a listing: a million instructions, the most there can be, and an ordinary line each."""
_LONGEST_NAME = 100
MOST_OF_A_NAME = 15
"""Bytes of a program's or map's name that the kernel keeps (BPF_OBJ_NAME_LEN without its end)."""


@dataclass(frozen=True)
class LoadedProgram:
    """A program in the kernel. `type` in bpftool's words."""

    id: int
    type: str
    name: str
    helpers: frozenset[str]
    atomic: bool = False
    """Whether it has an instruction that changes memory atomically, such as lock_xadd's."""
    hook_id: int = 0
    """For an LSM program, which hook it is for, as `lsm_hook_id` tells."""


@dataclass(frozen=True)
class Attachment:
    """Where a program is attached: a tracepoint's name, or a function's."""

    pid: int
    program_id: int
    kind: str
    where: str


@dataclass(frozen=True)
class MapInfo:
    """A map in the kernel."""

    id: int
    type: str
    name: str


class Bpftool:
    """bpftool, run as root. Raises InfraError when it is missing or does not answer."""

    def __init__(self, helper_symbols: Path | None = None, network: int | None = None) -> None:
        """Find bpftool. Raises InfraError if there is none, or `helper_symbols` names no helpers.

        `network` is the network namespace, as a descriptor, in which there may be XDP programs.

        `helper_symbols` is a short /proc/kallsyms that names the helpers at least. Without this,
        bpftool reads all of /proc/kallsyms to name the helpers that a program calls, which takes
        longer than all its other work.
        """
        self._network = network
        self._libbpf = Libbpf()
        self._path = find_bpftool()
        self._dump = [self._path]
        if helper_symbols:
            if not _names_helpers(helper_symbols):
                raise InfraError(
                    say(
                        "The kernel hides its symbols: which helpers a program calls cannot be "
                        "seen."
                    ),
                    say("sysctl kernel.kptr_restrict=1"),
                )
            lent = ["--ro-bind", str(helper_symbols), "/proc/kallsyms"]
            self._dump = ["bwrap", "--dev-bind", "/", "/", *lent, self._path]

    def program_ids(self, pids: Iterable[int]) -> set[int]:
        """Return the programs that the processes `pids` hold a descriptor of, or have attached."""
        pids = list(pids)
        attached = {attachment.program_id for attachment in self.attachments(pids)}
        return _held("prog_id", pids) | attached

    def programs(self, pids: Iterable[int]) -> list[LoadedProgram]:
        """Return the programs that the processes `pids` hold, with the helpers that each calls."""
        return [self.program(number) for number in sorted(self.program_ids(pids))]

    def maps(self, pids: Iterable[int]) -> list[MapInfo]:
        """Return the maps that the processes `pids` hold a descriptor of."""
        found = []
        for number in sorted(_held("map_id", pids)):
            entry = self._json("map", "show", "id", str(number))
            if isinstance(entry, dict) and "id" in entry:
                found.append(
                    MapInfo(
                        id=entry["id"],
                        type=entry["type"],
                        name=entry.get("name", ""),
                    )
                )
        return found

    def attachments(self, pids: Iterable[int]) -> list[Attachment]:
        """Return where the processes `pids` have attached programs: perf events, BPF links, XDP."""
        wanted = set(pids)
        found = [each for pid in wanted for each in self._perf_events(pid)]
        linked = _held("link_id", wanted)
        for entry in (self._json("link", "show") or []) if linked else []:
            if entry["id"] in linked:
                where = entry.get("tp_name") or entry.get("target_name", "")
                found.append(Attachment(0, entry["prog_id"], entry["type"], str(where)))
        here = self._xdp()
        loaded = _held("prog_id", wanted) if here else set()
        found += [Attachment(0, number, "xdp", at) for number, at in here if number in loaded]
        return found

    def _perf_events(self, pid: int) -> Iterator[Attachment]:
        """Return what a process has attached to perf events and raw tracepoints.

        The kernel is asked, as `bpftool perf` does (BPF_TASK_FD_QUERY, Linux 4.18), of this process
        alone: bpftool looks into every one of the machine.
        """
        name = ctypes.create_string_buffer(os.pathconf("/", "PC_PATH_MAX"))
        program, kind = ctypes.c_uint32(), ctypes.c_uint32()
        offset, address = ctypes.c_uint64(), ctypes.c_uint64()
        told = [ctypes.byref(each) for each in (program, kind, offset, address)]
        for descriptor in _attaching(pid):
            name.value = b""
            length = ctypes.byref(ctypes.c_uint32(len(name)))
            with suppress(OSError):  # It is closed by now, or attaches nothing.
                self._libbpf.call("bpf_task_fd_query", pid, descriptor, 0, name, length, *told)
                where = name.value.decode(errors="replace")
                yield Attachment(pid, program.value, _ATTACHED_BY.get(kind.value, ""), where)

    def places(self, pids: Iterable[int], tracefs: Path) -> dict[str, list[tuple[str, str]]]:
        """Return where the processes `pids` have attached each program, by its name in the kernel.

        Each is a kind of hook and where, as BCC's attach_* take it. Of tracepoints and kprobes
        alone: other programs name their places themselves.
        """
        found: dict[str, list[tuple[str, str]]] = {}
        for each in self.attachments(pids):
            where = each.where
            if each.kind == "tracepoint":
                # bpftool leaves out the category.
                events = sorted((tracefs / "events").glob(f"*/{where}/id"))
                where = f"{events[0].parts[-3]}:{where}" if events else ""
            if where and each.kind in ("tracepoint", "raw_tracepoint", "kprobe", "kretprobe"):
                entry = self._json("prog", "show", "id", str(each.program_id)) or {}
                there = found.setdefault(str(entry.get("name", "")), [])
                if (each.kind, where) not in there:
                    there.append((each.kind, where))
        return found

    def detach_xdp(self) -> None:
        """Detach the XDP programs of the network; they outlive who attached them."""
        for _, interface in self._xdp():
            self._run("net", "detach", "xdp", "dev", interface, tool=self._inside())

    def _xdp(self) -> list[tuple[int, str]]:
        """Return the id of each XDP program in the network, and the interface that has it."""
        if not self._network:
            return []
        shown = self._json("net", "show", tool=self._inside()) or [{"xdp": []}]
        return [(entry["id"], entry["devname"]) for entry in shown[0]["xdp"]]

    def _inside(self) -> list[str]:
        return ["nsenter", f"--net=/proc/self/fd/{self._network}", self._path]

    def loaded_ids(self) -> set[int]:
        """Return the ids of all programs in this kernel."""
        return {entry["id"] for entry in self._json("prog", "show") or []}

    def program(self, number: int) -> LoadedProgram:
        """Return the program with that id; an empty type for one that is gone."""
        entry = self._json("prog", "show", "id", str(number)) or {}
        kind = str(entry.get("type", ""))
        helpers, atomic = self._instructions(number)
        return LoadedProgram(
            id=number,
            type=kind,
            name=str(entry.get("name", "")),
            helpers=helpers,
            atomic=atomic,
            hook_id=_hook_id(number) if kind == "lsm" else 0,
        )

    def whose(self, program: LoadedProgram) -> str:
        """Return the name of a program and the process that holds it, for a person."""
        entry = self._json("prog", "show", "id", str(program.id)) or {}
        holders = entry.get("pids") or [{}]
        name = program.name or str(program.id)
        return say(
            "{name} ({comm}, process {pid})",
            name=name,
            comm=holders[0].get("comm", "?"),
            pid=holders[0].get("pid", "?"),
        )

    @span("bpftool")
    def _instructions(self, number: int) -> tuple[frozenset[str], bool]:
        """Return the helpers that the program calls, and whether an instruction of it is atomic.

        bpftool tells each instruction with its line of the source, which may be a long one. Raises
        SubmissionError for a program whose listing is longer than any that a person writes.
        """
        command = [*self._dump, "prog", "dump", "xlated", "id", str(number)]
        found: set[bytes] = set()
        atomic = False
        length, end = 0, b""
        for piece in _listing(command):
            length += len(piece)
            if length > _LONGEST:
                raise SubmissionError(
                    say("A BPF program is too long to be looked into."),
                    say("Write it with fewer unrolled loops, and on shorter lines."),
                )
            text = end + piece
            found.update(re.findall(rb"\bcall (bpf_\w+)#", text))
            atomic = atomic or _ATOMIC.search(text) is not None
            end = text[-_LONGEST_NAME:]
        return frozenset(name.decode() for name in found), atomic

    def _json(self, *arguments: str, tool: Sequence[str] = ()) -> Any:
        text = self._run("-j", *arguments, tool=tool)
        try:
            # Paths that a program is attached to may hold control characters.
            return json.loads(text, strict=False) if text.strip() else None
        except ValueError as error:
            raise InfraError(
                say("bpftool {names} printed no JSON.", names=" ".join(arguments))
            ) from error

    @span("bpftool")
    def _run(self, *arguments: str, tool: Sequence[str] = ()) -> str:
        try:
            done = subprocess.run(
                [*(tool or [self._path]), *arguments],
                capture_output=True,
                timeout=30,
                check=False,
                pass_fds=[self._network] if self._network else [],
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise InfraError(say("bpftool does not answer: {error}.", error=error)) from error
        return done.stdout.decode(errors="replace")


def _listing(command: Sequence[str]) -> Iterator[bytes]:
    """Return what `command` prints, piece by piece.

    Raises InfraError when it says nothing for 30 s.
    """
    try:
        tool = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError as error:
        raise InfraError(say("bpftool does not answer: {error}.", error=error)) from error
    with tool:
        assert tool.stdout
        try:
            while select.select([tool.stdout], [], [], 30)[0]:
                piece = os.read(tool.stdout.fileno(), 1 << 20)
                if not piece:
                    return
                yield piece
            raise InfraError(say("bpftool does not answer."), say("Run: ./labebpf doctor"))
        finally:
            tool.kill()


def lsm_hook_id(name: str) -> int:
    """Return the number of the LSM hook `name` in this kernel's BTF.

    Raises OSError if there is none.
    """
    return vmlinux_btf_id(name, _LSM_MAC)


def vmlinux_btf_id(name: str, attach_type: int) -> int:
    """Return the number of what programs of that type attach to by `name`.

    Raises OSError without it.
    """
    return Libbpf().call("libbpf_find_vmlinux_btf_id", name.encode(), attach_type)


def _hook_id(program: int) -> int:
    """Return the hook of an LSM program, 0 for one that is gone."""
    libbpf = Libbpf()
    info = ctypes.create_string_buffer(_PROG_INFO.size)
    try:
        descriptor = libbpf.call("bpf_prog_get_fd_by_id", ctypes.c_uint32(program))
    except OSError:
        return 0
    try:
        length = ctypes.c_uint32(len(info))
        libbpf.call("bpf_obj_get_info_by_fd", descriptor, info, ctypes.byref(length))
    finally:
        os.close(descriptor)
    return int(_PROG_INFO.unpack(info.raw)[0])


def find_bpftool() -> str:
    """Return the path of bpftool. Raises InfraError.

    Ubuntu's /usr/sbin/bpftool is a script that refuses kernels it does not know; the program
    itself, in linux-tools, runs on any.
    """
    real = sorted(str(path) for path in Path("/usr/lib").glob("linux-tools*/**/bpftool"))
    path = real[-1] if real else shutil.which("bpftool", path=SEARCH)
    if not path:
        raise InfraError(
            say("bpftool is missing."), say("Run ./labebpf as root: it installs what is missing.")
        )
    return path


def _names_helpers(symbols: Path) -> bool:
    """Tell whether the file gives an address to __bpf_call_base, from which calls are counted."""
    lines = symbols.read_text().splitlines()
    return any("__bpf_call_base" in line and int(line.split()[0], 16) for line in lines)


def _attaching(pid: int) -> Iterator[int]:
    """Return the descriptors of a process by which a program can be attached."""
    # anon_inode:[perf_event]; bpf-raw-tracepoint, bpf_link or bpf-link, by kernel.
    kinds = re.compile("perf_event|raw|link")
    for entry, kind in _each(pid, "fd", lambda entry: (entry, os.readlink(entry))):
        if kinds.search(kind):
            yield int(entry.name)


def _held(key: str, pids: Iterable[int]) -> set[int]:
    """Return the ids that /proc/PID/fdinfo shows for `key` (map_id, prog_id, link_id)."""
    found: set[int] = set()
    pattern = rf"^{key}:\s*(\d+)".encode()
    for pid in pids:
        for text in _each(pid, "fdinfo", Path.read_bytes):
            found.update(map(int, re.findall(pattern, text, re.MULTILINE)))
    return found


def _each(pid: int, folder: str, read: Callable[[Path], Seen]) -> Iterator[Seen]:
    """Return what `read` finds in each file of /proc/PID/`folder`.

    A descriptor may be closed, and the process end, while they are looked at.
    """
    with suppress(OSError):
        for entry in Path(f"/proc/{pid}/{folder}").iterdir():
            with suppress(OSError):
                yield read(entry)
