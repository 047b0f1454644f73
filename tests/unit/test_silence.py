"""What a script that prints nothing is told, by its text."""

from __future__ import annotations

import pytest

from grader.checks.silence import remedy_for_silence

OPEN = b'b["events"].open_perf_buffer(show)\n'
RING = b'b["events"].open_ring_buffer(show)\n'


@pytest.mark.parametrize(
    "source, told",
    [
        (OPEN, "call b.perf_buffer_poll()"),
        (OPEN + b"# b.perf_buffer_poll()\n", "call b.perf_buffer_poll()"),
        (RING, "call b.ring_buffer_poll()"),
        (b"b.perf_buffer_poll()\n", 'b["TABLE"].open_perf_buffer(FUNCTION)'),
        (b"b.ring_buffer_poll()\n", 'b["TABLE"].open_ring_buffer(FUNCTION)'),
        (OPEN + b"b.perf_buffer_poll()\n", "Print each event as it comes."),
        (OPEN + b"b.kprobe_poll()\n", "Print each event as it comes."),
        (RING + b"b.ring_buffer_consume()\n", "Print each event as it comes."),
        (b"# open_perf_buffer\nb.trace_fields()\n", "Print each event as it comes."),
        (b"\xff", "Print each event as it comes."),
    ],
)
def test_what_opens_a_buffer_and_what_polls_it_go_together(source: bytes, told: str) -> None:
    assert told in remedy_for_silence(source)
