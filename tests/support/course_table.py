"""The table of docs/course.md: each lab, and what its solution earned on which kernel."""

from __future__ import annotations

import json
from pathlib import Path

from grader.labs import Course
from tests.support.checkout import ROOT

PAGE = ROOT / "docs" / "course.md"
POINTS = Path(__file__).with_suffix(".json")
"""By kernel and lab: the points that its solution earned there, as they were measured."""
BEGIN, END = "<!-- The table: tests/unit/test_course_table.py -->", "<!-- Its end. -->"


def points() -> dict[str, dict[str, int]]:
    """Read the points that were measured, by kernel (`6.12` or `native`) and lab."""
    found: dict[str, dict[str, int]] = json.loads(POINTS.read_text(encoding="utf-8"))
    return found


def keep(kernel: str, lab: str, earned: int) -> None:
    """Note that the solution of `lab` earned so much on `kernel`."""
    all_ = points()
    all_.setdefault(kernel, {})[lab] = earned
    ordered = {name: dict(sorted(each.items())) for name, each in sorted(all_.items())}
    POINTS.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")


def table(course: Course, earned: dict[str, dict[str, int]]) -> str:
    """Write the table, in Markdown: a row for each lab, in the order of the course."""
    kernels = sorted(earned, key=_newest_last)
    heads = ["lab", "title", "part", "tasks", "points", *(_head(kernel) for kernel in kernels)]
    lines = [_row(heads), _row(["---"] * len(heads))]
    for part in course.parts:
        for name in part.labs:
            lab = course.labs()[name]
            whole = sum(task.points for task in lab.tasks)
            link = f"[{name}](../exercises/{name}/README.md)"
            cells = [link, lab.title.get("en"), part.title.get("en"), str(len(lab.tasks))]
            cells += [str(whole), *(str(earned[kernel].get(name, "?")) for kernel in kernels)]
            lines.append(_row(cells))
    return "\n".join(lines)


def page(text: str, table_: str) -> str:
    """Put the table into the page's `text`, in the place of the one that is there."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table_}\n\n{END}{after}"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _head(kernel: str) -> str:
    return "natively, no kprobes" if kernel == "native" else f"in Linux {kernel}"


def _newest_last(kernel: str) -> list[int]:
    return [int(number) for number in kernel.split(".")] if kernel[0].isdigit() else [0]
