"""BPF maps of other processes, opened by id and read with libbpf, which bpftool itself uses.

The kernel writes an entry as long as the map says, however short the buffer is. So sizes are those
that the kernel tells of the open descriptor, and never what the student's process says.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import random
import string
import struct
from collections.abc import Iterator

from grader.base.c_library import CLibrary
from grader.base.errors import BehaviourError, InfraError, SubmissionError
from grader.base.messages import say

MOST_KEYS = 100_000
"""A program can add keys as fast as they are read: without a bound that would never end."""
_INFO = struct.Struct("=I4xIII")
"""struct bpf_map_info up to max_entries: type, id, key_size, value_size, max_entries."""
_NEW_ONLY = 1
"""BPF_NOEXIST: an update that the kernel refuses where the key is there already."""
_SHARED = frozenset({1, 2, 3, 9})
"""Of enum bpf_map_type those with one value at a key: hash, array, prog_array and lru_hash.

What is read of a program array are the ids of its programs.
"""
_PER_CPU = frozenset({5, 6, 10})
"""Those with a value for each CPU: percpu_hash, percpu_array and lru_percpu_hash."""


class Libbpf(CLibrary):
    """libbpf, of either ABI: 0.x and 1.x. Raises InfraError where it is missing."""

    def __init__(self) -> None:
        for name in ("libbpf.so.1", "libbpf.so.0"):
            try:
                super().__init__(name)
            except OSError:
                continue
            return
        raise InfraError(
            say("libbpf is missing."), say("Run ./labebpf as root: it installs what is missing.")
        )


class Map:
    """A BPF map, by its id. Keys and values are integers, little-endian, of the map's sizes.

    Where each CPU has a value of its own at a key, what is there is the sum of them.
    """

    def __init__(self, libbpf: Libbpf, map_id: int) -> None:
        self._libbpf = libbpf
        self.fd = libbpf.call("bpf_map_get_fd_by_id", ctypes.c_uint32(map_id))
        try:
            kind, self.key_size, self.value_size, self.size = self._info()
            self._readable = kind in _SHARED | _PER_CPU
            self._step, self._values = self.value_size, 1
            if kind in _PER_CPU:
                # Each on a boundary of 8 bytes (bpf_map_value_size in kernel/bpf/syscall.c).
                self._step = -(-self.value_size // 8) * 8
                self._values = libbpf.call("libbpf_num_possible_cpus")
        except BaseException:
            os.close(self.fd)
            raise

    def _info(self) -> tuple[int, int, int, int]:
        """Return what the kernel tells: type, bytes of a key, bytes of a value, most entries."""
        info = ctypes.create_string_buffer(_INFO.size)
        length = ctypes.c_uint32(_INFO.size)
        self._libbpf.call("bpf_obj_get_info_by_fd", self.fd, info, ctypes.byref(length))
        kind, key_size, value_size, size = _INFO.unpack(info.raw)
        return kind, key_size, value_size, size

    def _room(self) -> int:
        """Return how many bytes the kernel copies for an entry.

        Raises SubmissionError for a map that does not hold values at keys.
        """
        if not self._readable:
            raise SubmissionError(
                say("A table of this kind holds no numbers that can be read by their keys."),
                say("Declare it as the handout says."),
            )
        return self._step * self._values

    def close(self) -> None:
        os.close(self.fd)

    def get(self, key: int) -> int | None:
        """Return the value at `key`, None when there is none."""
        if not self._has_room_for(key):
            return None
        values = self._values_at(self._key(key))
        return None if values is None else sum(int.from_bytes(each, "little") for each in values)

    def _values_at(self, key: bytes) -> list[bytes] | None:
        """Return the value of each CPU at `key`, or the one of all; None when there is none."""
        entry = ctypes.create_string_buffer(self._room())
        try:
            self._libbpf.call("bpf_map_lookup_elem", self.fd, key, entry)
        except OSError as error:
            if error.errno == errno.ENOENT:
                return None
            raise
        starts = range(0, len(entry), self._step)
        return [entry.raw[start : start + self.value_size] for start in starts]

    def set(self, key: int, number: int) -> None:
        """Write `number`, cut to the value's size, at `key`: in parts, where each CPU has a value.

        Raises BehaviourError if the map refuses it, or has keys that are too small.
        """
        if not self._has_room_for(key):
            raise BehaviourError(
                say(
                    "The keys of the table have {n} bytes: there is no room for the key {key}.",
                    n=self.key_size,
                    key=key,
                ),
                say("Declare its keys as the handout says."),
            )
        number &= (1 << 8 * self.value_size) - 1
        entry = [0] * (self._room() // self._step)
        # What one CPU holds, which may make all the calls, is not the sum then. A CPU that is not
        # there, and that a script may leave out, has none.
        cpus = sorted(os.sched_getaffinity(0)) if len(entry) > 1 else [0]
        part, rest = divmod(number, len(cpus))
        for place, cpu in enumerate(cpus):
            entry[cpu] = part + (place < rest)
        data = b"".join(each.to_bytes(self._step, "little") for each in entry)
        try:
            self._update(self._key(key), data)
        except OSError as error:
            raise BehaviourError(
                say(
                    "The grader cannot put a number into the table: {strerror}.",
                    strerror=error.strerror,
                ),
                say("Leave room in it for key {key}, and do not freeze it.", key=key),
            ) from error

    def fill(self) -> None:
        """Add keys of the grader's own, letters all through, until no other key has room.

        Their values are 0. Raises BehaviourError where many more have room than a lab asks for.
        """
        nothing = bytes(self._room())
        for _ in range(MOST_KEYS):
            key = "".join(random.choices(string.ascii_letters, k=self.key_size)).encode()
            try:
                self._update(key, nothing, _NEW_ONLY)
            except OSError as error:
                if error.errno == errno.E2BIG:
                    return
                if error.errno != errno.EEXIST:
                    raise
        raise BehaviourError(
            say("The table has room for more than {MOST_KEYS} keys.", MOST_KEYS=MOST_KEYS),
            say("Declare it as the handout says."),
        )

    def _update(self, key: bytes, data: bytes, flags: int = 0) -> None:
        self._libbpf.call("bpf_map_update_elem", self.fd, key, data, ctypes.c_uint64(flags))

    def items(self) -> dict[int, int]:
        """Return the whole table. Entries that change meanwhile may be missing.

        Raises BehaviourError, as `clear` does, if there is no end of keys.
        """
        return {
            int.from_bytes(key, "little"): sum(int.from_bytes(each, "little") for each in values)
            for key, values in self.entries().items()
        }

    def entries(self) -> dict[bytes, list[bytes]]:
        """Return the whole table as bytes: at each key the value of each CPU, or the one of all.

        Raises BehaviourError as `items` does.
        """
        found = ((key, self._values_at(key)) for key in list(self._keys()))
        return {key: values for key, values in found if values is not None}

    def clear(self) -> None:
        """Delete every entry."""
        for key in list(self._keys()):
            try:
                self._libbpf.call("bpf_map_delete_elem", self.fd, key)
            except OSError as error:
                if error.errno != errno.ENOENT:
                    raise

    def _keys(self) -> Iterator[bytes]:
        previous: bytes | None = None
        following = ctypes.create_string_buffer(self.key_size)
        for _ in range(MOST_KEYS):
            try:
                self._libbpf.call("bpf_map_get_next_key", self.fd, previous, following)
            except OSError as error:
                if error.errno == errno.ENOENT:
                    return
                raise
            previous = following.raw
            yield previous
        raise BehaviourError(
            say(
                "The table has more than {MOST_KEYS} keys, or gets new ones while it is read.",
                MOST_KEYS=MOST_KEYS,
            ),
            say("Keep to the keys that the handout asks for."),
        )

    def _has_room_for(self, key: int) -> bool:
        return 0 <= key < 1 << 8 * self.key_size

    def _key(self, key: int) -> bytes:
        return key.to_bytes(self.key_size, "little")


class SharedArray:
    """An array of u64 that the kernel maps into this process (BPF_F_MMAPABLE, Linux 5.5)."""

    def __init__(self, libbpf: Libbpf, map_id: int, length: int) -> None:
        descriptor = libbpf.call("bpf_map_get_fd_by_id", ctypes.c_uint32(map_id))
        self._memory = mmap.mmap(descriptor, length * 8, mmap.MAP_SHARED)
        os.close(descriptor)
        self._view = memoryview(self._memory).cast("Q")

    def __getitem__(self, index: int) -> int:
        return self._view[index]

    def __setitem__(self, index: int, value: int) -> None:
        self._view[index] = value

    def close(self) -> None:
        self._view.release()
        self._memory.close()
