"""A network of a lab's own, for packets: its loopback interface, and nothing that leads out of it.

XDP programs are for those with CAP_NET_ADMIN, which a sandbox has in such a lab alone, and inside
this network alone. No process that it sees is in another, so that it can neither enter one nor
move an interface there; and control groups, by which a program would meet the packets of the whole
machine, are hidden from it.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

from grader.base.errors import InfraError
from grader.base.messages import say
from grader.submission.sandbox import View

_CLONE_NEWNET = 0x40000000
_SIOCSIFFLAGS = 0x8914
_UP = 1
INTERFACE = "lo"


class Network:
    """A network namespace whose loopback interface is up.

    Raises InfraError where there can be none.
    """

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
        if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        self.namespace = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        """The network namespace, as a descriptor."""
        sender, receiver = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        self.sockets = sender, receiver
        """UDP sockets in it: what the one sends, the other receives."""
        up = struct.pack("16sH14x", INTERFACE.encode(), _UP)
        fcntl.ioctl(receiver, _SIOCSIFFLAGS, up)
        receiver.bind(("127.0.0.1", 0))
        sender.connect(receiver.getsockname())

    def lend(self, view: View) -> View:
        """`view` of a sandbox that is in this network, and may attach XDP programs."""
        return replace(
            view,
            bwrap=(*view.bwrap, *_without_control_groups()),
            capabilities=(*view.capabilities, "net_admin"),
            network=self.namespace,
        )

    def close(self) -> None:
        with ExitStack() as closing:
            closing.callback(os.close, self.namespace)
            for end in self.sockets:
                closing.callback(end.close)


def _without_control_groups() -> list[str]:
    return ["--tmpfs", "/sys/fs/cgroup"] if os.path.isdir("/sys/fs/cgroup") else []
