"""What is graded beside neighbours: what is right, what does nothing, and what errs least."""

from __future__ import annotations

from pathlib import Path

from grader.authoring.answers import read
from grader.labs import Lab
from tests.support.checkout import ROOT, copy_solution

SIMILAR = {
    "lab0": "clone_and_sched.c",
    "lab1": "attached_too_widely",
    "lab2": "one_late.py",
    "lab3": "plain_plus_plus.c",
    "lab4": "tid.c",
    "lab5": "one_late.py",
    "lab6": "one_bucket_down.c",
    "lab7": "plain_plus_plus.c",
    "lab8": "filters_by_tid.c",
    "lab9": "digit_of_the_others",
}
"""The wrong answer to each lab that differs least from the solution."""
EMPTY = dict.fromkeys(SIMILAR, "empty.c") | {"lab9": "open_discards_all"}
"""The one that does nothing; of lab 9's eight programs one."""
ANSWERS = ["the solution", "an empty program", "a similar wrong answer"]


def lay_out(lab: Lab, answer: str, folder: Path) -> dict[str, str]:
    """Make a hand-in of this lab in `folder`; return what it must lose.

    `answer` is one of ANSWERS, or a known answer such as right/kprobe_prefix.c.
    """
    if answer == "the solution":
        copy_solution(lab.name, folder / lab.name)
        return {}
    named = {
        "an empty program": f"wrong/{EMPTY[lab.name]}",
        "a similar wrong answer": f"wrong/{SIMILAR[lab.name]}",
    }
    known = read(ROOT / "solutions" / lab.name / named.get(answer, answer), lab.name)
    known.lay_out(lab, folder)
    return dict(known.loses)
