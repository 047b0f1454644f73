"""Where terminals that want the same machine find each other: a socket, and a lock, by a name."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.base.errors import InfraError
from grader.base.lock import locked
from grader.base.messages import say
from grader.vm.image_store import cache

_BACKLOG = 64


@dataclass(frozen=True)
class Rendezvous:
    """Whoever starts or ends the machine called `name`, or joins it, holds the lock meanwhile.

    Some names share one, so that locks do not pile up in the folder.
    """

    folder: Path
    name: str

    def locked(self) -> AbstractContextManager[int]:
        return locked(self.folder / f"lock-{self.name[0]}")

    def listen(self) -> socket.socket:
        """Return the socket for others to join, in the place of one whose owner was killed."""
        self.forget()
        listener = socket.socket(socket.AF_UNIX)
        with self._short() as path:
            listener.bind(path)
        listener.listen(_BACKLOG)
        return listener

    def connect(self) -> socket.socket | None:
        """Return a connection with the machine's process, if there is one."""
        connection = socket.socket(socket.AF_UNIX)
        try:
            with self._short() as path:
                connection.connect(path)
        except (ConnectionRefusedError, FileNotFoundError):
            connection.close()
            return None
        return connection

    def forget(self) -> None:
        (self.folder / self.name).unlink(missing_ok=True)

    @contextmanager
    def _short(self) -> Iterator[str]:
        """Give a short path of the socket: it may have 107 bytes, and the folder's own more."""
        descriptor = os.open(self.folder, os.O_PATH | os.O_CLOEXEC)
        try:
            yield f"/proc/self/fd/{descriptor}/{self.name}"
        finally:
            os.close(descriptor)


def rendezvous_folder() -> Path:
    """Return a folder of this user's alone, of this host if there is such a one.

    Raises InfraError.
    """
    given = Path(os.environ.get("XDG_RUNTIME_DIR") or ".")
    try:
        # With su or sudo it can be another user's.
        own = given.is_absolute() and given.stat().st_uid == os.geteuid()
    except OSError:
        own = False
    folder = given / "labebpf" if own and os.access(given, os.W_OK) else cache() / "shells"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise InfraError(
            say(
                "{folder} cannot be created ({strerror}).",
                folder=folder,
                strerror=error.strerror,
            ),
            say("Make it a folder that you may write to."),
        ) from error
    return folder
