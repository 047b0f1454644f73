"""Runs beside the sandbox, as the grader's own: makes the system calls that a lab is about.

A process of its own, because a BPF program can kill whoever enters the call that it is attached
to. Requests come as JSON lines on standard input, answers go to standard output. Times are ns of
CLOCK_MONOTONIC.
"""

import ctypes
import json
import os
import platform
import secrets
import sys
import time

SYS_MKDIR = {"x86_64": 83}
DECOYS = ("rmdir", "open", "rename", "stat", "unlink")
BASE = "/tmp"
MOVED = ".moved"

libc = ctypes.CDLL(None, use_errno=True)


def mkdir(path):
    """mkdir(2) itself, not libc's function of that name; architectures without it use mkdirat."""
    number = SYS_MKDIR.get(platform.machine())
    if number is None:
        os.mkdir(path)
    elif libc.syscall(number, path.encode(), 0o755) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), path)


def now():
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


CALLS = {
    "mkdir": mkdir,
    "rmdir": os.rmdir,
    "open": lambda path: os.close(os.open(path, os.O_CREAT | os.O_WRONLY)),
    "rename": lambda path: os.rename(path, path + MOVED),
    "stat": os.stat,
    "unlink": os.unlink,
}


class Workload:
    def __init__(self):
        self.kept = []
        self.file = ""
        self.cpus = sorted(os.sched_getaffinity(0))
        self.cpu = secrets.randbelow(len(self.cpus))
        self.children = []

    def mkdir(self, count):
        """On one CPU after the other: a program must not care where it runs."""
        made = []
        for _ in range(count):
            self.cpu = (self.cpu + 1) % len(self.cpus)
            os.sched_setaffinity(0, [self.cpus[self.cpu]])
            made.append(self.step("mkdir"))
        os.sched_setaffinity(0, self.cpus)
        return made

    def decoys(self, count):
        """What must not count, done to things that exist."""
        return [
            self.step(call) for _ in range(count) for call in DECOYS if self.kept or call != "rmdir"
        ]

    def step(self, what):
        """Make one call; those on a file in the order of DECOYS."""
        path = self.file
        if what == "rmdir":
            path = self.kept.pop()
        elif what in ("mkdir", "open"):
            path = f"{BASE}/{secrets.token_hex(6)}"
        cpu = libc.sched_getcpu()
        start = now()
        CALLS[what](path)
        end = now()
        if what == "mkdir":
            self.kept.append(path)
        self.file = {"open": path, "rename": path + MOVED}.get(what, self.file)
        return [what, path, start, end, cpu]

    def fork(self, count):
        """Fork; the children wait, so that what happens at their end cannot be mistaken.

        Then they exec, and exit: neither makes a process.
        """
        made = []
        for _ in range(count):
            cpu = libc.sched_getcpu()
            start = now()
            pid = os.fork()
            if pid == 0:
                os.read(self.gate[0], 1)
                os.execv("/bin/true", ["true"])
            made.append(["fork", str(pid), start, now(), cpu])
            self.children.append(pid)
        return made

    def release(self):
        os.write(self.gate[1], b"x" * len(self.children))
        for pid in self.children:
            os.waitpid(pid, 0)
        self.children = []
        return []

    def stress(self, each):
        """`each` mkdirs by one process on each CPU, all at once. Returns their sum."""
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
                        mkdir(path)
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

    def run(self):
        self.gate = os.pipe()
        for line in sys.stdin:
            request = json.loads(line)
            number, call = request.pop("id"), request.pop("call")
            try:
                answer = {"ok": True, "value": getattr(self, call)(**request)}
            except Exception as error:
                answer = {"ok": False, "error": f"{type(error).__name__}: {error}"}
            print(json.dumps({"id": number, **answer}), flush=True)


if __name__ == "__main__":
    Workload().run()
