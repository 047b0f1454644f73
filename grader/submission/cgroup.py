"""A control group: the only bound on memory that also counts BPF maps, memfds and tmpfs."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path

from grader.base.waiting import remove_folder

_ROOT = Path("/sys/fs/cgroup")


class Cgroup:
    """A group for one sandbox, in the unified hierarchy or in the older one, as the host has it.

    A host where neither can be written gives a group without folders: `bounded` is False then,
    and the sandbox's resource limits are all there is.
    """

    def __init__(self, name: str, *, memory: int, processes: int) -> None:
        """Make the group `name` with at most `memory` bytes and `processes` tasks."""
        self._folders: list[Path] = []
        if (_ROOT / "cgroup.controllers").exists():
            self._make(_ROOT / name, {"memory.max": memory, "pids.max": processes})
            if self._folders:
                _write(self._folders[0] / "memory.swap.max", 0)
        else:
            self._make(_ROOT / "memory" / name, {"memory.limit_in_bytes": memory})
            self._make(_ROOT / "pids" / name, {"pids.max": processes})

    def _make(self, folder: Path, limits: dict[str, int]) -> None:
        try:
            folder.mkdir()
        except OSError:
            return
        if all(_write(folder / key, value) for key, value in limits.items()):
            self._folders.append(folder)
        else:
            folder.rmdir()

    @property
    def bounded(self) -> bool:
        return bool(self._folders)

    def prefix(self) -> Sequence[str]:
        """Return what to put before a command so that it, and all it starts, runs in the group."""
        if not self._folders:
            return ()
        enter = 'for f in "$1" "$2"; do echo $$ > "$f/cgroup.procs"; done; shift 2; exec "$@"'
        folders = [str(folder) for folder in (self._folders * 2)[:2]]
        return ("sh", "-c", enter, "sh", *folders)

    def pids(self) -> list[int]:
        """Return the processes in the group, as this process numbers them."""
        if not self._folders:
            return []
        try:
            return [int(pid) for pid in (self._folders[0] / "cgroup.procs").read_text().split()]
        except OSError:
            return []

    def remove(self, seconds: float = 5.0) -> bool:
        """Kill what is in the group and remove it; return whether that took at most `seconds`."""
        gone = [remove_group(folder, seconds) for folder in self._folders]
        return all(gone)


def leftover_groups(prefix: str) -> list[Path]:
    """Return the groups below every hierarchy's root whose name starts with `prefix`."""
    parents = (_ROOT, _ROOT / "memory", _ROOT / "pids")
    return [group for parent in parents if parent.is_dir() for group in parent.glob(f"{prefix}*")]


def remove_group(folder: Path, seconds: float) -> bool:
    """Kill every process of the group `folder` and remove it, within `seconds`."""
    return remove_folder(folder, seconds, first=lambda: _kill(folder))


def _kill(folder: Path) -> None:
    if _write(folder / "cgroup.kill", 1):
        return
    try:
        pids = (folder / "cgroup.procs").read_text().split()
    except OSError:
        return
    for pid in pids:
        try:
            os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            continue


def _write(path: Path, value: int) -> bool:
    try:
        path.write_text(str(value))
    except OSError:
        return False
    return True
