"""Reach a scheduler of dask.distributed, and be known by it.

Whoever reaches one runs code there (https://distributed.dask.org/en/latest/limitations.html): so it
is reached by TLS, where both ends show a certificate of one authority, or on this machine alone.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from distributed import Client
from distributed.security import Security

from grader.base.errors import InfraError, UsageError
from grader.base.messages import say

_KEY, _CERTIFICATE, _AUTHORITY = "key.pem", "cert.pem", "ca.pem"
_TIMEOUT_SECONDS = 15
"""For a scheduler to answer, at first and after it was lost."""


def check_url(url: str, *, insecure: bool) -> None:
    """Raise UsageError for what is no scheduler's address, or one that anybody could use."""
    split = urlsplit(url)
    try:
        port = split.port
    except ValueError:
        port = None
    if split.scheme not in ("tls", "tcp") or not split.hostname or port is None:
        raise UsageError(
            say("{url} is no address of a scheduler.", url=url),
            say("Give one such as tls://host:8786."),
        )
    if split.scheme == "tcp" and not insecure and not _loops_back(split.hostname):
        raise UsageError(
            say("Whoever reaches {url} could run code there.", url=url),
            say("Use tls:// with --tls DIR, or --insecure in a network that only you can reach."),
        )


def _loops_back(host: str) -> bool:
    try:
        return all(
            ipaddress.ip_address(info[4][0]).is_loopback for info in socket.getaddrinfo(host, None)
        )
    except OSError:
        return False


@dataclass(frozen=True)
class Certificates:
    """The files with which a machine shows that it belongs to the cluster."""

    folder: Path

    @staticmethod
    def of(folder: Path) -> Certificates:
        """Return those in `folder`. Raises UsageError where one is missing."""
        for name in (_AUTHORITY, _CERTIFICATE, _KEY):
            if not os.access(folder / name, os.R_OK):
                raise UsageError(
                    say("{file} is missing, or not yours to read.", file=folder / name),
                    say("docs/cluster.md says how it is made."),
                )
        return Certificates(folder)

    def flags(self) -> list[str]:
        """Return what dask's own commands are given."""
        return [
            f"--tls-ca-file={self.folder / _AUTHORITY}",
            f"--tls-cert={self.folder / _CERTIFICATE}",
            f"--tls-key={self.folder / _KEY}",
        ]

    def security(self) -> Security:
        return Security(
            tls_ca_file=str(self.folder / _AUTHORITY),
            tls_client_cert=str(self.folder / _CERTIFICATE),
            tls_client_key=str(self.folder / _KEY),
            require_encryption=True,
        )


@contextmanager
def connect(url: str, certificates: Certificates | None) -> Iterator[Client]:
    """Connect to the scheduler at `url`. Raises InfraError where none answers."""
    try:
        client = Client(
            url,
            security=certificates.security() if certificates else None,
            set_as_default=False,
            timeout=_TIMEOUT_SECONDS,
        )
    except (OSError, TimeoutError) as error:
        raise InfraError(
            say("No scheduler answers at {url}: {error}", url=url, error=error),
            say("Start it: ./labebpf scheduler"),
        ) from error
    try:
        yield client
    finally:
        client.close()
