"""HTML for people: one file that needs nothing else, neither a network nor scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.base.messages import say, translate
from grader.base.templates import open_templates
from grader.base.text import clean
from grader.base.timeline import Deviation, Moment
from grader.report.lines import safe
from grader.report.terminal import SIGNS, kernel_of
from grader.report.timeline_text import COLUMNS, MARKED, reported, when
from grader.submission.hand_in_files import Submission
from grader.verdict.record import LabResult, Result, Status, TaskResult

_AROUND = 4
"""Lines of the source above and below the marked one."""
_WIDEST = 300
_LANE = 26
"""The height of a CPU's lane in a timeline's picture, in pixels."""
_NO_SOURCES: Mapping[str, Submission] = {}
_VERDICTS = {
    "pass": say("passed"),
    "fail": say("failed"),
    "error": say("error"),
    "timeout": say("too slow"),
    "blocked": say("blocked"),
    "infra": say("not judged"),
}


@dataclass(frozen=True)
class Line:
    """A line of the student's source, to be shown."""

    number: int
    text: str
    marked: bool


@dataclass(frozen=True)
class Dot:
    """A moment in a timeline's picture: where it stands, and what is to be read of it.

    `x` is a share of the picture's width, in percent; `y` is in pixels, as is all text's size: on
    a telephone the picture is narrower, and no smaller.
    """

    x: float
    y: float
    deviation: str
    title: str


@dataclass(frozen=True)
class Picture:
    """A timeline: a lane with its name for each CPU, and its height in all; `ms` is its length.

    `legend` has each deviation that is in it, and what that means.
    """

    lanes: tuple[tuple[str, float], ...]
    dots: tuple[Dot, ...]
    legend: tuple[tuple[str, str], ...]
    height: float
    ms: float


def html(result: Result, sources: Mapping[str, Submission] = _NO_SOURCES) -> str:
    """Render a card for each task: its verdict, what to do, the lines of source, the folded log.

    `sources` are the files that were graded, by lab. `infra` is shown as not judged, with a
    sentence of its own under the points.
    """
    result = safe(result)
    lang = result.lang
    environment = open_templates(Path(__file__).parent, html=True)
    return environment.get_template("report.html.j2").render(
        result=result,
        lang=lang,
        say=lambda text: translate(say(text), lang),
        verdicts={status: translate(word, lang) for status, word in _VERDICTS.items()},
        columns=[translate(column, lang) for column in COLUMNS],
        symbols={status.value: symbol for status, (symbol, _) in SIGNS.items()},
        kernel=kernel_of(result),
        unjudged=result.unjudged,
        excerpt=lambda lab, task: _excerpt(sources, lab, task),
        picture=lambda moments: _picture(moments, lang),
        marked=lambda moment: translate(MARKED[moment.mark], lang) if moment.mark else "",
        reported=lambda moment: reported(moment, lang),
        when=lambda moment: when(moment, lang),
    )


def _picture(moments: Sequence[Moment], lang: str) -> Picture | None:
    """Draw the timeline of `moments`; None where fewer than two have a time."""
    timed = [moment for moment in moments if moment.at >= 0]
    if len(timed) < 2:
        return None
    cpus = sorted({moment.cpu for moment in timed}, key=lambda cpu: (cpu < 0, cpu))
    lanes = {cpu: (place + 0.5) * _LANE for place, cpu in enumerate(cpus)}
    length = max(moment.at for moment in timed) or 1
    dots = [
        Dot(
            round(100 * moment.at / length, 1),
            lanes[moment.cpu],
            _name(moment.mark),
            f"{moment.event} +{moment.at / 1e6:.3f} ms: {reported(moment, lang)}",
        )
        # What is wrong lies on top, where many come close together.
        for moment in sorted(timed, key=lambda moment: moment.mark is not Deviation.RIGHT)
    ]
    there = {moment.mark for moment in timed}
    legend = tuple((_name(m), translate(word, lang)) for m, word in MARKED.items() if m in there)
    named = tuple((f"CPU {cpu}" if cpu >= 0 else "?", y) for cpu, y in lanes.items())
    return Picture(named, tuple(dots), legend, len(lanes) * _LANE + 18, length / 1e6)


def _name(deviation: Deviation) -> str:
    """Return the CSS class of a deviation."""
    return deviation.value or "right"


def _excerpt(sources: Mapping[str, Submission], lab: LabResult, task: TaskResult) -> list[Line]:
    """Return the source lines around that of `task`; none if it is not wrong or has no line."""
    told = task.status in (Status.FAIL, Status.ERROR, Status.TIMEOUT)
    submission = sources.get(lab.lab)
    if not told or submission is None or task.line < 1:
        return []
    # Cleaned line by line, so that none can hide those after it.
    lines = submission.files.get(task.file, b"").splitlines()
    if task.line > len(lines):
        return []
    first = max(1, task.line - _AROUND)
    return [
        Line(number, clean(line)[:_WIDEST].rstrip(), number == task.line)
        for number, line in enumerate(lines[first - 1 : task.line + _AROUND], first)
    ]
