"""Runs in a new root file system: precompile.py RELEASE LIBCLANG

Parses once what BCC has clang include before every program (kconfig.h, its own helpers, and the
hundred kernel headers that these need) and leaves it as kconfig.h.pch beside kconfig.h, where
clang's driver looks for it (clang's manual, "Precompiled headers": -include probes for it). BCC
parses each program three times; with this, a compilation takes a third of the time.
"""

import ctypes
import os
import sys
from collections.abc import Iterator
from pathlib import Path

INCOMPLETE, FOR_SERIALIZATION = 0x02, 0x10
"""Of CXTranslationUnit_Flags, in clang-c/Index.h."""
MAIN = b"/virtual/main.h"
NEWER = ("-fcf-protection", "-fms-extensions")
"""Options that BCC has had since 0.31, and since 0.37."""


class Node(ctypes.Structure):
    """Of libstdc++'s std::map<std::string, const char *>."""


Node._fields_ = [
    ("color", ctypes.c_long),
    ("parent", ctypes.c_void_p),
    ("left", ctypes.POINTER(Node)),
    ("right", ctypes.POINTER(Node)),
    ("key", ctypes.c_char_p),
    ("key_rest", ctypes.c_char * 24),
    ("value", ctypes.c_char_p),
]


class Map(ctypes.Structure):
    _fields_ = (
        ("compare", ctypes.c_long),
        ("color", ctypes.c_long),
        ("root", ctypes.POINTER(Node)),
    )


class Unsaved(ctypes.Structure):
    """CXUnsavedFile."""

    _fields_ = (("name", ctypes.c_char_p), ("text", ctypes.c_char_p), ("size", ctypes.c_ulong))


def entries(node: "ctypes._Pointer[Node]") -> Iterator[tuple[bytes, bytes]]:
    if node:
        yield from entries(node.contents.left)
        yield node.contents.key, node.contents.value
        yield from entries(node.contents.right)


def virtual_headers() -> dict[bytes, bytes]:
    """The headers that libbcc carries, by the names under which it shows them to clang."""
    library = ctypes.CDLL("libbcc.so.0")
    return dict(entries(Map.in_dll(library, "_ZN4ebpf13ExportedFiles8headers_B5cxx11E").root))


def arguments(build: str) -> list[str]:
    """Those of BCC (src/cc/frontends/clang/loader.cc, kbuild_helper.cc) that make a difference.

    clang refuses a precompiled header that was made for other options of the language.
    """
    folders = ("arch/x86/include/", "include", "arch/x86/include/uapi", "include/uapi")
    generated = ("arch/x86/include/generated", "include", "arch/x86/include/generated/uapi",
                 "include/generated/uapi")  # fmt: skip
    both = [
        f"-I{path}" for a, b in zip(folders, generated, strict=True) for path in (a, f"{build}/{b}")
    ]
    library = next(Path("/usr/lib/x86_64-linux-gnu").glob("libbcc.so.0.*")).read_bytes()
    # The compiler may have put a constant's first eight bytes into the code.
    own = [flag for flag in NEWER if flag[:8].encode() in library]
    return [
        *("clang", "-target", "x86_64-unknown-linux-gnu", "-O2", "-g", "-x", "c-header"),
        *("-nostdinc", "-isystem", "/virtual/lib/clang/include", *both),
        *("-include", "./include/linux/kconfig.h"),
        *own,
        *("-D__BPF_TRACING__", "-D__KERNEL__", '-DKBUILD_MODNAME="bcc"'),
        *("-fno-jump-tables", "-fno-unwind-tables", "-fno-asynchronous-unwind-tables", "-w"),
        *("-include", "/virtual/include/bcc/bpf.h"),
        *("-include", "/virtual/include/bcc/bpf_workaround.h"),
        *("-include", "/virtual/include/bcc/helpers.h", "-isystem", "/virtual/include"),
    ]


def main() -> None:
    release, libclang = sys.argv[1:]
    modules = f"/lib/modules/{release}"
    os.chdir(f"{modules}/source")  # As BCC does: clang gets names that are relative to it.
    clang = ctypes.CDLL(libclang)
    clang.clang_createIndex.restype = ctypes.c_void_p
    index = ctypes.c_void_p(clang.clang_createIndex(0, 1))
    argv = [text.encode() for text in arguments(f"{modules}/build")]
    texts = {**virtual_headers(), MAIN: b""}
    files = [Unsaved(name, text, len(text)) for name, text in texts.items()]
    unit = ctypes.c_void_p()
    status = clang.clang_parseTranslationUnit2FullArgv(
        index, MAIN, (ctypes.c_char_p * len(argv))(*argv), len(argv),
        (Unsaved * len(files))(*files), len(files),
        INCOMPLETE | FOR_SERIALIZATION, ctypes.byref(unit),
    )  # fmt: skip
    if status or clang.clang_saveTranslationUnit(unit, b"include/linux/kconfig.h.pch", 0):
        sys.exit("E: the headers cannot be precompiled")


if __name__ == "__main__":
    main()
