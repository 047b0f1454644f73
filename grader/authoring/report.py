"""A proof for a terminal: step by step, and a table of the mutants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.authoring.mutants import Mutant
from grader.authoring.prove import Fate, Step

_LINES = 30


def show_step(console: Console, step: Step) -> None:
    """One line for what is proved; for what is not, each problem and what to do."""
    mark = ("  ✗ ", "red") if step.problems else ("  ✓ ", "green")
    console.print(Text.assemble(mark, step.claim), soft_wrap=True)
    if step.unjudged:
        note = Text("    NOT JUDGED ON THIS KERNEL: ", "magenta").append(step.unjudged, "default")
        console.print(note, soft_wrap=True)
    for problem in step.problems:
        console.print(Text(f"    {problem.what}"), soft_wrap=True)
        console.print(Text(f"    {problem.remedy}"), soft_wrap=True)
        lines = problem.detail.splitlines()
        if len(lines) > _LINES:
            console.print(Text(f"      [... {len(lines) - _LINES} lines before ...]", "dim"))
        for line in lines[-_LINES:]:
            console.print(Text(f"      {line}", "dim"), soft_wrap=True)


def show_fates(console: Console, fates: Sequence[tuple[Mutant, Fate]]) -> None:
    """How many mutants of each file met which fate, and the share that was caught.

    The share is of those that do something wrong and could be judged.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("mutants of", no_wrap=True)
    for heading in ("made", *(fate.value for fate in Fate), "share caught"):
        table.add_column(heading.replace(" ", "\n"), justify="right", no_wrap=True)
    files = list(dict.fromkeys(mutant.file for mutant, _ in fates))
    for file in (*files, ""):
        count = Counter(fate for mutant, fate in fates if file in ("", mutant.file))
        told = count[Fate.CAUGHT] + count[Fate.SURVIVED]
        share = f"{count[Fate.CAUGHT] / told:.0%}" if told else ""
        cells = [str(count[fate]) for fate in Fate]
        table.add_row(file or "all", str(count.total()), *cells, share)
    console.print(table)
