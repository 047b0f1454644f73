"""What the sandbox sees of the kernel: copies that need no privilege to read.

tracefs is for root alone. Lending a sandbox CAP_DAC_READ_SEARCH for it would open every file of
the machine by handle (open_by_handle_at(2)), so it gets a copy of the files that name and
describe events. The copy, made once for each boot, also holds two short forms of /proc/kallsyms,
for the grader's own processes: reading the whole one is half of BCC's compile time. In the
sandbox BCC does not read it at all, not being root there (bcc_procutils_each_ksym), and has to be
told what this kernel's system calls are called.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

CACHE = Path("/var/cache/labebpf")
_SITE = """\
# Python imports this file at its start, before any of the student's.
import os

try:
    from bcc import BPF
except ImportError:
    pass
else:
    BPF._syscall_prefixes.insert(0, {prefix!r})

if "LABEBPF_WAIT" in os.environ:
    # A script that was started early goes on when the other side of this pipe is closed.
    with open(int(os.environ.pop("LABEBPF_WAIT"))) as pipe:
        pipe.read()
    del pipe
del os
"""
_EMPTY = ("trace_pipe", "kprobe_events", "uprobe_events", "available_filter_functions")


def kernel_copy(tracefs: Path) -> Path:
    """A folder with `tracing/`, `kallsyms` and `helpers`, made if this boot has none yet."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    folder = CACHE / f"v4-{boot}"
    if folder.is_dir():
        return folder
    CACHE.mkdir(parents=True, exist_ok=True)
    for old in CACHE.iterdir():
        shutil.rmtree(old, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(dir=CACHE))
    _copy_events(tracefs / "events", fresh / "tracing" / "events")
    for name in _EMPTY:
        (fresh / "tracing" / name).touch()
    symbols = Path("/proc/kallsyms").read_text().splitlines()
    (fresh / "kallsyms").write_text(_syscall_symbols(symbols))
    (fresh / "site").mkdir()
    (fresh / "site" / "sitecustomize.py").write_text(_SITE.format(prefix=_prefix(symbols)))
    for path in (fresh, *fresh.rglob("*"), CACHE):
        path.chmod(0o755 if path.is_dir() else 0o444)
    (fresh / "helpers").touch(mode=0o400)
    (fresh / "helpers").write_text(_helper_symbols(symbols))
    fresh.rename(folder)
    return folder


def bwrap_arguments(copy: Path) -> tuple[str, ...]:
    """Arguments to bubblewrap that put the copy in the kernel's places."""
    tracing = str(copy / "tracing")
    arguments = ["--ro-bind", str(copy / "site"), "/kernel"]
    if Path("/sys/kernel/tracing").is_dir():
        arguments += ["--ro-bind", tracing, "/sys/kernel/tracing"]
    if Path("/sys/kernel/debug").is_dir():
        arguments += ["--tmpfs", "/sys/kernel/debug"]
        arguments += ["--ro-bind", tracing, "/sys/kernel/debug/tracing"]
    return tuple(arguments)


def probe_lists(tracefs: Path, folder: Path) -> list[str]:
    """Copy the lists of what can be, is, and must not be probed, as they are now, to `folder`.

    Returns the arguments to bubblewrap that put the copies in the kernel's places. A list that
    this kernel lacks, or refuses, is left out.
    """
    debug = Path("/sys/kernel/debug/kprobes")
    arguments: list[str] = ["--dir", str(debug)] if debug.is_dir() else []
    places = {
        tracefs / "available_filter_functions": True,
        tracefs / "kprobe_events": True,
        debug / "list": False,
        debug / "blacklist": False,
    }
    for number, (path, in_tracefs) in enumerate(places.items()):
        try:
            data = path.read_bytes()
        except OSError:
            continue
        copy = folder / f"list{number}"
        copy.write_bytes(data)
        copy.chmod(0o444)
        arguments += ["--ro-bind", str(copy), str(path)]
        if in_tracefs:
            arguments += ["--ro-bind", str(copy), f"/sys/kernel/debug/tracing/{path.name}"]
    return arguments


def _copy_events(source: Path, target: Path) -> None:
    for category in os.scandir(source):
        if not category.is_dir():
            continue
        for event in os.scandir(category.path):
            if not event.is_dir():
                continue
            folder = target / category.name / event.name
            folder.mkdir(parents=True)
            for name in ("id", "format"):
                try:
                    data = Path(event.path, name).read_bytes()
                except OSError:
                    continue  # ftrace's own events have no id.
                (folder / name).write_bytes(data)


def _prefix(symbols: list[str]) -> bytes:
    """What stands before a system call's name in this kernel: b"__x64_sys_" for __x64_sys_bpf."""
    names = (line.split()[2] for line in symbols)
    found = sorted((name for name in names if name.endswith("sys_bpf")), key=_native_first)
    return found[0].removesuffix("bpf").encode() if found else b"sys_"


def _native_first(name: str) -> tuple[bool, int]:
    """__x64_sys_bpf before __ia32_sys_bpf, before the internal __sys_bpf."""
    return (not re.match(r"__(x64|arm64|riscv|s390x?)_sys_", name), len(name))


def _helper_symbols(symbols: list[str]) -> str:
    """Those lines that name BPF helpers, with their real addresses: for root alone."""
    return "\n".join(line for line in symbols if "bpf_" in line) + "\n"


def _syscall_symbols(symbols: list[str]) -> str:
    """Those lines that name system calls; BCC skips addresses of 0, so they get others."""
    lines: list[str] = []
    for line in symbols:
        _, kind, name, *module = line.split()
        if "sys_" in name and not module:
            lines.append(f"{0xFFFFFFFF81000000 + 16 * len(lines):016x} {kind} {name}")
    return "\n".join(lines) + "\n"
