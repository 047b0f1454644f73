"""A shared library made of machine code: what a lab probes in user space, without a compiler.

It is loaded as any other, by ctypes say, and uprobes find its functions by their symbols.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping

MACHINES = {"x86_64": 62, "aarch64": 183}
"""e_machine, of elf.h, by the name of the architecture."""
ADD = {"x86_64": "8d0437c3", "aarch64": "0000010bc0035fd6"}
"""A function of two ints that returns their sum, in hexadecimal digits: `lea (%rdi,%rsi,1),%eax;
ret` and `add w0, w0, w1; ret`."""
_PAGE = 1 << 16
"""The largest page that there is, in bytes."""
_HEADER, _SEGMENT, _SECTION, _SYMBOL = 64, 56, 64, 24
_LOAD, _DYNAMIC, _STACK = 1, 2, 0x6474E551
_CODE, _STRINGS, _DYNAMIC_SECTION, _SYMBOLS = 1, 3, 6, 11
_HASH_TAG, _STRING_TAG, _SYMBOL_TAG, _STRING_SIZE, _SYMBOL_SIZE = 4, 5, 6, 10, 11
_GLOBAL_FUNCTION = 0x12
_NAMES = b"\0.dynsym\0.dynstr\0.text\0.dynamic\0.shstrtab\0"


def shared_library(functions: Mapping[str, bytes], machine: str = "") -> bytes:
    """Return a library of `functions`, machine code by its name, for this or another machine.

    The first page has what is read and run, the second what the loader writes to. Raises KeyError
    for a machine that is not known.
    """
    texts = b"\0" + b"".join(name.encode() + b"\0" for name in functions)
    code = b"".join(part.ljust(-len(part) % 16 + len(part), b"\0") for part in functions.values())
    count = len(functions) + 1
    # One bucket, whose chain goes from the last symbol to the first (DT_HASH).
    chain = struct.pack(f"<{3 + count}I", 1, count, count - 1, 0, *range(count - 1))
    at_hash = _HEADER + 4 * _SEGMENT
    at_symbols = _aligned(at_hash + len(chain))
    at_texts = at_symbols + count * _SYMBOL
    at_code = _aligned(at_texts + len(texts))
    symbols = bytes(_SYMBOL)
    for name, part in functions.items():
        place = at_code + _offset(functions, name)
        text = texts.index(b"\0" + name.encode() + b"\0") + 1
        symbols += struct.pack("<IBBHQQ", text, _GLOBAL_FUNCTION, 0, 3, place, len(part))
    first = chain.ljust(at_symbols - at_hash, b"\0") + symbols + texts
    first = first.ljust(at_code - at_hash, b"\0") + code
    end = at_hash + len(first)
    tags = (
        *(_HASH_TAG, at_hash, _STRING_TAG, at_texts, _SYMBOL_TAG, at_symbols),
        *(_STRING_SIZE, len(texts), _SYMBOL_SIZE, _SYMBOL, 0, 0),
    )
    dynamic = struct.pack(f"<{len(tags)}Q", *tags)
    segments = (
        (_LOAD, 5, 0, end, _PAGE),
        (_LOAD, 6, _PAGE, len(dynamic), _PAGE),
        (_DYNAMIC, 6, _PAGE, len(dynamic), 8),
        (_STACK, 6, 0, 0, 16),
    )
    sections = (
        (b"", 0, 0, 0, 0, 0, 0, 0),
        (b".dynsym", _SYMBOLS, 2, at_symbols, len(symbols), 2, 1, _SYMBOL),
        (b".dynstr", _STRINGS, 2, at_texts, len(texts), 0, 0, 0),
        (b".text", _CODE, 6, at_code, len(code), 0, 0, 0),
        (b".dynamic", _DYNAMIC_SECTION, 3, _PAGE, len(dynamic), 2, 0, 16),
        (b".shstrtab", _STRINGS, 0, _PAGE + len(dynamic), len(_NAMES), 0, 0, 0),
    )
    at_sections = _aligned(_PAGE + len(dynamic) + len(_NAMES))
    header = struct.pack(
        "<16sHHIQQQIHHHHHH",
        *(b"\x7fELF\2\1\1", 3, MACHINES[machine or os.uname().machine], 1, 0, _HEADER, at_sections),
        *(0, _HEADER, _SEGMENT, len(segments), _SECTION, len(sections), len(sections) - 1),
    )
    head = header + b"".join(
        struct.pack("<IIQQQQQQ", kind, flags, at, at, at, size, size, align)
        for kind, flags, at, size, align in segments
    )
    body = (head + first).ljust(_PAGE, b"\0") + dynamic + _NAMES
    return body.ljust(at_sections, b"\0") + b"".join(map(_section, sections))


def offset_of(library: bytes, function: str) -> int:
    """Return where a function is in a library of `shared_library`, in bytes. Raises ValueError."""
    (sections,) = struct.unpack_from("<Q", library, 40)
    symbols, size, texts = (
        struct.unpack_from("<Q", library, sections + number * _SECTION + field)[0]
        for number, field in ((1, 24), (1, 32), (2, 24))
    )
    wanted = library.index(b"\0" + function.encode() + b"\0", texts) + 1 - texts
    for at in range(symbols, symbols + size, _SYMBOL):
        text, place = struct.unpack_from("<I4xQ", library, at)
        if text == wanted:
            return int(place)
    raise ValueError(function)


def _section(section: tuple[bytes, int, int, int, int, int, int, int]) -> bytes:
    name, kind, flags, at, size, link, info, each = section
    text = _NAMES.index(name + b"\0") if name else 0
    address = at if flags else 0
    return struct.pack("<IIQQQQIIQQ", text, kind, flags, address, at, size, link, info, 8, each)


def _offset(functions: Mapping[str, bytes], name: str) -> int:
    """Return where a function begins in the code, each on a boundary of 16 bytes."""
    before = list(functions)[: list(functions).index(name)]
    return sum(_aligned(len(functions[each]), 16) for each in before)


def _aligned(number: int, to: int = 8) -> int:
    return -(-number // to) * to
