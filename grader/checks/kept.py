"""What a table keeps of calls while they are under way, and of calls that have returned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from grader.evidence.calls import Made, settle
from grader.evidence.maps import Map
from grader.evidence.witness import Witness

Entry = tuple[bytes, tuple[bytes, ...]]
"""A key and what is there, as the kernel holds them."""
_UNITS = (1, 1_000)
"""A time may be kept in ns or in µs."""


@dataclass(frozen=True)
class Kept:
    """How many entries a table had of the `calls`: `during` them at most, and `left` afterwards.

    Of other processes' calls none is among those `left`.
    """

    calls: tuple[Made, ...]
    during: int
    left: int


def measure_kept(
    table: Map,
    witness: Witness,
    scale: float,
    act: Callable[..., list[Made]],
    *arguments: object,
) -> Kept:
    """Call `act` with `arguments`, look at `table` meanwhile, and at a quiet moment afterwards."""

    def read() -> tuple[int, set[Entry]]:
        return witness.quietly(lambda: _entries(table), 10 * scale)

    start, before = read()
    most = 0
    with ThreadPoolExecutor(1, thread_name_prefix="beside") as other:
        acting = other.submit(act, *arguments)
        while not acting.done():
            most = max(most, len(_entries(table) - before))
        calls = tuple(acting.result())

    def kept() -> Kept:
        made, after = read()
        left = after - before
        if made - start > len(calls):
            left = {entry for entry in left if belongs(entry, calls)}
        return Kept(calls, most, len(left))

    return settle(kept, lambda found: not found.left, scale)


def _entries(table: Map) -> set[Entry]:
    return {(key, tuple(values)) for key, values in table.entries().items()}


def belongs(entry: Entry, calls: Iterable[Made]) -> bool:
    """Tell whether an entry is of one of the `calls`.

    Its key has the thread or the process that made the call in it, or its value a time in the call.
    """
    key, values = entry
    times = [time for value in values for time in _numbers(value, 8)]
    return any(
        {call.tid, call.pid} & set(_numbers(key, 4))
        or any(call.start // unit <= time <= call.end // unit for time in times for unit in _UNITS)
        for call in calls
    )


def _numbers(data: bytes, size: int) -> Sequence[int]:
    """Read the numbers of so many bytes that `data` is made of, if it is."""
    starts = range(0, len(data) - size + 1, size)
    return [int.from_bytes(data[start : start + size], "little") for start in starts]
