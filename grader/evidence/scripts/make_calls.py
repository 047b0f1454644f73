"""Runs beside the sandbox, as the grader's own: makes the system calls that a lab is about.

A process of its own, because a BPF program can kill whoever enters the call that it is attached
to. Times are ns of CLOCK_MONOTONIC.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import mmap
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

MACHINE = os.uname().machine
NUMBERS = {
    "x86_64": {"rename": 82, "mkdir": 83, "rmdir": 84, "link": 86, "unlink": 87, "symlink": 88}
}
ARRIVES = 5
"""Seconds that a packet may take."""
CAPABILITIES = 0x20080522
"""_LINUX_CAPABILITY_VERSION_3"""
CAPSET = {"x86_64": 126, "aarch64": 91}
USERFAULTFD = {"x86_64": 323, "aarch64": 282}
PR_SET_NAME, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 15, 47, 4
UFFD_API, UFFDIO_REGISTER_MODE_MISSING = 0xAA, 1
USERFAULTFD_IOC_NEW, UFFDIO_API, UFFDIO_REGISTER, UFFDIO_COPY = (
    0xAA00,
    0xC018AA3F,
    0xC020AA00,
    0xC028AA03,
)
"""Of linux/userfaultfd.h."""
BASE = "/tmp"
MOVED = ".moved"
DECOYS: dict[str, Callable[[str], object]] = {
    "mkdir": os.mkdir,
    "rmdir": os.rmdir,
    "open": lambda path: os.close(os.open(path, os.O_CREAT | os.O_WRONLY)),
    "rename": lambda path: os.rename(path, path + MOVED),
    "stat": os.stat,
    "unlink": os.unlink,
}

PAIRS = ("rename", "link", "symlink")
"""Calls that take two paths."""
libc = ctypes.CDLL(None, use_errno=True)

Event = tuple[str, str, int, int, int]
"""What was done to what, when it began and when it had ended, and on which CPU."""


def prepare(name: str, path: str) -> tuple[bytes, ...]:
    """Make what the call `name` is to be made on; return the paths that it takes."""
    if name == "packet":
        return (path.encode(),)
    if name == "rmdir":
        os.mkdir(path)
    elif name in ("rename", "link", "unlink"):
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    here, there = os.fsencode(path), os.fsencode(f"{path}.{name}")
    return (here, there) if name in PAIRS else (here,)


def remove(path: str | bytes) -> None:
    """Remove what was made there before, if anything was."""
    if os.path.lexists(path):
        (os.rmdir if os.path.isdir(path) and not os.path.islink(path) else os.unlink)(path)


def happened(name: str, paths: tuple[bytes, ...]) -> bool:
    """Tell whether the call did what it says. From Linux 6.19 on a uprobe's program can skip it."""
    if name == "packet":
        return True  # It was received.
    return os.path.lexists(paths[-1]) != (name in ("rmdir", "unlink"))


def new_name() -> str:
    """Draw a name that nobody guesses. `secrets` takes longer to import than all else here."""
    return os.urandom(6).hex()


def now() -> int:
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


def timed(call: str, path: str, act: Callable[..., object], *arguments: object) -> Event:
    """Call `act`; return the event that this is: `call`, done to `path`."""
    cpu = libc.sched_getcpu()
    start = now()
    act(*arguments)
    return call, path, start, now(), cpu


class SlowPaths:
    """Paths in memory that the kernel has to wait for, when it reads them (userfaultfd)."""

    def __init__(self, device: int | None) -> None:
        """Open a userfaultfd by `device`, /dev/userfaultfd, or else by this process's own right.

        The process gives up the right that it was lent for this. Where there can be no userfaultfd,
        `why` is the errno.
        """
        self.fd, self.why = -1, 0
        try:
            self.fd = self._open(device)
        except OSError as error:
            self.why = error.errno or 0
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
        header, nothing = struct.pack("Ii", CAPABILITIES, 0), bytes(24)
        if libc.syscall(CAPSET[MACHINE], header, nothing) != 0:
            raise OSError(ctypes.get_errno(), "capset")
        self.waiting: dict[int, tuple[bytes, float]] = {}
        if self.fd >= 0:
            threading.Thread(target=self._answer, daemon=True).start()

    def _open(self, device: int | None) -> int:
        if device is not None:
            opened = fcntl.ioctl(device, USERFAULTFD_IOC_NEW, os.O_CLOEXEC)
        else:
            opened = libc.syscall(USERFAULTFD[MACHINE], os.O_CLOEXEC)
        if opened < 0:
            raise OSError(ctypes.get_errno(), "userfaultfd")
        fcntl.ioctl(opened, UFFDIO_API, bytearray(struct.pack("QQQ", UFFD_API, 0, 0)))
        return opened

    def put(self, path: bytes, seconds: float) -> mmap.mmap:
        """Return a page that has `path` in it so many seconds after it was first read.

        Not where `why` says that there can be none.
        """
        page = mmap.mmap(-1, mmap.PAGESIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        address = address_of(page)
        self.waiting[address] = path.ljust(mmap.PAGESIZE, b"\0"), seconds
        wanted = struct.pack("QQQQ", address, mmap.PAGESIZE, UFFDIO_REGISTER_MODE_MISSING, 0)
        fcntl.ioctl(self.fd, UFFDIO_REGISTER, bytearray(wanted))
        return page

    def _answer(self) -> None:
        while True:
            message = os.read(self.fd, 32)  # struct uffd_msg
            (address,) = struct.unpack_from("Q", message, 16)
            address -= address % mmap.PAGESIZE
            path, seconds = self.waiting.pop(address)
            threading.Timer(seconds, self._fill, (address, path)).start()

    def _fill(self, address: int, path: bytes) -> None:
        page = ctypes.create_string_buffer(path, len(path))
        filled = struct.pack("QQQQq", address, ctypes.addressof(page), len(path), 0, 0)
        fcntl.ioctl(self.fd, UFFDIO_COPY, bytearray(filled))


def address_of(page: mmap.mmap) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(page))


class Service:
    def __init__(self, given: str) -> None:
        """Take the setting `given` in JSON: `sockets`, between which packets go, and `libc`.

        `libc` tells whether to call a copy of libc, in which a function is probed. A process that
        makes described calls has `markers`, where the process writes who it is, and `faults`, by
        which the process may answer its page faults.
        """
        told = json.loads(given)
        self.sockets = [socket.socket(fileno=number) for number in told["sockets"]]
        self.own_libc = told["libc"]
        self.gate = os.pipe()
        self.kept: list[str] = []
        self.file = ""
        self.markers = told.get("markers", -1)
        self.slow = SlowPaths(told["faults"]) if "faults" in told else None
        self.cpus = sorted(os.sched_getaffinity(0))
        self.cpu = os.urandom(1)[0] % len(self.cpus)
        self.children: list[int] = []

    def invoke(self, name: str, paths: tuple[bytes, ...]) -> None:
        """Make the call. Raises OSError where it fails."""
        if name == "packet":
            self.send(*paths)
        elif code := self.attempt(name, paths):
            raise OSError(code, os.strerror(code), paths[0].decode())

    def attempt(self, name: str, paths: Sequence[object], mode: int = 0o755) -> int:
        """Make the system call itself, not libc's function, unless that is to be called.

        Architectures without the call have that function alone, which makes another one. Returns
        the number of the error, 0 for none.
        """
        number = None if self.own_libc else NUMBERS.get(MACHINE, {}).get(name)
        call = getattr(libc, name) if number is None else partial(libc.syscall, number)
        failed = call(*paths, *((mode,) if name == "mkdir" else ())) != 0
        return ctypes.get_errno() if failed else 0

    def send(self, payload: bytes) -> None:
        """Send a packet, and receive it.

        By a call that hardly any other program makes: they are counted.
        """
        sender, receiver = self.sockets
        text = ctypes.create_string_buffer(payload)
        part = ctypes.create_string_buffer(struct.pack("PN", ctypes.addressof(text), len(payload)))
        message = struct.pack("PIPNPNiI", 0, 0, ctypes.addressof(part), 1, 0, 0, 0, 0)
        header = ctypes.create_string_buffer(message, len(message) + 8)  # struct mmsghdr
        if libc.sendmmsg(sender.fileno(), header, 1, 0) != 1:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        receiver.settimeout(ARRIVES)
        try:
            arrived = receiver.recv(2 * len(payload))
        except OSError:
            raise RuntimeError(f"a packet did not arrive within {ARRIVES} s") from None
        if arrived != payload:
            raise RuntimeError("a packet arrived with other contents")

    def calls(self, count: int, name: str) -> list[Event]:
        """Make the call on one CPU after the other: a program must not care where it runs."""
        made = []
        for _ in range(count):
            self.next_cpu()
            path = f"{BASE}/{new_name()}"
            paths = prepare(name, path)
            made.append(timed(name, path, self.invoke, name, paths))
            if not happened(name, paths):
                raise RuntimeError(f"{name} returned 0, and did nothing")
            if name == "mkdir":
                self.kept.append(path)
        os.sched_setaffinity(0, self.cpus)
        return made

    def ready(self) -> None:
        """Answer that this process runs."""

    def introduce(self, marker: str) -> str:
        """Tell the kernel's trace which process this is.

        Returns why it can hold no call up; "" where it can.
        """
        os.write(self.markers, marker.encode())
        return os.strerror(self.slow.why) if self.slow and self.slow.why else ""

    def make(self, calls: list[dict[str, Any]], together: bool) -> list[Event]:
        """Make calls as they are described, one after the other or, `together`, all at once."""
        gate = threading.Barrier(len(calls) if together else 1)
        if not together:
            return [
                self.by_thread([call], gate)[0] if call["thread"] else self.described(call, gate)
                for call in calls
            ]
        return self.by_thread(calls, gate)

    def by_thread(self, calls: list[dict[str, Any]], gate: threading.Barrier) -> list[Event]:
        """Make each of the calls by a thread of its own."""
        from concurrent.futures import ThreadPoolExecutor  # Takes long to import.

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(self.described, calls, [gate] * len(calls)))

    def described(self, call: dict[str, Any], gate: threading.Barrier) -> Event:
        """Make one call as described. Raises RuntimeError where it does not return what it should.

        By the thread that this runs in, so long `after` all of the `gate` are about to.
        """
        self.next_cpu()
        name, path = call["name"], call["path"]
        paths = self.target(name, path, call["fails"])
        page = self.slow.put(paths[0], call["lasts"]) if self.slow and call["lasts"] else None
        given = (ctypes.c_void_p(address_of(page)), *paths[1:]) if page else paths
        libc.prctl(PR_SET_NAME, os.fsencode(call["comm"]), 0, 0, 0)
        if call["marker"]:
            os.write(self.markers, call["marker"].encode())
        gate.wait()
        time.sleep(call["after"])
        cpu, start = libc.sched_getcpu(), now()
        code = self.attempt(name, given, call["mode"])
        end = now()
        if code != call["fails"]:
            told = errno.errorcode.get(code, "0")
            raise RuntimeError(f"{name} ended with {told} instead of {call['fails']}")
        if not code and not happened(name, paths):
            raise RuntimeError(f"{name} returned 0, and did nothing")
        return name, path, start, end, cpu

    def target(self, name: str, path: str, fails: int) -> tuple[bytes, ...]:
        """Make what there has to be for the call to end so; return the paths that it takes."""
        if fails in (errno.ENOENT, errno.ENAMETOOLONG, errno.EACCES):
            return (os.fsencode(path), os.fsencode(path) + b"2")[: 1 + (name in PAIRS)]
        remove(path)
        paths = prepare(name, path)
        for other in paths[1:]:
            remove(other)
        if fails == errno.EEXIST:
            os.close(os.open(paths[-1], os.O_CREAT | os.O_WRONLY))
        return paths

    def next_cpu(self) -> None:
        self.cpu = (self.cpu + 1) % len(self.cpus)
        os.sched_setaffinity(0, [self.cpus[self.cpu]])

    def elsewhere(self, name: str) -> None:
        """Make the call `name` once, by another process: a program must not care whose it is."""
        pid = os.fork()
        if pid == 0:
            try:
                self.calls(1, name)
            except BaseException:
                os._exit(1)
            os._exit(0)
        if os.waitpid(pid, 0)[1] != 0:
            raise RuntimeError("a process was ended")

    def decoys(self, count: int, without: str) -> list[Event]:
        """Make `count` times all decoys but the call `without`, on what exists."""
        return [
            self.step(call)
            for _ in range(count)
            for call in DECOYS
            if call != without and (self.kept or call != "rmdir")
        ]

    def step(self, what: str) -> Event:
        """Make one of the decoys; those on a file in their order."""
        if what in ("mkdir", "open"):
            path = f"{BASE}/{new_name()}"
        else:
            path = self.kept.pop() if what == "rmdir" else self.file
        done = timed(what, path, DECOYS[what], path)
        if what == "mkdir":
            self.kept.append(path)
        elif what in ("open", "rename"):
            self.file = path + MOVED * (what == "rename")
        return done

    def fork(self, count: int) -> list[Event]:
        """Fork; the children wait, so that what happens at their end cannot be mistaken.

        Then they exec, and exit: neither makes a process. They have all begun when this returns:
        the fork has come back in each of them too.
        """
        made = []
        born, bears = os.pipe()
        for _ in range(count):
            cpu = libc.sched_getcpu()
            start = now()
            pid = os.fork()
            if pid == 0:
                os.write(bears, b"b")
                os.close(bears)
                os.read(self.gate[0], 1)
                os.execv("/bin/true", ["true"])
            made.append(("fork", str(pid), start, now(), cpu))
            self.children.append(pid)
        os.close(bears)
        while os.read(born, 1):  # Until each has closed it, or was killed.
            pass
        os.close(born)
        return made

    def release(self) -> None:
        """Let the forked children end, and wait for them."""
        os.write(self.gate[1], b"x" * len(self.children))
        for pid in self.children:
            os.waitpid(pid, 0)
        self.children = []

    def stress(self, each: int) -> int:
        """Make `each` mkdirs by one process on each CPU, all at once; return their sum."""
        go, gone = os.pipe()
        ready, readied = os.pipe()
        children = []
        for cpu in self.cpus:
            pid = os.fork()
            if pid == 0:
                try:
                    os.sched_setaffinity(0, [cpu])
                    # A parent of its own: processes that share one take turns at its lock.
                    parent = f"{BASE}/{new_name()}"
                    os.mkdir(parent)
                    path = f"{parent}/{new_name()}"
                    os.write(readied, b"r")
                    os.read(go, 1)
                    for _ in range(each):
                        self.invoke("mkdir", (path.encode(),))
                        os.rmdir(path)
                except BaseException as error:
                    os._exit(getattr(error, "errno", None) or 255)
                os._exit(0)
            children.append(pid)
        for _ in self.cpus:
            os.read(ready, 1)
        os.write(gone, b"g" * len(self.cpus))
        statuses = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]
        failed = [status for status in statuses if status]
        for descriptor in (go, gone, ready, readied):
            os.close(descriptor)
        if failed:
            # Each by a signal, below 0, or by the number of its error.
            told = ", ".join(map(str, failed))
            raise RuntimeError(f"{len(failed)} of {len(self.cpus)} processes were ended: {told}")
        return each * len(self.cpus)
