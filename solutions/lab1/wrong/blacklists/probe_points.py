# wrong: The file is called blacklist, with no s at its end.
# loses: 1.8 error
# says: ends with an error: FileNotFoundError
# kernel: kprobes

"""Where to find what can be probed, what is probed now, and what must not be."""

import re
from pathlib import Path

TRACING = Path("/sys/kernel/tracing")
DEBUG = Path("/sys/kernel/debug")


def attachable(pattern: str) -> list[str]:
    """Names of the kernel functions that a probe can attach to and that `pattern` matches."""
    lines = (TRACING / "available_filter_functions").read_text().splitlines()
    return [name for name in (line.split()[0] for line in lines) if re.match(pattern, name)]


def active_kprobes() -> list[str]:
    """Names of the kernel functions that have a kprobe now, however it was made."""
    lines = (DEBUG / "kprobes" / "list").read_text().splitlines()
    return [line.split()[2].split("+")[0] for line in lines]


def is_blacklisted(name: str) -> bool:
    """Whether the kernel refuses a kprobe on the function `name`."""
    lines = (DEBUG / "kprobes" / "blacklists").read_text().splitlines()
    return name in [line.split()[-1] for line in lines]
