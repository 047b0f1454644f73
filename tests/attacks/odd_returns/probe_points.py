# attack: Returns what is hard to carry and to show: half characters, escapes, depths, lengths.
# base: stub
# earns: 0


def attachable(pattern):
    return ["\ud800", "\x1b[2J\x1b]52;c;cHduZWQ=\x07", "::error::pwned", "x" * 100_000] * 3


def active_kprobes():
    nested = []
    for _ in range(500):
        nested = [nested]
    return nested


def is_blacklisted(name):
    return {"\ud800": float("nan"), "::error::pwned": 10**4000, "status": "pass"}
