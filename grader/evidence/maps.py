"""BPF maps of other processes, opened by id and read with libbpf, which bpftool itself uses."""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
from collections.abc import Iterator

from grader.errors import Infra, Wrong
from grader.words import say

MOST_KEYS = 100_000
"""A program can add keys as fast as they are read: without a bound that would never end."""


class Libbpf:
    """The few calls of libbpf that a look into a map needs. Both ABIs, 0.x and 1.x."""

    def __init__(self) -> None:
        for name in ("libbpf.so.1", "libbpf.so.0"):
            try:
                self._library = ctypes.CDLL(name, use_errno=True)
            except OSError:
                continue
            return
        raise Infra("libbpf is missing.", "Install it: ./labebpf does.")

    def call(self, name: str, *arguments: object) -> int:
        """Call the function, return its result. Raises OSError with the kernel's error."""
        result: int = getattr(self._library, name)(*arguments)
        if result < 0:
            code = ctypes.get_errno() or -result
            raise OSError(code, os.strerror(code))
        return result


class Map:
    """A BPF map, by its id. Keys and values are integers, little-endian, of the map's sizes."""

    def __init__(self, libbpf: Libbpf, map_id: int, key_size: int, value_size: int) -> None:
        self._libbpf = libbpf
        self._key_size = key_size
        self.value_size = value_size
        self.fd = libbpf.call("bpf_map_get_fd_by_id", ctypes.c_uint32(map_id))

    def close(self) -> None:
        os.close(self.fd)

    def get(self, key: int) -> int | None:
        """The value at `key`, None when there is none."""
        value = ctypes.create_string_buffer(self.value_size)
        try:
            self._libbpf.call("bpf_map_lookup_elem", self.fd, self._key(key), value)
        except OSError as error:
            if error.errno == errno.ENOENT:
                return None
            raise
        return int.from_bytes(value.raw, "little")

    def set(self, key: int, number: int) -> None:
        """Write `number`, cut to the value's size, at `key`. Raises Wrong if the map refuses it."""
        size = self.value_size
        data = (number & ((1 << (8 * size)) - 1)).to_bytes(size, "little")
        try:
            self._libbpf.call(
                "bpf_map_update_elem", self.fd, self._key(key), data, ctypes.c_uint64(0)
            )
        except OSError as error:
            raise Wrong(
                say(
                    "The grader cannot put a number into the table: {strerror}.",
                    strerror=error.strerror,
                ),
                say("Leave room in it for key {key}, and do not freeze it.", key=key),
            ) from error

    def items(self) -> dict[int, int]:
        """The whole table. Entries that change meanwhile may be missing. Raises Wrong, as `clear`
        does, if there is no end of keys."""
        found = ((key, self.get(key)) for key in list(self._keys()))
        return {key: value for key, value in found if value is not None}

    def clear(self) -> None:
        """Delete every entry."""
        for key in list(self._keys()):
            try:
                self._libbpf.call("bpf_map_delete_elem", self.fd, self._key(key))
            except OSError as error:
                if error.errno != errno.ENOENT:
                    raise

    def _keys(self) -> Iterator[int]:
        previous: bytes | None = None
        following = ctypes.create_string_buffer(self._key_size)
        for _ in range(MOST_KEYS):
            try:
                self._libbpf.call("bpf_map_get_next_key", self.fd, previous, following)
            except OSError as error:
                if error.errno == errno.ENOENT:
                    return
                raise
            previous = following.raw
            yield int.from_bytes(previous, "little")
        raise Wrong(
            say(
                "The table has more than {MOST_KEYS} keys, or gets new ones while it is read.",
                MOST_KEYS=MOST_KEYS,
            ),
            "Keep to the keys that the handout asks for.",
        )

    def _key(self, key: int) -> bytes:
        return key.to_bytes(self._key_size, "little")


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
