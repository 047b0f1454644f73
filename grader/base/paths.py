"""Find what is around this process: the engine, the system's programs, the person's language."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
"""The grader's code."""
_SHIPPED = PACKAGE.with_name("labebpf_shipped")
CHECKOUT = not _SHIPPED.is_dir()
"""Whether it runs in a checkout, and not from a wheel, which has no tests."""
ENGINE = PACKAGE.parent if CHECKOUT else _SHIPPED
"""What lies beside the code in a checkout: templates, and the labs that courses can follow."""
SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin")
"""Where a distribution has its programs and libraries."""
_ETC = ("ld.so.cache", "ld.so.conf", "alternatives", "localtime")


def system_files() -> list[str]:
    """Return arguments to bubblewrap that show the system's programs alone, read-only."""
    arguments = []
    for path in SYSTEM:
        if os.path.islink(path):
            arguments += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            arguments += ["--ro-bind", path, path]
    arguments += ["--perms", "0755", "--dir", "/etc"]
    for name in _ETC:
        arguments += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    return arguments


def open_standard_streams() -> None:
    """Open /dev/null in place of a closed standard input, output or error.

    Otherwise the next file that is opened takes its number, and children inherit that file.
    """
    for standard, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(standard)
        except OSError:
            with suppress(OSError):
                os.open(os.devnull, os.O_RDWR)  # The lowest number that is free.
                os.set_inheritable(standard, True)
                mode = "w" if standard else "r"
                setattr(sys, name, open(standard, mode, closefd=False))  # noqa: SIM115


def language(chosen: str | None = None) -> str:
    """Return the language to speak: `chosen`, LABEBPF_LANG, or the locale's; English by default."""
    variables = ("LABEBPF_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    for name in (chosen, *map(os.environ.get, variables)):
        if name:
            return "fr" if name.lower().startswith("fr") else "en"
    return "en"
