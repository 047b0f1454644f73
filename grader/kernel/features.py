"""What this machine's kernel offers: one small probe for each thing that a lab can need."""

from __future__ import annotations

import ctypes
import os
import re
import resource
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.base.c_library import CLibrary
from grader.base.errors import InfraError
from grader.base.messages import NO_MESSAGE, Message, say
from grader.evidence.bpftool import lsm_hook_id, vmlinux_btf_id
from grader.kernel.headers import find_headers
from grader.kernel.mounts import DEBUGFS, TRACEFS, mounted
from grader.kernel.probe import Probe
from grader.kernel.tools import bcc, bpftool, tool
from grader.kernel.uprobe import UPROBES
from grader.submission.sandbox import Limits

_CAPABILITIES = {"sys_admin": 21, "perfmon": 38, "bpf": 39}
_SYS_BPF = {"x86_64": 321, "aarch64": 280}
_SYS_LSM_LIST_MODULES = 461
_LSM_ID_BPF = 109
_BPF_MAP_CREATE, _BPF_PROG_LOAD = 0, 5
_PROG_TYPE_XDP = 6
_PROG_TYPE_TRACING, _BPF_TRACE_FENTRY = 26, 24
_PROG_TYPE_LSM, _BPF_LSM_MAC = 29, 27


@dataclass(frozen=True)
class Features:
    """What this kernel offers, by probes of the two folders; tests give recorded ones."""

    tracefs: Path = TRACEFS
    debugfs: Path = DEBUGFS

    def survey(self) -> list[Probe]:
        """Run the probes that doctor shows, in the order in which a person mends what is wrong."""
        probes: list[Callable[[], Probe]] = [
            privileges,
            bpf_syscall,
            self.tracing,
            self.debugging,
            headers,
            btf,
            lambda: self.offers("trace_lines"),
            lambda: self.offers("kprobes"),
            lambda: self.offers("uprobes"),
            lambda: self.offers("xdp"),
            lambda: self.offers("available_filter_functions"),
            lambda: self.offers("smp"),
            lockdown,
            memlock,
            open_files,
            bcc,
            bpftool,
            lambda: tool("bwrap", "bubblewrap"),
            lambda: tool("setpriv", "util-linux"),
        ]
        return [probe() for probe in probes]

    def offers(self, need: str) -> Probe:
        """Tell whether the kernel offers `need`, a word of a lab's manifest."""
        if need != "smp" and not os.access(self.tracefs / "events", os.R_OK | os.X_OK):
            remedy = say("Look as root: sudo ./labebpf doctor")
            return Probe(
                need, None, say("unknown: {tracefs} cannot be read", tracefs=self.tracefs), remedy
            )
        if re.fullmatch(r"tracepoint:\w+:\w+", need):
            return self._tracepoint(need)
        if re.fullmatch(r"lsm:\w+", need):
            return _lsm(need)
        known = {
            "trace_lines": self._trace_lines,
            "kprobes": self._kprobes,
            "uprobes": _uprobes,
            "fentry": _fentry,
            "xdp": _xdp,
            "available_filter_functions": self._filter_functions,
            "smp": _smp,
        }
        if need in known:
            return known[need]()
        return Probe(
            need, False, say("this requirement is unknown"), say("Correct the lab's manifest.")
        )

    def tracing(self) -> Probe:
        """Tell whether tracefs is mounted."""
        return _mounted("tracefs", self.tracefs)

    def debugging(self) -> Probe:
        """Tell whether debugfs is mounted."""
        return _mounted("debugfs", self.debugfs)

    def _tracepoint(self, need: str) -> Probe:
        _, category, event = need.split(":")
        there = (self.tracefs / "events" / category / event / "id").exists()
        remedy = say("Use a kernel with CONFIG_FTRACE_SYSCALLS.")
        return Probe(
            need, there, say("present") if there else say("absent"), NO_MESSAGE if there else remedy
        )

    def _trace_lines(self) -> Probe:
        wanted = ("events/bpf_trace/bpf_trace_printk", "options/stacktrace")
        there = all((self.tracefs / path).exists() for path in wanted)
        return Probe(
            "trace_lines",
            there,
            say("in a private trace instance") if there else say("absent"),
            NO_MESSAGE if there else say("Use Linux 5.9 or newer, with CONFIG_STACKTRACE."),
        )

    def _kprobes(self) -> Probe:
        there = (self.tracefs / "kprobe_events").exists()
        detail = (
            say("present") if there else say("this kernel was built without them (CONFIG_KPROBES)")
        )
        return Probe(
            "kprobes",
            there,
            detail,
            NO_MESSAGE if there else say("Use a kernel with kprobes, as most distributions have."),
        )

    def _filter_functions(self) -> Probe:
        name = "available_filter_functions"
        try:
            with (self.tracefs / name).open() as file:
                first = file.readline()
        except OSError as error:
            return Probe(
                name,
                False,
                say("unreadable: {strerror}", strerror=error.strerror),
                say("Use a kernel that lets root read it."),
            )
        if not first:
            return Probe(name, False, say("empty"), say("Use a kernel with CONFIG_DYNAMIC_FTRACE."))
        return Probe(name, True, say("readable"))


def privileges() -> Probe:
    """Tell whether this process is root, with CAP_SYS_ADMIN, and not in a user namespace only."""
    held = int(re.search(r"CapEff:\s*(\w+)", Path("/proc/self/status").read_text())[1], 16)  # type: ignore[index]
    lacking = [name for name, bit in _CAPABILITIES.items() if not held >> bit & 1]
    if os.geteuid() != 0:
        return Probe("privileges", False, say("not root"), Message("sudo ./labebpf grade LAB"))
    if "sys_admin" in lacking:
        return Probe(
            "privileges",
            False,
            say("root without CAP_SYS_ADMIN"),
            say("Use a privileged container."),
        )
    if Path("/proc/self/uid_map").read_text().split() != ["0", "0", "4294967295"]:
        return Probe(
            "privileges",
            False,
            say("root of a user namespace only"),
            say("Grade as the real root."),
        )
    if lacking:
        names = ", ".join(lacking)
        return Probe(
            "privileges", True, say("root; this kernel has no {names} (before 5.8)", names=names)
        )
    return Probe("privileges", True, say("root, with CAP_BPF and CAP_PERFMON to give"))


def sandbox_capabilities() -> tuple[str, ...]:
    """Name what a sandbox must hold: CAP_BPF and CAP_PERFMON where the kernel has them (5.8)."""
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    return ("bpf", "perfmon") if last >= _CAPABILITIES["bpf"] else ("sys_admin", "sys_resource")


def bpf_syscall() -> Probe:
    """Make a BPF map, to see that bpf(2) is there and allowed."""
    number = _SYS_BPF.get(os.uname().machine)
    if number is None:
        return Probe(
            "bpf",
            None,
            say("unknown on {machine}", machine=os.uname().machine),
            say("Use x86_64 or aarch64."),
        )
    # union bpf_attr: map_type (2: array), key_size, value_size, max_entries.
    attributes = (ctypes.c_uint32 * 18)(2, 4, 8, 1)
    size = ctypes.sizeof(attributes)
    try:
        os.close(CLibrary().call("syscall", number, _BPF_MAP_CREATE, attributes, size))
    except OSError as error:
        return Probe(
            "bpf",
            False,
            say("bpf(2) says: {error}", error=error.strerror),
            say("Grade as root, outside a container."),
        )
    return Probe("bpf", True, say("bpf(2) works"))


def _lsm(need: str) -> Probe:
    """Load an LSM program for the hook, where the kernel runs such programs at all.

    Where "bpf" is not in the kernel's lsm= list, one would load and attach, and never run.
    """
    remedy = say("Use Linux 6.8 or newer, with bpf in its lsm= list.")
    modules, size = (ctypes.c_uint64 * 32)(), ctypes.c_uint32(8 * 32)
    try:
        found = CLibrary().call("syscall", _SYS_LSM_LIST_MODULES, modules, ctypes.byref(size), 0)
    except OSError:
        found = 0
    if _LSM_ID_BPF not in modules[:found]:
        return Probe(need, False, say("this kernel is not known to run LSM programs"), remedy)
    try:
        hook = lsm_hook_id(need.partition(":")[2])
    except (OSError, InfraError) as error:
        return Probe(need, False, say("no such hook: {error}", error=error), remedy)
    try:
        _load(_PROG_TYPE_LSM, _BPF_LSM_MAC, hook)
    except OSError as error:
        return Probe(need, False, say("refused: {strerror}", strerror=error.strerror), remedy)
    return Probe(need, True, say("an LSM program loads"))


def _xdp() -> Probe:
    try:
        _load(_PROG_TYPE_XDP)
    except OSError as error:
        refused = say("refused: {strerror}", strerror=error.strerror)
        return Probe("xdp", False, refused, say("Grade where you are root, with CAP_NET_ADMIN."))
    return Probe("xdp", True, say("an XDP program loads"))


def _load(kind: int, attach_type: int = 0, hook: int = 0) -> None:
    """Load a program that does nothing. Raises OSError."""
    program = ctypes.create_string_buffer(struct.pack("=QQ", 0xB7, 0x95))  # r0 = 0; exit
    license = ctypes.create_string_buffer(b"GPL")
    # union bpf_attr: prog_type, insn_cnt, insns, license; expected_attach_type; attach_btf_id.
    addresses = (ctypes.addressof(program), ctypes.addressof(license))
    attributes = struct.pack("=IIQQ44xI36xIxxxx", kind, 2, *addresses, attach_type, hook)
    number = _SYS_BPF.get(os.uname().machine, -1)
    os.close(CLibrary().call("syscall", number, _BPF_PROG_LOAD, attributes, len(attributes)))


def headers() -> Probe:
    """Tell which kernel headers BCC would compile with."""
    found = find_headers(os.uname().release)
    if found.origin == "none":
        remedy = say(
            "apt-get install linux-headers-{release}, or dnf install kernel-devel",
            release=os.uname().release,
        )
        return Probe("headers", False, say("none"), remedy)
    if found.origin == "borrowed":
        detail = say(
            "borrowed from {version} (right for these labs; kernel structures may be laid out "
            "differently)",
            version=found.version,
        )
        return Probe("headers", True, detail)
    return Probe("headers", True, say("of the running kernel"))


def btf() -> Probe:
    """Tell whether the kernel describes its types (BTF)."""
    there = Path("/sys/kernel/btf/vmlinux").exists()
    return Probe(
        "btf",
        there,
        say("present") if there else say("absent"),
        NO_MESSAGE if there else say("No lab needs it."),
    )


def lockdown() -> Probe:
    """Tell whether lockdown keeps BPF from reading kernel memory ("confidentiality")."""
    path = Path("/sys/kernel/security/lockdown")
    try:
        modes = path.read_text()
    except OSError:
        remedy = say("As root: mount -t securityfs securityfs /sys/kernel/security")
        return Probe("lockdown", None, say("unknown (securityfs is not mounted)"), remedy)
    mode = re.search(r"\[(\w+)\]", modes)
    name = mode.group(1) if mode else "none"
    blocks = name == "confidentiality"
    return Probe(
        "lockdown",
        not blocks,
        Message(name),
        say("Use a kernel that is not locked down.") if blocks else NO_MESSAGE,
    )


def memlock() -> Probe:
    """Tell whether RLIMIT_MEMLOCK, which BPF maps count against before Linux 5.11, is enough."""
    soft, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    words = say("unlimited") if soft == resource.RLIM_INFINITY else Message(f"{soft >> 10} KiB")
    accounted = _release() < (5, 11)
    low = accounted and 0 <= soft < 8 << 20 and 0 <= hard < 8 << 20
    if not accounted:
        words = say("{limit} (does not count from Linux 5.11 on)", limit=words)
    return Probe("memlock", not low, words, say("ulimit -l unlimited") if low else NO_MESSAGE)


def open_files() -> Probe:
    """Tell whether a process may have enough files open, after raising the limit where allowed."""
    needed = Limits().open_files
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        if soft < needed:
            resource.setrlimit(resource.RLIMIT_NOFILE, (needed, max(hard, needed)))
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    detail = say("{allowed} are allowed, {needed} are needed", allowed=allowed, needed=needed)
    return Probe("open files", allowed >= needed, detail, say("ulimit -n 1024"))


def _fentry() -> Probe:
    try:
        _load(_PROG_TYPE_TRACING, _BPF_TRACE_FENTRY, vmlinux_btf_id("vfs_mkdir", _BPF_TRACE_FENTRY))
    except OSError as error:
        refused = say("refused: {strerror}", strerror=error.strerror)
        return Probe(
            "fentry", False, refused, say("Use a kernel with BTF, as most distributions have.")
        )
    return Probe("fentry", True, say("an fentry program loads"))


def _uprobes() -> Probe:
    there = (UPROBES / "type").exists()
    remedy = NO_MESSAGE if there else say("Use a kernel with CONFIG_UPROBE_EVENTS.")
    return Probe("uprobes", there, say("present") if there else say("absent"), remedy)


def _smp() -> Probe:
    count = len(os.sched_getaffinity(0))
    remedy = NO_MESSAGE if count > 1 else say("Give this machine a second CPU.")
    return Probe("smp", count > 1, say("CPUs: {count}", count=count), remedy)


def _mounted(kind: str, path: Path) -> Probe:
    if mounted(kind, path):
        return Probe(kind, True, say("at {path}", path=path))
    if not path.is_dir():
        return Probe(kind, False, say("not in this kernel"), say("Use a kernel with ftrace."))
    return Probe(
        kind, False, say("not mounted"), say("mount -t {kind} {kind} {path}", kind=kind, path=path)
    )


def _release() -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", os.uname().release)[:2])
