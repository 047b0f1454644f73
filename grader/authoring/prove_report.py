"""A proof for a terminal: step by step, and a table of the mutants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.authoring.mutant_outcomes import MutantOutcome
from grader.authoring.mutants import Mutant
from grader.authoring.prove import ProofStep
from grader.base.messages import say, shown
from grader.base.paths import language
from grader.base.text import last_lines
from grader.ui.localized_click import said

_OUTCOMES = {
    MutantOutcome.NOT_COMPILING: say("not compiling"),
    MutantOutcome.CAUGHT: say("caught"),
    MutantOutcome.EQUIVALENT: say("equivalent"),
    MutantOutcome.NOT_JUDGED: say("unjudged"),
    MutantOutcome.SURVIVED: say("survived"),
}
_NOT_JUDGED = say("NOT JUDGED ON THIS KERNEL")


def show_step(console: Console, step: ProofStep) -> None:
    """Print what is claimed, and if that is not proved, each problem and what to do."""
    mark = ("  ✗ ", "red") if step.problems else ("  ✓ ", "green")
    console.print(Text.assemble(mark, said(step.claim)), soft_wrap=True)
    if step.unjudged:
        note = Text(f"    {said(_NOT_JUDGED)}: ", "magenta")
        console.print(note.append(said(step.unjudged), "default"), soft_wrap=True)
    for problem in step.problems:
        console.print(Text(f"    {said(problem.what)}"), soft_wrap=True)
        console.print(Text(f"    {said(problem.remedy)}"), soft_wrap=True)
        cut, lines = last_lines(shown(problem.detail, language()))
        if cut:
            before = say("[... {cut} lines before ...]", cut=cut)
            console.print(Text(f"      {said(before)}", "dim"))
        for line in lines:
            console.print(Text(f"      {line}", "dim"), soft_wrap=True)


def show_outcomes(console: Console, outcomes: Sequence[tuple[Mutant, MutantOutcome]]) -> None:
    """Print how many mutants of each file met which outcome, and the share that was caught.

    The share is of those that do something wrong and could be judged.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(said(say("mutants of")), no_wrap=True)
    for heading in (say("made"), *_OUTCOMES.values(), say("share caught")):
        table.add_column(said(heading).replace(" ", "\n"), justify="right", no_wrap=True)
    files = list(dict.fromkeys(mutant.file for mutant, _ in outcomes))
    for file in (*files, ""):
        count = Counter(outcome for mutant, outcome in outcomes if file in ("", mutant.file))
        told = count[MutantOutcome.CAUGHT] + count[MutantOutcome.SURVIVED]
        share = f"{count[MutantOutcome.CAUGHT] / told:.0%}" if told else ""
        cells = [str(count[outcome]) for outcome in MutantOutcome]
        table.add_row(file or said(say("all")), str(count.total()), *cells, share)
    console.print(table)
