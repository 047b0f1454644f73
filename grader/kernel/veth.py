"""Two networks with a cable between them, for a lab about packets: one is the lab's own.

Nothing leads out of either. The grader sends from the far one, and receives what passes the lab's
program in the near one. What `netns` says of a sandbox's privilege holds here too.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
import struct
import time
from contextlib import ExitStack

from grader.base.errors import InfraError
from grader.base.messages import say
from grader.kernel.netns import Namespace, bring_up, confined
from grader.submission.sandbox import View

INTERFACE, _FAR_INTERFACE = "veth0", "veth1"
_NEAR, _FAR = "10.0.0.1", "10.0.0.2"
_SIOCSIFADDR, _SIOCSIFNETMASK = 0x8916, 0x891C
_RTM_NEWLINK, _REQUEST_ACK_CREATE = 16, 0x605
_IFNAME, _LINKINFO, _INFO_KIND, _INFO_DATA, _PEER, _NET_NS_FD = 3, 18, 1, 2, 1, 28
"""Of linux/if_link.h and linux/veth.h."""
_NO_LINK = bytes(16)
"""A struct ifinfomsg that names no interface."""
_ECHO, _ECHO_REPLY = 8, 0
_DISCARD = 9
"""The UDP port of RFC 863."""
_UP_SECONDS = 10


class Cable:
    """Two namespaces and a veth pair, whose near end is the lab's. Raises InfraError without one.

    Each of `udp`, `tcp` and `ping` tells whether what the far side sends is received, within
    `seconds`.
    """

    def __init__(self, seconds: float = 0.5) -> None:
        self._seconds = seconds
        with ExitStack() as made:
            try:
                self._near = Namespace()
                made.callback(self._near.close)
                self._far = Namespace()
                made.callback(self._far.close)
                self._near.inside(_make_pair, self._far.fd)
                self._near.inside(_configure, INTERFACE, _NEAR)
                self._far.inside(_configure, _FAR_INTERFACE, _FAR)
            except OSError as error:
                raise InfraError(
                    say("The lab gets no network of its own: {strerror}.", strerror=error.strerror),
                    say("Grade as root."),
                ) from error
            made.pop_all()
        self.namespace = self._near.fd
        """The near network, as a descriptor."""
        sender = self._far.inside(socket.socket, socket.AF_INET, socket.SOCK_DGRAM)
        self.sockets = sender, self._near.inside(_listen, socket.SOCK_DGRAM, 0, seconds)
        """Two UDP sockets: what the first sends from the far network, the second receives."""
        sender.connect(self.sockets[1].getsockname())
        self._wait_until_up()

    def _wait_until_up(self) -> None:
        """Wait until what is sent arrives. Raises InfraError.

        The kernel drops all before it has noticed that both ends are up, in a work queue
        (net/core/link_watch.c): on a busy machine that takes a while.
        """
        deadline = time.monotonic() + _UP_SECONDS
        while not self.udp(_DISCARD):
            if time.monotonic() > deadline:
                self.close()
                raise InfraError(
                    say("The lab's own network does not come up."),
                    say("Grade again when the machine is less busy."),
                )

    def lend(self, view: View) -> View:
        """Extend `view` to one of a sandbox in the near network that may attach XDP programs."""
        return confined(view, self.namespace)

    def udp(self, port: int) -> bool:
        """Send a datagram to `port`."""
        text = secrets.token_bytes(16)
        with self._near.inside(_listen, socket.SOCK_DGRAM, port, self._seconds) as receiver:
            with self._far.inside(socket.socket, socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(text, (_NEAR, port))
            try:
                return receiver.recv(32) == text
            except TimeoutError:
                return False

    def tcp(self, port: int) -> bool:
        """Make a connection to `port`."""
        with (
            self._near.inside(_listen, socket.SOCK_STREAM, port, self._seconds),
            self._far.inside(socket.socket, socket.AF_INET, socket.SOCK_STREAM) as caller,
        ):
            caller.settimeout(self._seconds)
            try:
                caller.connect((_NEAR, port))
            except TimeoutError:
                return False
            return True

    def ping(self) -> bool:
        """Send an ICMP echo request."""
        mark = secrets.token_bytes(8)
        with self._far.inside(
            socket.socket, socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP
        ) as pinger:
            pinger.settimeout(self._seconds)
            body = struct.pack("!BBHI", _ECHO, 0, 0, 1) + mark
            body = body[:2] + struct.pack("!H", _checksum(body)) + body[4:]
            pinger.sendto(body, (_NEAR, 0))
            try:
                answer = pinger.recv(64)
            except TimeoutError:
                return False
            return answer[20] == _ECHO_REPLY and answer.endswith(mark)

    def close(self) -> None:
        """Close both namespaces: the cable goes with them."""
        with ExitStack() as closing:
            closing.callback(self._near.close)
            closing.callback(self._far.close)
            for end in self.sockets:
                closing.callback(end.close)


def _listen(kind: int, port: int, seconds: float) -> socket.socket:
    listener = socket.socket(socket.AF_INET, kind)
    listener.settimeout(seconds)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((_NEAR, port))
    if kind == socket.SOCK_STREAM:
        listener.listen()
    return listener


def _attribute(kind: int, data: bytes) -> bytes:
    """Return a netlink attribute, filled up to 4 bytes."""
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def _make_pair(far: int) -> None:
    """Make a veth pair, one end here and one in the namespace `far`. Raises OSError."""
    peer = _NO_LINK + _attribute(_IFNAME, _FAR_INTERFACE.encode() + b"\0")
    peer += _attribute(_NET_NS_FD, struct.pack("=I", far))
    kind = _attribute(_INFO_KIND, b"veth") + _attribute(_INFO_DATA, _attribute(_PEER, peer))
    body = _NO_LINK + _attribute(_IFNAME, INTERFACE.encode() + b"\0")
    body += _attribute(_LINKINFO, kind)
    head = struct.pack("=IHHII", 16 + len(body), _RTM_NEWLINK, _REQUEST_ACK_CREATE, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
        kernel.send(head + body)
        (code,) = struct.unpack_from("=i", kernel.recv(4096), 16)  # struct nlmsgerr
    if code:
        raise OSError(-code, os.strerror(-code))


def _configure(interface: str, address: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for request, value in ((_SIOCSIFADDR, address), (_SIOCSIFNETMASK, "255.255.255.0")):
            told = struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton(value))
            fcntl.ioctl(any_socket, request, interface.encode().ljust(16, b"\0") + told)
        bring_up(interface, any_socket)


def _checksum(data: bytes) -> int:
    """Return the sum of the Internet Protocol (RFC 1071)."""
    total = sum(int.from_bytes(data[n : n + 2], "big") for n in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
