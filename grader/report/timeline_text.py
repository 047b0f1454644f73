"""A timeline as lines of text: each event, whether it is right, and what was reported of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from grader.base.messages import Message, say, translate
from grader.base.timeline import Deviation, Moment

MARKED: Mapping[Deviation, Message] = {
    Deviation.RIGHT: say("as it should be"),
    Deviation.MISSING: say("missing"),
    Deviation.DOUBLED: say("more than once"),
    Deviation.FOREIGN: say("too many"),
    Deviation.WRONG: say("wrong"),
}
"""What each deviation means, for a person to read."""
COLUMNS = (say("time"), say("CPU"), say("event"), say("reported"))
WRONG_SIGN = "✗"
"""A line that is wrong begins with it."""
_RIGHT = "✓"
_ROWS = 12
_WIDTH = 60
_LEAST = 8
"""Of the characters of what was reported, so many are left on any terminal."""
_NARROW = 70
"""Below so many columns the times are left out: the order shows. Names have `_SHORT` ones then."""
_SHORT = 16

Row = tuple[str, ...]


def drawn(moments: Sequence[Moment], lang: str, width: int = 0) -> list[str]:
    """Draw a line for each of `moments` below a line of titles, within `width` columns if not 0.

    Of many moments, the first wrong ones and the first of any kind are drawn.
    """
    if not moments:
        return []
    rows = [("", *(translate(column, lang) for column in COLUMNS)), *_rows(moments, lang)]
    if 0 < width < _NARROW:
        rows = [
            (deviation, cpu, _cut(event, _SHORT), told) for deviation, _, cpu, event, told in rows
        ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rest = sum(widths[:-1]) + 2 * len(widths[:-1])
    room = max(width - rest, _LEAST) if width else _WIDTH
    return [_line(row, widths, room) for row in rows]


def reported(moment: Moment, lang: str) -> str:
    """Return what was reported of `moment`, on one line."""
    texts = (" ".join(text.split()) for text in moment.reports)
    return " | ".join(texts) or translate(say("nothing"), lang)


def when(moment: Moment, lang: str) -> str:
    """Say when `moment` was, in ms after the first event; "" where that is not known."""
    if moment.at < -1:
        return translate(say("before"), lang)
    return f"+{moment.at / 1e6:.3f} ms" if moment.at >= 0 else ""


def _rows(moments: Sequence[Moment], lang: str) -> Iterator[Row]:
    before = -1
    for place in [*_shown(moments), len(moments)]:
        if left_out := place - before - 1:
            more = translate(say("... {count} more ...", count=left_out), lang)
            yield ("", "", "", more, "")
        if place < len(moments):
            yield _row(moments[place], lang)
        before = place


def _shown(moments: Sequence[Moment]) -> list[int]:
    """Return the places of the moments to draw: the first wrong ones, the first of any kind."""
    wrong = [place for place, moment in enumerate(moments) if moment.mark is not Deviation.RIGHT]
    wrong.sort(key=lambda place: not moments[place].event)
    first = dict.fromkeys([*wrong[: _ROWS // 2], *range(len(moments))])
    return sorted(list(first)[:_ROWS])


def _row(moment: Moment, lang: str) -> Row:
    wrong = f"{WRONG_SIGN} {translate(MARKED[moment.mark], lang)}"
    return (
        _RIGHT if moment.mark is Deviation.RIGHT else wrong,
        when(moment, lang),
        str(moment.cpu) if moment.cpu >= 0 else "",
        moment.event,
        reported(moment, lang),
    )


def _line(row: Row, widths: Sequence[int], room: int) -> str:
    *cells, last = row
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=False))
    return "  ".join((*padded, _cut(last, room))).rstrip()


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 1]}…"
