"""Copies of what the sandbox has to see of the kernel, readable without privilege.

tracefs is for root alone. CAP_DAC_READ_SEARCH would let a sandbox read it, and open every other
file of the machine by handle (open_by_handle_at(2)). So the sandbox gets a copy of the files that
name and describe events.

The copy is made once for each boot. It also holds two forms of /proc/kallsyms, all addresses in
which are made up. BCC reads the short one at each compilation, as the whole one takes half of that.
It finds there how this kernel names its system calls, and whether it has bpf_probe_read_kernel and
bpf_probe_read_user: without them BCC has both read all memory alike, which hides a mistake. The
long form names what can be probed as well, at the address 0, which BCC skips.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

from grader.submission.lent import lent_packages
from grader.submission.sandbox import SITECUSTOMIZE

CACHE = Path("/var/cache/labebpf")
_EMPTY = ("trace_pipe", "kprobe_events", "uprobe_events", "available_filter_functions")
_LOOKED_UP = re.compile(r"(?!__pfx_)(__\w+_)?sys_|bpf_|vfs_")
"""What begins the names that BCC, and its tools, look up: of __x64_sys_bpf, bpf_get_stack."""
_NO_CODE = 0xFFFFFFFFFFE00000
"""The last 2 MiB of the address space, where neither x86 nor arm64 has code (mm.rst, memory.rst of
the kernel's documentation): no real address is taken for one of a made-up symbol."""


def kernel_copy(tracefs: Path) -> Path:
    """Return a folder with a copy of the kernel's files, made if this boot has none yet.

    It has `tracing/`, `kallsyms`, `all_kallsyms` and, for root alone, `helpers`.
    """
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    folder = CACHE / f"v12-{boot}"
    if folder.is_dir():
        return folder
    before = os.umask(0o022)
    try:
        _make(folder, tracefs)
    finally:
        os.umask(before)
    return folder


def _make(folder: Path, tracefs: Path) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    CACHE.chmod(0o755)
    for old in CACHE.iterdir():
        shutil.rmtree(old, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(dir=CACHE))
    (fresh / "tracing").mkdir()
    _copy_events(str(tracefs / "events"), str(fresh / "tracing" / "events"))
    for name in _EMPTY:
        (fresh / "tracing" / name).touch()
    symbols = Path("/proc/kallsyms").read_text().splitlines()
    made_up = _made_up(symbols)
    (fresh / "all_kallsyms").write_text("".join(made_up))
    (fresh / "kallsyms").write_text("".join(line for line in made_up if line[0] != "0"))
    (fresh / "helpers").touch(mode=0o400)
    (fresh / "helpers").write_text(_helper_symbols(symbols))
    fresh.chmod(0o755)
    fresh.rename(folder)


def bwrap_arguments(copy: Path) -> tuple[str, ...]:
    """Return the arguments to bubblewrap that put the copy in the kernel's places.

    Beside it, in /kernel, lies what each Python in a sandbox can import.
    """
    tracing = str(copy / "tracing")
    # bubblewrap lets nobody but root into a folder that it makes for a bind.
    arguments = ["--perms", "0755", "--dir", "/kernel"]
    arguments += ["--ro-bind", str(SITECUSTOMIZE), "/kernel/sitecustomize.py"]
    arguments += ["--ro-bind", str(copy / "kallsyms"), "/proc/kallsyms"]
    for name, folder in lent_packages().items():
        arguments += ["--ro-bind", str(folder), f"/kernel/{name}"]
    if Path("/sys/kernel/tracing").is_dir():
        arguments += ["--ro-bind", tracing, "/sys/kernel/tracing"]
    if Path("/sys/kernel/debug").is_dir():
        arguments += ["--tmpfs", "/sys/kernel/debug"]
        arguments += ["--ro-bind", tracing, "/sys/kernel/debug/tracing"]
    return tuple(arguments)


def probe_lists(tracefs: Path, folder: Path) -> list[str]:
    """Copy the kernel's lists of what can be, is, and must not be probed to `folder`.

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
    # Among them BCC's get_kprobe_functions() looks.
    return [*arguments, "--ro-bind", str(kernel_copy(tracefs) / "all_kallsyms"), "/proc/kallsyms"]


def _copy_events(source: str, target: str) -> None:
    """Copy each event's id and format. There are thousands, so paths are plain strings here."""
    os.mkdir(target)
    for category in os.scandir(source):
        if not category.is_dir():
            continue
        os.mkdir(f"{target}/{category.name}")
        for event in os.scandir(category.path):
            if not event.is_dir():
                continue
            folder = f"{target}/{category.name}/{event.name}"
            os.mkdir(folder)
            for name in ("id", "format"):
                _copy(f"{event.path}/{name}", f"{folder}/{name}")


def _copy(source: str, target: str) -> None:
    """Copy a file, readable for all. Where `source` cannot be read, make none."""
    try:
        descriptor = os.open(source, os.O_RDONLY)
    except OSError:
        return  # ftrace's own events have no id.
    copy = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    try:
        while data := os.read(descriptor, 1 << 16):
            os.write(copy, data)
    except OSError:
        os.unlink(target)  # The event has gone meanwhile.
    finally:
        os.close(copy)
        os.close(descriptor)


def _helper_symbols(symbols: list[str]) -> str:
    """Keep the lines that name BPF helpers, with their real addresses: for root alone."""
    return "\n".join(line for line in symbols if "bpf_" in line) + "\n"


def _made_up(symbols: list[str]) -> list[str]:
    """Keep all names, in their order, and give addresses of their own to those looked up."""
    lines: list[str] = []
    given = 0
    for line in symbols:
        named = line.partition(" ")[2]
        if _LOOKED_UP.match(named, len("T ")):
            lines.append(f"{_NO_CODE + 16 * given:x} {named}\n")
            given += 1
        else:
            lines.append(f"0 {named}\n")
    return lines
