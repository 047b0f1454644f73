"""Why a script prints nothing of its events, as far as its text shows."""

from __future__ import annotations

import re
from collections.abc import Mapping

from grader.base.messages import Message, say

_POLLS: Mapping[str, tuple[str, ...]] = {
    "open_perf_buffer": ("perf_buffer_poll", "perf_buffer_consume", "kprobe_poll"),
    "open_ring_buffer": ("ring_buffer_poll", "ring_buffer_consume"),
}
"""What opens a buffer, and what calls the callback that it was opened with."""


def remedy_for_silence(source: bytes) -> Message:
    """Tell what to do about the script `source`, which printed nothing of what happened."""
    code = re.sub(r"#.*", "", source.decode(errors="replace"))
    for opens, polls in _POLLS.items():
        opened, polled = opens in code, any(poll in code for poll in polls)
        if opened and not polled:
            return say(
                "{opens}() only says which function gets the events: call b.{poll}() in the loop, "
                "which fetches them.",
                opens=opens,
                poll=polls[0],
            )
        if polled and not opened:
            return say(
                "No buffer is opened that b.{poll}() could fetch events from: write "
                'b["TABLE"].{opens}(FUNCTION) before the loop.',
                poll=polls[0],
                opens=opens,
            )
    return say("Print each event as it comes.")
