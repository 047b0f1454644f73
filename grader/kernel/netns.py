"""The network of a lab about packets: a loopback interface, and nothing that leads out of it.

Attaching an XDP program takes CAP_NET_ADMIN. A sandbox has it in such a lab only, and inside this
network only. All processes that the sandbox sees are in this network, so that it can neither enter
another one nor move an interface there. Control groups are hidden from the sandbox: a program
attached to one would see the packets of the whole machine.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

from grader.base.c_library import CLibrary
from grader.base.errors import InfraError
from grader.base.messages import say
from grader.submission.sandbox import View

_CLONE_NEWNET = 0x40000000
_SIOCSIFFLAGS = 0x8914
_UP = 1
INTERFACE = "lo"


class Network:
    """A network namespace whose loopback interface is up. Raises InfraError without one."""

    def __init__(self) -> None:
        with ThreadPoolExecutor(1) as pool:  # Its one thread alone moves into the namespace.
            try:
                pool.submit(self._make).result()
            except OSError as error:
                raise InfraError(
                    say("The lab gets no network of its own: {strerror}.", strerror=error.strerror),
                    say("Grade as root."),
                ) from error

    def _make(self) -> None:
        CLibrary().call("unshare", _CLONE_NEWNET)
        self.namespace = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        """The network namespace, as a descriptor."""
        sender, receiver = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        self.sockets = sender, receiver
        """Two UDP sockets in the namespace: what the first sends, the second receives."""
        up = struct.pack("16sH14x", INTERFACE.encode(), _UP)
        fcntl.ioctl(receiver, _SIOCSIFFLAGS, up)
        receiver.bind(("127.0.0.1", 0))
        sender.connect(receiver.getsockname())

    def lend(self, view: View) -> View:
        """Extend `view` to one of a sandbox in this network that may attach XDP programs."""
        return confined(view, self.namespace)

    def close(self) -> None:
        """Close the namespace and its sockets."""
        with ExitStack() as closing:
            closing.callback(os.close, self.namespace)
            for end in self.sockets:
                closing.callback(end.close)


def confined(view: View, namespace: int) -> View:
    """Extend `view` to one of a sandbox in that network that may attach XDP programs."""
    return replace(
        view,
        bwrap=(*view.bwrap, *_without_control_groups()),
        capabilities=(*view.capabilities, "net_admin"),
        network=namespace,
    )


def _without_control_groups() -> list[str]:
    return ["--tmpfs", "/sys/fs/cgroup"] if os.path.isdir("/sys/fs/cgroup") else []
