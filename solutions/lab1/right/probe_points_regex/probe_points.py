# right: Reads both lists of kprobes, and takes names out with regular expressions.
# kernel: kprobes

"""Where to find what can be probed, what is probed now, and what must not be."""

import re
from pathlib import Path

KERNEL = Path("/sys/kernel")


def attachable(pattern: str) -> list[str]:
    """Names of the kernel functions that a probe can attach to and that `pattern` matches."""
    found = []
    with (KERNEL / "tracing" / "available_filter_functions").open() as lines:
        for line in lines:
            name = line.split()[0]
            if re.match(pattern, name):
                found.append(name)
    return found


def active_kprobes() -> list[str]:
    """Names of the kernel functions that have a kprobe now, however it was made."""
    text = (KERNEL / "tracing" / "kprobe_events").read_text()
    text += (KERNEL / "debug" / "kprobes" / "list").read_text()
    return re.findall(r"(\w[\w.]*)\+0x", text)


def is_blacklisted(name: str) -> bool:
    """Whether the kernel refuses a kprobe on the function `name`."""
    text = (KERNEL / "debug" / "kprobes" / "blacklist").read_text()
    return re.search(rf"\s{re.escape(name)}$", text, re.M) is not None
