"""Where to find what can be probed, what is probed now, and what must not be."""


def attachable(pattern: str) -> list[str]:
    """Names of the kernel functions that a probe can attach to and that `pattern` matches."""
    # TODO 1.6: read available_filter_functions; `pattern` is a regular expression, matched
    # from the start of the name. Leave out a trailing [module].
    raise NotImplementedError("TODO 1.6")


def active_kprobes() -> list[str]:
    """Names of the kernel functions that have a kprobe now, however it was made."""
    # TODO 1.7: read kprobe_events, and kprobes/list, where BCC's own kprobes show.
    raise NotImplementedError("TODO 1.7")


def is_blacklisted(name: str) -> bool:
    """Whether the kernel refuses a kprobe on the function `name`."""
    # TODO 1.8: read kprobes/blacklist.
    raise NotImplementedError("TODO 1.8")


if __name__ == "__main__":
    print("attachable:", *attachable(r".*mkdir.*"))
    print("active:", *active_kprobes())
    print("do_int3 blacklisted:", is_blacklisted("do_int3"))
