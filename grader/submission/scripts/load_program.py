"""Runs in the sandbox: compiles, loads and attaches one BPF C file, and answers questions.

A file of its own: the sandbox sees this file, serve.py, Python and BCC, and nothing else of the
grader. Whatever clang, LLVM and the kernel print goes to descriptors 1 and 2. LLVM's back end ends
the process instead of raising: the other side then sees the descriptor close.
"""

from __future__ import annotations

import ctypes
import json
import re
from typing import Any

from bcc import BPF, lib, table
from bcc.table import RingBuf

Places = dict[str, list[tuple[str, str]]]
"""By function, where each is to be attached: pairs of a kind of hook and a place."""

KINDS = {
    b"kprobe__": BPF.KPROBE,
    b"kretprobe__": BPF.KPROBE,
    b"tracepoint__": BPF.TRACEPOINT,
    b"raw_tracepoint__": BPF.RAW_TRACEPOINT,
    b"kfunc__": BPF.TRACING,
    b"kretfunc__": BPF.TRACING,
    b"lsm__": BPF.LSM,
    b"syscall__": BPF.KPROBE,
}
SELF_ATTACHING = tuple(KINDS)
HOOKS = {
    "tracepoint": BPF.TRACEPOINT,
    "raw_tracepoint": BPF.RAW_TRACEPOINT,
    "kprobe": BPF.KPROBE,
    "kretprobe": BPF.KPROBE,
    "lsm": BPF.LSM,
    "uprobe": BPF.KPROBE,
    "xdp": BPF.XDP,
}
MAX_SAMPLES = 1 << 16
ANY_HEADERS = ["-Xclang", "-fno-validate-pch"]
"""In a virtual machine clang finds BCC's headers precompiled, without the options given here."""

# BCC 0.26 declares no result for this one: ctypes takes it for an int.
lib.bpf_table_name.restype = ctypes.c_char_p
lib.bpf_table_name.argtypes = [ctypes.c_void_p, ctypes.c_size_t]


class StagedBPF(BPF):
    """A BPF object that loads its functions when asked, and attaches them when asked again."""

    def _trace_autoload(self) -> None:
        """Attach nothing yet: what was loaded is looked at before."""

    def functions(self) -> list[bytes]:
        count = lib.bpf_num_functions(self.module)
        return [lib.bpf_function_name(self.module, i) for i in range(count)]

    def load_all(self, hook: str, places: Places) -> None:
        for name in self.functions():
            prefix = next((p for p in KINDS if name.startswith(p)), b"")
            if prefix:
                self.load_func(name, KINDS[prefix])
            elif there := self.where(name, hook, places):
                self.load_func(name, HOOKS[there[0][0]])

    def where(self, name: bytes, hook: str, places: Places) -> list[tuple[str, Any]]:
        """Find where a function goes that does not name its own place: pairs as in Places."""
        kind, _, place = hook.partition(":")
        if not places and kind in ("kprobe", "kretprobe"):
            return [(kind, self.get_syscall_fnname(place))]
        return places.get(name.decode(), []) if places else [(kind, place)]

    def attach_all(self, hook: str, places: Places) -> None:
        for name in self.functions():
            # BCC itself says no more of it than "not enough values to unpack".
            if name.startswith(b"tracepoint__") and name.count(b"__") != 2:
                raise Exception(f"{name.decode()} names no tracepoint")
        BPF._trace_autoload(self)
        for name in self.functions():
            if name.startswith(b"syscall__"):
                call = self.get_syscall_fnname(name.removeprefix(b"syscall__"))
                self.attach_kprobe(event=call, fn_name=name)
            elif not name.startswith(SELF_ATTACHING):
                for kind, place in self.where(name, hook, places):
                    self.attach_plain(kind, place, name)

    def attach_plain(self, kind: str, place: str, name: bytes) -> None:
        if kind == "tracepoint":
            self.attach_tracepoint(tp=place, fn_name=name)
        elif kind == "raw_tracepoint":
            self.attach_raw_tracepoint(tp=place, fn_name=name)
        elif kind == "kprobe":
            self.attach_kprobe(event=place, fn_name=name)
        elif kind == "kretprobe":
            self.attach_kretprobe(event=place, fn_name=name)
        elif kind == "uprobe":
            library, _, function = place.partition(":")
            self.attach_uprobe(name=library, sym=function, fn_name=name)
        elif kind == "xdp":
            self.attach_xdp(place, self.load_func(name, BPF.XDP))


class Service:
    def __init__(self) -> None:
        self.program: StagedBPF
        self.hook = ""
        self.places: Places = {}
        self.perf = self.ring = False
        self.samples: list[str] = []
        self.lost = 0

    def ready(self) -> None:
        """Answer that BCC is imported."""

    def compile(self, path: str, cflags: list[str]) -> dict[str, Any]:
        with open(path, "rb") as file:
            self.program = StagedBPF(text=file.read(), cflags=[*ANY_HEADERS, *cflags])
        module = self.program.module
        tables = []
        for i in range(lib.bpf_num_tables(module)):
            tables.append(
                {
                    "name": lib.bpf_table_name(module, i).decode(),
                    "type": lib.bpf_table_type_id(module, i),
                    "id": map_id(lib.bpf_table_fd_id(module, i)),
                    "key": self.described(lib.bpf_table_key_desc, lib.bpf_table_name(module, i)),
                    "value": self.described(lib.bpf_table_leaf_desc, lib.bpf_table_name(module, i)),
                }
            )
        names = [name.decode() for name in self.program.functions()]
        plain = [name for name in names if not name.encode().startswith(SELF_ATTACHING)]
        return {"functions": names, "plain": plain, "tables": tables}

    def described(self, ask: Any, name: bytes) -> dict[str, Any] | None:
        """Lay out the keys or values of the table `name`, where BCC knows their type."""
        try:
            return laid_out(BPF._decode_table_type(json.loads(ask(self.program.module, name))))
        except Exception:  # Of a type that ctypes does not have, among others.
            return None

    def load(self, hook: str, places: Places) -> None:
        self.hook, self.places = hook, places
        self.program.load_all(hook, places)

    def attach(self) -> None:
        self.program.attach_all(self.hook, self.places)

    def listen(self, name: str, pages: int) -> dict[str, Any] | None:
        """Open the buffer `name`; return how its events are laid out, where BCC knows that."""

        def sample(_: Any, data: Any, size: int) -> None:
            self.samples.append(ctypes.string_at(data, size).hex())

        def lost(count: int) -> None:
            self.lost += count

        try:
            opened = self.program[name]
            if isinstance(opened, RingBuf):
                opened.open_ring_buffer(sample)
                self.ring = True
            else:
                opened.open_perf_buffer(sample, page_cnt=pages, lost_cb=lost)
                self.perf = True
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            # Its keys or values are no numbers, or of types that ctypes does not have.
            print(f"{name}: {error}", flush=True)
            raise Exception(f"{name} cannot be opened as a buffer") from error
        try:
            found = table._get_event_class(opened)
            return laid_out(found) if found._fields_ else None
        except (Exception, SystemExit):  # BCC ends the process over a type that it does not know.
            return None

    def collect(self) -> dict[str, Any]:
        """Return the samples since the last call, and how many were lost.

        What was submitted before this call is in the buffer already.
        A program that submits at every system call submits because of this one's own, for ever.
        """
        before = -1
        while before != len(self.samples) < MAX_SAMPLES:
            before = len(self.samples)
            if self.perf:
                self.program.perf_buffer_poll(timeout=0)
            if self.ring:
                self.program.ring_buffer_consume()
        samples, self.samples = self.samples, []
        lost, self.lost = self.lost, 0
        return {"samples": samples, "lost": lost}


def laid_out(kind: Any) -> dict[str, Any]:
    """Describe a type of ctypes, as Layout.read takes it. Raises ValueError for a bit field."""
    told: dict[str, Any] = {"size": ctypes.sizeof(kind)}
    if issubclass(kind, ctypes.Array):
        return {**told, "kind": "array", "of": laid_out(kind._type_), "count": kind._length_}
    if not issubclass(kind, (ctypes.Structure, ctypes.Union)):
        return {**told, "kind": "signed" if kind._type_ in "bhilq" else "unsigned"}
    fields: list[list[Any]] = []
    for name, part, *bits in kind._fields_:
        if bits:
            raise ValueError(f"{name} is a bit field")
        if re.fullmatch(r"__pad_(\d+|end)", name):
            continue  # BCC's own words for what lies between two fields, and after the last one.
        at, inner = getattr(kind, name).offset, laid_out(part)
        if name in getattr(kind, "_anonymous_", ()):
            fields += [[below, at + start, of] for below, start, of in inner["fields"]]
        else:
            fields.append([name, at, inner])
    return {**told, "kind": "struct", "fields": fields}


def map_id(descriptor: int) -> int:
    with open(f"/proc/self/fdinfo/{descriptor}") as file:
        found = re.search(r"^map_id:\s*(\d+)", file.read(), re.MULTILINE)
    return int(found.group(1)) if found else 0
