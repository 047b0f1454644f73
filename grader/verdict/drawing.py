"""A timeline as lines of text: each event, and beside it what was reported of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.course import Text
from grader.timeline import Mark, Moment

MARKED: Mapping[Mark, Text] = {
    Mark.MISSING: Text(en="missing", fr="manque"),
    Mark.DOUBLED: Text(en="more than once", fr="plus d'une fois"),
    Mark.FOREIGN: Text(en="should not be there", fr="ne devrait pas y être"),
    Mark.WRONG: Text(en="wrong", fr="faux"),
}
_COLUMNS = Text(en="time cpu event reported", fr="temps cpu événement signalé")
_MORE = Text(en="... {count} more ...", fr="... {count} de plus ...")
_ROWS = 12
_WIDTH = 60


def drawn(moments: Sequence[Moment], lang: str) -> list[str]:
    """A line for each of `moments` below a line of titles; the middle is cut out of many."""
    if not moments:
        return []
    cut = max(0, len(moments) - _ROWS)
    head, tail = moments[: len(moments) - cut - _ROWS // 2], moments[len(moments) - _ROWS // 2 :]
    rows = [(*_COLUMNS.get(lang).split(" "), "")]
    rows += [_row(moment, lang) for moment in head]
    if cut:
        rows.append(("", "", _MORE.get(lang).format(count=cut), "", ""))
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
        f"✗ {MARKED[moment.mark].get(lang)}" if moment.mark is not Mark.RIGHT else "",
    )
