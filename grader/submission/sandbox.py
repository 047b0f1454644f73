"""Where student code runs: bubblewrap's namespaces, a user of its own, the least privilege.

The sandbox sees /usr read-only, an empty /tmp, the lab's own files in /lab, and the kernel as
`view` shows it: neither the checks nor the solutions, nor any home. It has no network but one that
`view` gives. It holds CAP_BPF and CAP_PERFMON (Linux 5.8), or CAP_SYS_ADMIN on kernels that lack
them, and what else `view` says. It is told that it is root all the same (`root_ids`), as a student
is under sudo.
"""

from __future__ import annotations

import os
import random
import resource
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from grader.base.paths import SYSTEM, system_files
from grader.base.profile import span
from grader.submission.cgroup import Cgroup
from grader.submission.root_ids import root_ids

PYTHON = "/usr/bin/python3"
SITECUSTOMIZE = Path(__file__).parent / "scripts" / "sitecustomize.py"
"""What each Python in a sandbox imports first, from /kernel, where a view binds it."""


@dataclass(frozen=True)
class Limits:
    """Bounds of one sandbox. Memory, file and output sizes in bytes, times in seconds."""

    memory: int = 1 << 30
    address_space: int = 4 << 30
    processes: int = 64
    file_size: int = 16 << 20
    cpu_seconds: int = 60
    open_files: int = 512
    locked: int = 64 << 20
    """Perf buffers, which no control group counts, and before Linux 5.11 what BPF holds."""


@dataclass(frozen=True)
class View:
    """What a sandbox sees of the kernel, beyond what every process does."""

    bwrap: tuple[str, ...]
    """Arguments to bubblewrap: binds of kernel headers, of the tracefs copy, of short kallsyms."""
    hidden: tuple[Path, ...] = ()
    """Folders to cover, should they lie below a folder that the sandbox sees."""
    capabilities: tuple[str, ...] = ("bpf", "perfmon")
    descriptors: tuple[int, ...] = ()
    """What each process is handed; the sandbox closes them."""
    environment: Mapping[str, str] = field(default_factory=dict)
    network: int | None = None
    """A network namespace to be in, as a descriptor; without one it is an empty one of its own."""


class Sandbox:
    """One sandbox: its files, its user, its control group. `close` leaves nothing of it."""

    def __init__(
        self,
        name: str,
        files: Mapping[str, bytes],
        view: View,
        *,
        work: Path,
        limits: Limits | None = None,
    ) -> None:
        """Prepare a sandbox with `files` in /lab, below the host's folder `work`.

        `name` must be free, among control groups and in `work`.
        """
        self._limits = limits or Limits()
        self._view = view
        self._uid = free_uid()
        self._cgroup = Cgroup(name, memory=self._limits.memory, processes=self._limits.processes)
        self._children: list[subprocess.Popen[bytes]] = []
        self._descriptors = list(view.descriptors)
        self.folder = work / name
        """A folder of the host that belongs to this sandbox, for what `binds` are to show."""
        lab = self.folder / "lab"
        lab.mkdir(parents=True)
        # Whatever this process's umask: another user reads them.
        for path in (self.folder, lab):
            path.chmod(0o755)
        self.put(files)

    @property
    def uid(self) -> int:
        return self._uid

    def put(self, files: Mapping[str, bytes]) -> None:
        """Put `files` into /lab, also of a sandbox in which something runs already."""
        for name, data in files.items():
            path = self.folder / "lab" / name
            path.write_bytes(data)
            path.chmod(0o444)

    @span("starts a sandbox")
    def start(
        self,
        argv: Sequence[str],
        *,
        stdin: int,
        stdout: int,
        stderr: int,
        pass_fds: Sequence[int] = (),
        binds: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        terminal: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start `argv` in the sandbox; the descriptors are the caller's.

        `binds` are further arguments to bubblewrap, `environment` further variables. With
        `terminal`, standard input becomes the controlling terminal, so that a ^C written to its
        master interrupts the program.
        """
        network = self._view.network
        command = [
            # A shell starts background jobs with SIGINT ignored, which a child would inherit.
            *("env", "--default-signal=INT,QUIT,TERM,HUP"),
            *self._cgroup.prefix(),
            *self._rlimits(),
            *(("nsenter", f"--net=/proc/self/fd/{network}") if network else ()),
        ]
        inner = [
            *(("setsid", "--ctty", "--wait") if terminal else ()),
            *self._setpriv(),
            *argv,
        ]
        with memory_file() as arguments, memory_file() as seccomp:
            # Not in the command: all in the sandbox read that, and it names the host's folders.
            told = "".join(f"{argument}\0" for argument in (*self._bwrap(), *binds))
            os.pwrite(arguments, os.fsencode(told), 0)
            os.pwrite(seccomp, root_ids(), 0)
            child = subprocess.Popen(
                [*command, "bwrap", "--args", str(arguments), "--seccomp", str(seccomp), *inner],
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                pass_fds=[
                    arguments,
                    seccomp,
                    *pass_fds,
                    *self._view.descriptors,
                    *([network] if network else []),
                ],
                env={**_environment(), **self._view.environment, **(environment or {})},
                start_new_session=True,
            )
        self._children.append(child)
        return child

    def pids(self) -> list[int]:
        """Return the processes that run in the sandbox now, as the host numbers them."""
        if self._cgroup.bounded:
            return self._cgroup.pids()
        return descendants(*(child.pid for child in self._children), uid=self.uid)

    def signal(self, number: int) -> None:
        """Send the signal `number` to every process that runs in the sandbox now."""
        with ExitStack() as stack:
            found = self._opened(stack)
            # What has ended before it was opened may have left its number to another's process.
            for pid in found.keys() & set(self.pids()):
                with suppress(OSError):
                    signal.pidfd_send_signal(found[pid], number)

    def _opened(self, stack: ExitStack) -> dict[int, int]:
        """Return a descriptor for each process that runs in the sandbox now, by its id."""
        found = {}
        for pid in self.pids():
            with suppress(OSError):  # It has ended.
                found[pid] = os.pidfd_open(pid)
                stack.callback(os.close, found[pid])
        return found

    @span("closes a sandbox")
    def close(self) -> None:
        """End every process of the sandbox, and remove its files.

        When it returns, the kernel has released what they held. Each is waited for by itself, since
        there may be no control group to wait for.
        """
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
            stack.callback(self._cgroup.remove)
            while self._descriptors:
                stack.callback(os.close, self._descriptors.pop())
            ending = self._opened(stack).values()
            for child in self._children:
                child.kill()  # bubblewrap takes the PID namespace, and all in it, with it.
                child.wait()
            self._children = []
            deadline = time.monotonic() + 5
            for process in ending:
                select.select([process], [], [], max(0.0, deadline - time.monotonic()))

    def _rlimits(self) -> list[str]:
        limits = self._limits
        _, most = resource.getrlimit(resource.RLIMIT_MEMLOCK)
        locked = limits.locked if most == resource.RLIM_INFINITY else min(limits.locked, most)
        return [
            "prlimit",
            f"--as={limits.address_space}",
            f"--cpu={limits.cpu_seconds}",
            f"--fsize={limits.file_size}",
            f"--nofile={limits.open_files}",
            f"--nproc={limits.processes}",
            f"--memlock={locked}",
            "--core=0",
        ]

    def _bwrap(self) -> list[str]:
        arguments = ["--die-with-parent", "--unshare-pid"]
        arguments += [] if self._view.network else ["--unshare-net"]
        arguments += ["--unshare-ipc", "--unshare-uts", "--hostname", "lab"]
        arguments += [
            *system_files(),
            "--proc",
            "/proc",
            "--dev",
            "/dev",
            "--ro-bind",
            "/sys",
            "/sys",
        ]
        arguments += ["--perms", "1777", "--tmpfs", "/tmp"]
        arguments += ["--tmpfs", "/sys/fs/bpf"] if os.path.isdir("/sys/fs/bpf") else []
        for folder in self._view.hidden:
            if visible(folder):
                arguments += ["--tmpfs", str(folder)]
        arguments += ["--ro-bind", str(self.folder / "lab"), "/lab", "--chdir", "/lab"]
        return [*arguments, *self._view.bwrap]

    def _setpriv(self) -> list[str]:
        held = "-all" + "".join(f",+{name}" for name in self._view.capabilities)
        return [
            "setpriv",
            f"--reuid={self._uid}",
            f"--regid={self._uid}",
            "--clear-groups",
            f"--inh-caps={held}",
            f"--ambient-caps={held}",
            f"--bounding-set={held}",
            "--no-new-privs",
        ]


def visible(folder: Path) -> bool:
    """Tell whether `folder` lies in what every sandbox sees of the system."""
    return any(folder.is_relative_to(Path(top).resolve()) for top in SYSTEM)


def free_uid() -> int:
    """Return a random user id that no account has, in the range of this user namespace."""
    start, _, count = map(int, Path("/proc/self/uid_map").read_text().split()[:3])
    low, high = (0x60000000, 0x6FFFFFFF) if count > 0x70000000 else (start + 60_000, start + 65_000)
    return random.SystemRandom().randint(low, high)


def descendants(*roots: int, uid: int = -1) -> list[int]:
    """Return `roots` and every process below them, from /proc; the whole tree as of one reading.

    Of a process whose parent ended during the reading nobody knows whose it is: it counts if it
    runs as `uid`.
    """
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                # The name in it is the process's to choose: any bytes, in any encoding.
                fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    there = {0, *(one for those in children.values() for one in those)}
    orphans = {one for parent in children.keys() - there for one in children[parent]}
    tree = [*roots, *(one for one in sorted(orphans.difference(roots)) if runs_as(one, uid))]
    for parent in tree:
        tree += children.get(parent, [])
    return tree


def runs_as(pid: int, uid: int) -> bool:
    """Tell whether the process `pid` is there, and `uid` its real user."""
    try:
        status = Path(f"/proc/{pid}/status").read_bytes()
    except OSError:
        return False
    return b"\nUid:\t%d\t" % uid in status


@contextmanager
def memory_file() -> Iterator[int]:
    """Give a file in memory, as a descriptor, for what a child reads or prints.

    Unlike a pipe the file never blocks the child, and RLIMIT_FSIZE bounds it. `read_back` reads it.
    """
    descriptor = os.memfd_create("labebpf")
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def read_back(descriptor: int, limit: int = 4 << 20) -> str:
    """Return what was written to a memory file, its middle left out beyond `limit` bytes."""
    size = os.fstat(descriptor).st_size
    if size <= limit:
        return os.pread(descriptor, size, 0).decode(errors="replace")
    half = limit // 2
    head, tail = os.pread(descriptor, half, 0), os.pread(descriptor, half, size - half)
    missing = f"\n[... {size - 2 * half} bytes cut ...]\n".encode()
    return (head + missing + tail).decode(errors="replace")


def _environment() -> dict[str, str]:
    return {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": "/kernel",
    }
