"""The table of a profile: how long a grading was at what, in each of its processes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from grader.base.messages import say
from grader.base.profile import Span

_LEAST_MS = 0.5


@dataclass
class _Row:
    """All spans of one name in processes of one kind. Times in ns."""

    first: int
    times: int = 0
    total: int = 0
    longest: int = 0


def profile_table(spans: Sequence[Span]) -> Table:
    """Make the table of `spans`, in the order in which each first began.

    Processes of one kind are one: their number is left out. What goes on within something else
    counts in both.
    """
    rows: dict[tuple[str, str], _Row] = {}
    for each in sorted(spans, key=lambda span: (span.start, -span.end)):
        kind = re.sub(r"[ _-]*\d+(_\d+)?$", "", each.lane)
        row = rows.setdefault((kind, each.name), _Row(each.start))
        row.times += 1
        row.total += each.end - each.start
        row.longest = max(row.longest, each.end - each.start)
    table = Table(box=None, pad_edge=False)
    table.add_column(say("process"))
    table.add_column(say("what"))
    for heading in (say("times"), say("from, ms"), say("together, ms"), say("longest, ms")):
        table.add_column(heading, justify="right")
    for (kind, name), row in rows.items():
        if row.total >= _LEAST_MS * 1e6:
            cells = (row.first, row.total, row.longest)
            numbers = [str(row.times), *(f"{ns / 1e6:.0f}" for ns in cells)]
            table.add_row(Text(kind), Text(name), *numbers)
    return table
