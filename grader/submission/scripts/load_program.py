"""Runs in the sandbox: compiles, loads and attaches one BPF C file, and answers questions.

A file of its own: the sandbox sees this file, Python and BCC, and nothing else of the grader.
Requests come as JSON lines on the descriptor argv[1], answers go back the same way with the
request's nonce. Whatever clang, LLVM and the kernel print goes to descriptor 2. LLVM's back end
ends the process instead of raising: the other side then sees the descriptor close.
"""

import ctypes
import json
import re
import socket
import sys

from bcc import BPF, lib  # type: ignore[import-not-found]
from bcc.table import RingBuf  # type: ignore[import-not-found]

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


class Program(BPF):
    """A BPF object that loads its functions when asked, and attaches them when asked again."""

    def _trace_autoload(self):
        """Not now: what was loaded is looked at before it is attached."""

    def functions(self):
        count = lib.bpf_num_functions(self.module)
        return [lib.bpf_function_name(self.module, i) for i in range(count)]

    def load_all(self, hook, places):
        for name in self.functions():
            prefix = next((p for p in KINDS if name.startswith(p)), b"")
            if prefix:
                self.load_func(name, KINDS[prefix])
            elif there := self.where(name, hook, places):
                self.load_func(name, HOOKS[there[0][0]])

    def where(self, name, hook, places):
        """Where a function goes that does not name its own place: pairs of a kind and a place."""
        kind, _, place = hook.partition(":")
        if not places and kind in ("kprobe", "kretprobe"):
            return [(kind, self.get_syscall_fnname(place))]
        return places.get(name.decode(), []) if places else [(kind, place)]

    def attach_all(self, hook, places):
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

    def attach_plain(self, kind, place, name):
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


class Loader:
    def __init__(self):
        self.program = None
        self.hook, self.places = "", {}
        self.perf = self.ring = False
        self.samples = []
        self.lost = 0

    def compile(self, path, cflags):
        with open(path, "rb") as file:
            self.program = Program(text=file.read(), cflags=[*ANY_HEADERS, *cflags])
        module = self.program.module
        tables = []
        for i in range(lib.bpf_num_tables(module)):
            tables.append(
                {
                    "name": lib.bpf_table_name(module, i).decode(),
                    "type": lib.bpf_table_type_id(module, i),
                    "id": map_id(lib.bpf_table_fd_id(module, i)),
                }
            )
        names = [name.decode() for name in self.program.functions()]
        plain = [name for name in names if not name.encode().startswith(SELF_ATTACHING)]
        return {"functions": names, "plain": plain, "tables": tables}

    def load(self, hook, places):
        self.hook, self.places = hook, places
        self.program.load_all(hook, places)
        return {}

    def attach(self):
        self.program.attach_all(self.hook, self.places)
        return {}

    def listen(self, table, pages):
        def sample(_, data, size):
            self.samples.append(ctypes.string_at(data, size).hex())

        def lost(count):
            self.lost += count

        try:
            opened = self.program[table]
            if isinstance(opened, RingBuf):
                opened.open_ring_buffer(sample)
                self.ring = True
            else:
                opened.open_perf_buffer(sample, page_cnt=pages, lost_cb=lost)
                self.perf = True
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            # Its keys or values are no numbers, or of types that ctypes does not have.
            raise Exception(f"{table} is no buffer: {error}") from error
        return {}

    def collect(self):
        """The samples since the last call. What was submitted before is in the buffer already.

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


def map_id(fd):
    with open(f"/proc/self/fdinfo/{fd}") as file:
        found = re.search(r"^map_id:\s*(\d+)", file.read(), re.MULTILINE)
    return int(found.group(1)) if found else 0


def main():
    channel = socket.socket(fileno=int(sys.argv[1]))
    requests = channel.makefile("r")
    answers = channel.makefile("w")
    loader = Loader()
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in requests:
        request = json.loads(line)
        nonce, call = request.pop("nonce"), request.pop("call")
        try:
            answer = {"ok": True, **getattr(loader, call)(**request)}
        except Exception as error:
            # BCC raises Exception itself for what the program did; anything else is our mistake.
            theirs = type(error) is Exception
            answer = {"ok": False, "theirs": theirs, "error": str(error) or repr(error)}
        print(json.dumps({"nonce": nonce, **answer}), file=answers, flush=True)


if __name__ == "__main__":
    main()
