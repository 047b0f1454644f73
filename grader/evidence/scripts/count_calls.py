"""Holds the grader's own BPF program; no code of a student's ever runs here.

BCC compiles the program; what it made of it can be loaded again later, without BCC and without
clang.
"""

from __future__ import annotations

import ctypes
import os
import re
import struct
from collections.abc import Iterator
from typing import Any

_TRACEPOINT = 5
"""BPF_PROG_TYPE_TRACEPOINT, of enum bpf_prog_type in linux/bpf.h."""
_LOAD, _MAP = 0x18, 1
"""An instruction that loads 64 bits (BPF_LD | BPF_IMM | BPF_DW), and the mark in its source
register where it has the descriptor of a map, whose address it loads (BPF_PSEUDO_MAP_FD)."""
_PREFIX = "tracepoint__"
_LOG_BYTES = 1 << 16


class Service:
    """Compiles the program, or takes what an earlier one compiled; attaches it when asked.

    The program is attached until this process ends.
    """

    def __init__(self) -> None:
        self._compiled: dict[str, Any]

    def compile(self, text: str) -> dict[str, Any]:
        """Return what is to be loaded of the BPF C in `text`: see `compiled`."""
        self._compiled = compiled(text)
        return self._compiled

    def use(self, compiled: dict[str, Any]) -> dict[str, Any]:
        """Take what `compile` returned once, on the same kernel; return it again."""
        self._compiled = compiled
        return compiled

    def attach(self, maps: list[str]) -> dict[str, int]:
        """Load the program and attach it; return the ids of its `maps`."""
        library = loader()
        descriptors = {
            name: check(library.bcc_create_map(shape[0], name.encode(), *shape[1:]), name)
            for name, shape in self._compiled["maps"]
        }
        numbered = list(descriptors.values())
        # The ends of system calls before their beginnings: a call that began before both were
        # attached is then in neither count. The other way round, one that ended in between would
        # seem to be under way for ever.
        functions = self._compiled["functions"].items()
        for name, code in sorted(functions, key=lambda function: "sys_exit" not in function[0]):
            load(library, name, linked(bytearray.fromhex(code), numbered))
        return {name: map_id(descriptors[name]) for name in maps}


def compiled(text: str) -> dict[str, Any]:
    """Compile BPF C: `maps`, as pairs of a name and of what bcc_create_map takes beside it, and
    `functions`, the instructions of each by its name, in hexadecimal digits.

    An instruction that uses a map has the map's place in `maps` for a descriptor.
    """
    from bcc import BPF, lib  # Only here: it takes longer than all the rest.

    class Unloaded(BPF):
        def _trace_autoload(self) -> None:
            """Load nothing: that is not BCC's part here."""

    # BCC 0.26 declares no result for this one: ctypes takes it for an int.
    lib.bpf_table_name.restype = ctypes.c_char_p
    lib.bpf_table_name.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    program = Unloaded(text=text)
    module = program.module
    numbers = range(lib.bpf_num_tables(module))
    descriptors = [lib.bpf_table_fd_id(module, number) for number in numbers]
    names = [lib.bpf_table_name(module, number).decode() for number in numbers]
    functions = {}
    for number in range(lib.bpf_num_functions(module)):
        name = lib.bpf_function_name(module, number)
        code = bytearray(program.dump_func(name))
        for place in uses_of_maps(code):
            (descriptor,) = struct.unpack_from("<i", code, place)
            struct.pack_into("<i", code, place, descriptors.index(descriptor))
        functions[name.decode()] = code.hex()
    shapes = [map_shape(descriptor) for descriptor in descriptors]
    program.cleanup()
    return {"maps": list(zip(names, shapes, strict=True)), "functions": functions}


def linked(code: bytearray, descriptors: list[int]) -> bytes:
    """Put the descriptors of maps into instructions that have the maps' places."""
    for place in uses_of_maps(code):
        (number,) = struct.unpack_from("<i", code, place)
        struct.pack_into("<i", code, place, descriptors[number])
    return bytes(code)


def uses_of_maps(code: bytearray) -> Iterator[int]:
    """Find the immediate values, of 4 bytes, that stand for maps (struct bpf_insn)."""
    place = 0
    while place < len(code):
        wide = code[place] == _LOAD
        if wide and code[place + 1] >> 4 == _MAP:
            yield place + 4
        place += 16 if wide else 8


def loader() -> Any:
    """Open what BCC loads programs with; a small library where the distribution has it apart."""
    for name in ("libbcc_bpf.so.0", "libbcc.so.0"):
        try:
            return ctypes.CDLL(name, use_errno=True)
        except OSError:
            continue
    raise RuntimeError("neither libbcc_bpf.so.0 nor libbcc.so.0 is there")


def load(library: Any, name: str, code: bytes) -> None:
    """Load a function and attach it to the tracepoint that it is named after."""
    log = ctypes.create_string_buffer(_LOG_BYTES)
    program = library.bcc_prog_load(
        _TRACEPOINT, name.encode(), code, len(code), b"GPL", 0, 0, log, _LOG_BYTES
    )
    check(program, log.value.decode(errors="replace") or name)
    category, _, event = name.removeprefix(_PREFIX).partition("__")
    check(library.bpf_attach_tracepoint(program, category.encode(), event.encode()), name)


def check(result: int, what: str) -> int:
    """Return a descriptor. Raises OSError in place of a negative one."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result


def map_shape(descriptor: int) -> list[int]:
    """Return what bcc_create_map takes of a map beside its name: type, sizes, entries, flags."""
    names = ("map_type", "key_size", "value_size", "max_entries", "map_flags")
    return [_information(descriptor, name) for name in names]


def map_id(descriptor: int) -> int:
    return _information(descriptor, "map_id")


def _information(descriptor: int, name: str) -> int:
    with open(f"/proc/self/fdinfo/{descriptor}") as file:
        found = re.search(rf"^{name}:\s*(\w+)", file.read(), re.MULTILINE)
    assert found
    return int(found.group(1), 0)
