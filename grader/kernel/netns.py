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
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import TypeVar

from grader.base.c_library import CLibrary
from grader.base.errors import InfraError
from grader.base.messages import say
from grader.submission.sandbox import View

_CLONE_NEWNET = 0x40000000
_SIOCSIFFLAGS = 0x8914
_UP = 1
INTERFACE = "lo"

Made = TypeVar("Made")


class Namespace:
    """A network namespace: one thread is in it, and makes what is to be there."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self.fd = self.inside(self._enter)
        """The namespace, as a descriptor."""

    def _enter(self) -> int:
        CLibrary().call("unshare", _CLONE_NEWNET)
        return os.open("/proc/thread-self/ns/net", os.O_RDONLY)

    def inside(self, make: Callable[..., Made], *arguments: object) -> Made:
        """Call `make` in the namespace, and return what it does."""
        return self._thread.submit(make, *arguments).result()

    def close(self) -> None:
        """End the thread; without other processes in it, the namespace ends too."""
        self._thread.shutdown()
        os.close(self.fd)


class Network:
    """A network namespace whose loopback interface is up. Raises InfraError without one."""

    def __init__(self) -> None:
        with ExitStack() as made:
            try:
                self._own = Namespace()
                made.callback(self._own.close)
                self.namespace = self._own.fd
                """The network namespace, as a descriptor."""
                self.sockets = self._own.inside(_connected_sockets)
                """Two UDP sockets in the namespace: what the first sends, the second receives."""
            except OSError as error:
                raise InfraError(
                    say("The lab gets no network of its own: {strerror}.", strerror=error.strerror),
                    say("Grade as root."),
                ) from error
            made.pop_all()

    def lend(self, view: View) -> View:
        """Extend `view` to one of a sandbox in this network that may attach XDP programs."""
        return confined(view, self.namespace)

    def close(self) -> None:
        """Close the namespace and its sockets."""
        with ExitStack() as closing:
            closing.callback(self._own.close)
            for end in self.sockets:
                closing.callback(end.close)


def bring_up(interface: str, any_socket: socket.socket) -> None:
    """Bring the `interface` up that is in the namespace of `any_socket`. Raises OSError."""
    flags = struct.pack("16sH14x", interface.encode(), _UP)
    fcntl.ioctl(any_socket, _SIOCSIFFLAGS, flags)


def _connected_sockets() -> tuple[socket.socket, socket.socket]:
    sender, receiver = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    bring_up(INTERFACE, receiver)
    receiver.bind(("127.0.0.1", 0))
    sender.connect(receiver.getsockname())
    return sender, receiver


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
