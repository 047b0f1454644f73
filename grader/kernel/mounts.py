"""Where tracefs and debugfs are, and how to mount them without leaving a mount behind."""

from __future__ import annotations

import subprocess
from pathlib import Path

from grader.base.c_library import CLibrary
from grader.base.errors import InfraError
from grader.base.messages import say

TRACEFS = Path("/sys/kernel/tracing")
DEBUGFS = Path("/sys/kernel/debug")
_CLONE_NEWNS = 0x00020000


def mounted(kind: str, path: Path) -> bool:
    """Tell whether a file system of type `kind` is mounted at `path`."""
    lines = Path("/proc/self/mounts").read_text(errors="replace").splitlines()
    return any(line.split()[1:3] == [str(path), kind] for line in lines)


def missing_mounts() -> list[tuple[str, Path]]:
    """List those of tracefs and debugfs that the kernel has and nobody mounted: (type, place)."""
    wanted = (("tracefs", TRACEFS), ("debugfs", DEBUGFS))
    return [(kind, path) for kind, path in wanted if path.is_dir() and not mounted(kind, path)]


def mount(kind: str, path: Path) -> None:
    """Mount `kind` at `path`. Raises InfraError."""
    done = subprocess.run(
        ["mount", "-t", kind, kind, str(path)], capture_output=True, check=False, text=True
    )
    if done.returncode != 0:
        raise InfraError(
            say(
                "{kind} cannot be mounted at {path}: {strip}.",
                kind=kind,
                path=path,
                strip=done.stderr.strip(),
            ),
            say("Grade where you are root outside a container, or in a privileged one."),
        )


def mount_privately() -> None:
    """Mount what is missing in a mount namespace of this process alone.

    The mounts end with the process, however it ends, and no other process sees them. Raises
    InfraError.
    """
    absent = missing_mounts()
    if not absent:
        return
    try:
        CLibrary().call("unshare", _CLONE_NEWNS)
    except OSError as error:
        raise InfraError(
            say(
                "The grader gets no mount namespace of its own: {strerror}.",
                strerror=error.strerror,
            ),
            say("Grade as root."),
        ) from error
    done = subprocess.run(
        ["mount", "--make-rslave", "/"], capture_output=True, check=False, text=True
    )
    if done.returncode != 0:
        raise InfraError(
            say("Mounts cannot be kept private: {strip}.", strip=done.stderr.strip()),
            say("Grade as root."),
        )
    for kind, path in absent:
        mount(kind, path)
