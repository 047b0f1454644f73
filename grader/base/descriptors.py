"""Descriptors of a process that has been forked."""

from __future__ import annotations

import os


def close_all_but(*kept: int) -> None:
    """Close every descriptor but those `kept`; point 0, 1 and 2 at /dev/null."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(null, standard)
    low = 3
    for descriptor in sorted(kept):
        os.closerange(low, descriptor)
        low = descriptor + 1
    os.closerange(low, max(low, os.sysconf("SC_OPEN_MAX")))
