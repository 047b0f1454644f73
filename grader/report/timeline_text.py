"""A timeline as lines of text: each event, and beside it what was reported of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.base.messages import Message, say, translate
from grader.base.timeline import Mark, Moment

MARKED: Mapping[Mark, Message] = {
    Mark.MISSING: say("missing"),
    Mark.DOUBLED: say("more than once"),
    Mark.FOREIGN: say("should not be there"),
    Mark.WRONG: say("wrong"),
}
COLUMNS = (say("time"), say("CPU"), say("event"), say("reported"))
_ROWS = 12
_WIDTH = 60


def drawn(moments: Sequence[Moment], lang: str) -> list[str]:
    """A line for each of `moments` below a line of titles; the middle is cut out of many."""
    if not moments:
        return []
    cut = max(0, len(moments) - _ROWS)
    head, tail = moments[: len(moments) - cut - _ROWS // 2], moments[len(moments) - _ROWS // 2 :]
    rows = [(*(translate(column, lang) for column in COLUMNS), "")]
    rows += [_row(moment, lang) for moment in head]
    if cut:
        more = translate(say("... {count} more ...", count=cut), lang)
        rows.append(("", "", more, "", ""))
    rows += [_row(moment, lang) for moment in (tail if cut else moments[len(head) :])]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = []
    for at, *others in rows:
        cells = [at.rjust(widths[0])]
        cells += [cell.ljust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return lines


def _row(moment: Moment, lang: str) -> tuple[str, ...]:
    told = " | ".join(" ".join(text.split())[:_WIDTH] for text in moment.reports)
    return (
        f"+{moment.at / 1e6:.3f} ms" if moment.at >= 0 else "",
        str(moment.cpu) if moment.cpu >= 0 else "",
        moment.event,
        told or "-",
        f"✗ {translate(MARKED[moment.mark], lang)}" if moment.mark is not Mark.RIGHT else "",
    )
