"""Runs beside the sandbox, as the grader's own: makes the system calls that a lab is about.

A process of its own, because a BPF program can kill whoever enters the call that it is attached
to. Times are ns of CLOCK_MONOTONIC.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import secrets
import socket
import struct
import time
from collections.abc import Callable
from functools import partial

NUMBERS = {
    "x86_64": {"rename": 82, "mkdir": 83, "rmdir": 84, "link": 86, "unlink": 87, "symlink": 88}
}
ARRIVES = 5
"""Seconds that a packet may take."""
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
    here, there = path.encode(), f"{path}.{name}".encode()
    return (here, there) if name in ("rename", "link", "symlink") else (here,)


def happened(name: str, paths: tuple[bytes, ...]) -> bool:
    """Tell whether the call did what it says. From Linux 6.19 on a uprobe's program can skip it."""
    if name == "packet":
        return True  # It was received.
    return os.path.lexists(paths[-1]) != (name in ("rmdir", "unlink"))


def now() -> int:
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


def timed(call: str, path: str, act: Callable[..., object], *arguments: object) -> Event:
    """Call `act`; return the event that this is: `call`, done to `path`."""
    cpu = libc.sched_getcpu()
    start = now()
    act(*arguments)
    return call, path, start, now(), cpu


class Service:
    def __init__(self, given: str) -> None:
        """`given` is JSON: `sockets`, between which packets go, and whether `libc` is to be called.

        That libc is a copy, of which a function is probed.
        """
        told = json.loads(given)
        self.sockets = [socket.socket(fileno=number) for number in told["sockets"]]
        self.own_libc = told["libc"]
        self.gate = os.pipe()
        self.kept: list[str] = []
        self.file = ""
        self.cpus = sorted(os.sched_getaffinity(0))
        self.cpu = secrets.randbelow(len(self.cpus))
        self.children: list[int] = []

    def invoke(self, name: str, paths: tuple[bytes, ...]) -> None:
        """Make the system call itself, not libc's function, unless that is to be called.

        Architectures without the call have that function alone, which makes another one.
        """
        if name == "packet":
            self.send(*paths)
            return
        number = None if self.own_libc else NUMBERS.get(platform.machine(), {}).get(name)
        call = getattr(libc, name) if number is None else partial(libc.syscall, number)
        mode = (0o755,) if name == "mkdir" else ()
        if call(*paths, *mode) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), paths[0].decode())

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
            self.cpu = (self.cpu + 1) % len(self.cpus)
            os.sched_setaffinity(0, [self.cpus[self.cpu]])
            path = f"{BASE}/{secrets.token_hex(6)}"
            paths = prepare(name, path)
            made.append(timed(name, path, self.invoke, name, paths))
            if not happened(name, paths):
                raise RuntimeError(f"{name} returned 0, and did nothing")
            if name == "mkdir":
                self.kept.append(path)
        os.sched_setaffinity(0, self.cpus)
        return made

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
            path = f"{BASE}/{secrets.token_hex(6)}"
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
                    parent = f"{BASE}/{secrets.token_hex(6)}"
                    os.mkdir(parent)
                    path = f"{parent}/{secrets.token_hex(6)}"
                    os.write(readied, b"r")
                    os.read(go, 1)
                    for _ in range(each):
                        self.invoke("mkdir", (path.encode(),))
                        os.rmdir(path)
                except BaseException:
                    os._exit(1)
                os._exit(0)
            children.append(pid)
        for _ in self.cpus:
            os.read(ready, 1)
        os.write(gone, b"g" * len(self.cpus))
        failed = [pid for pid in children if os.waitpid(pid, 0)[1] != 0]
        for descriptor in (go, gone, ready, readied):
            os.close(descriptor)
        if failed:
            raise RuntimeError(f"{len(failed)} of {len(self.cpus)} processes were ended")
        return each * len(self.cpus)
