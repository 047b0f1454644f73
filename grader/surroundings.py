"""What this process finds around it: its checkout, the system's programs, a language to speak."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin")
"""Where a distribution has its programs and libraries."""
_ETC = ("ld.so.cache", "ld.so.conf", "alternatives", "localtime")


def system_files() -> list[str]:
    """Arguments to bubblewrap that show the system's programs, read-only, and nobody's files."""
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


def language(chosen: str | None = None) -> str:
    """The language to speak: `chosen`, LABEBPF_LANG, or the locale's; English by default."""
    variables = ("LABEBPF_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    for name in (chosen, *map(os.environ.get, variables)):
        if name:
            return "fr" if name.lower().startswith("fr") else "en"
    return "en"
