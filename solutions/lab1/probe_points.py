"""Where to find what can be probed, what is probed now, and what must not be."""

# BEGIN SOLUTION 1.6 1.7 1.8
import re
from pathlib import Path

TRACING = Path("/sys/kernel/tracing")
DEBUG = Path("/sys/kernel/debug")
# END SOLUTION


def attachable(pattern: str) -> list[str]:
    """Names of the kernel functions that a probe can attach to and that `pattern` matches."""
    # BEGIN SOLUTION 1.6
    # | # TODO 1.6: read available_filter_functions; `pattern` is a regular expression, matched
    # | # from the start of the name. Leave out a trailing [module].
    # | raise NotImplementedError("TODO 1.6")
    lines = (TRACING / "available_filter_functions").read_text().splitlines()
    names = [line.split()[0] for line in lines if line.strip()]
    return [name for name in names if re.match(pattern, name)]
    # END SOLUTION


def active_kprobes() -> list[str]:
    """Names of the kernel functions that have a kprobe now, however it was made."""
    # BEGIN SOLUTION 1.7
    # | # TODO 1.7: read kprobe_events, and kprobes/list, where BCC's own kprobes show.
    # | raise NotImplementedError("TODO 1.7")
    # kprobe_events lists the probes that were written into it. BCC makes its own with
    # perf_event_open(2), and those show in kprobes/list alone.
    names = []
    for line in (TRACING / "kprobe_events").read_text().splitlines():
        names.append(line.split()[1].split("+")[0].split(":")[-1])
    for line in (DEBUG / "kprobes" / "list").read_text().splitlines():
        names.append(line.split()[2].split("+")[0])
    return sorted(set(names))
    # END SOLUTION


def is_blacklisted(name: str) -> bool:
    """Whether the kernel refuses a kprobe on the function `name`."""
    # BEGIN SOLUTION 1.8
    # | # TODO 1.8: read kprobes/blacklist.
    # | raise NotImplementedError("TODO 1.8")
    lines = (DEBUG / "kprobes" / "blacklist").read_text().splitlines()
    return name in {line.split("\t")[-1].strip() for line in lines}
    # END SOLUTION


if __name__ == "__main__":
    print("attachable:", *attachable(r".*mkdir.*"))
    print("active:", *active_kprobes())
    print("do_int3 blacklisted:", is_blacklisted("do_int3"))
