"""What `labebpf prove` finds without a kernel, and what it makes of verdicts."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from checkouts import ROOT, copy
from rich.console import Console

from grader.authoring.answers import answers, read
from grader.authoring.equivalents import Equivalent, equivalents
from grader.authoring.fates import Fate, fate_of
from grader.authoring.mutants import Mutant, mutants
from grader.authoring.prove import Problem, Step, _with_dependents
from grader.authoring.report import show_fates, show_step
from grader.course import find_labs
from grader.errors import CourseError
from grader.verdict.record import Finding, Result, Rubric, Status

LABS = find_labs(ROOT / "exercises")
C = Mutant("counter.c", 1, "constant", "int a = 1;\n", "int a = 0;\n")
PYTHON = Mutant("counter.py", 1, "constant", "a = 1\n", "a = 0\n")
CLANG = "/virtual/main.c:15:2: error: use of undeclared identifier 'a'\n"


def result(log: str = "", **lost: Status) -> Result:
    """Lab 3 with all points but for `lost`: t3_1=Status.FAIL."""
    lab = LABS["lab3"]
    rubric = Rubric(lab)
    for task in lab.tasks:
        status = lost.get("t" + task.id.replace(".", "_"), Status.PASS)
        rubric.add(task, Finding(status, log=log if status is not Status.PASS else ""))
    return Result("2026-01-01T00:00:00Z", 1.0, {"where": "native"}, (rubric.result("en"),))


@pytest.mark.parametrize(
    "mutant, verdict, unjudged, equivalent, fate",
    [
        (C, result(), set(), False, Fate.SURVIVED),
        (C, result(), set(), True, Fate.EQUIVALENT),
        (C, result(), {"3.7"}, False, Fate.NOT_JUDGED),
        (C, result(), {"3.7"}, True, Fate.EQUIVALENT),
        (C, result(t3_7=Status.INFRA), {"3.7"}, False, Fate.NOT_JUDGED),
        (C, result(t3_7=Status.INFRA), set(), False, Fate.NOT_JUDGED),
        (C, result(t3_4=Status.FAIL), set(), False, Fate.CAUGHT),
        (C, result(t3_4=Status.FAIL), set(), True, Fate.CAUGHT),
        (C, result(t3_4=Status.FAIL), {"3.7"}, False, Fate.CAUGHT),
        (C, result(t3_5=Status.TIMEOUT), set(), False, Fate.CAUGHT),
        (C, result(t3_5=Status.BLOCKED), set(), False, Fate.SURVIVED),
        (C, result(t3_1=Status.ERROR, log="the verifier's"), set(), False, Fate.CAUGHT),
        (C, result(t3_1=Status.ERROR, log=CLANG), set(), False, Fate.NOT_COMPILING),
        (PYTHON, result(t3_5=Status.ERROR, log=CLANG), set(), False, Fate.CAUGHT),
    ],
)
def test_the_fate_of_a_mutant(mutant, verdict, unjudged, equivalent, fate: Fate) -> None:
    assert fate_of(mutant, verdict, frozenset(unjudged), equivalent=equivalent) is fate


@pytest.mark.parametrize(
    "tasks, all_",
    [
        (["3.7"], {"3.7"}),
        (["3.5"], {"3.5", "3.6"}),
        (["3.3"], {"3.3", "3.4", "3.5", "3.6", "3.7"}),
        (["3.2", "3.5"], {"3.2", "3.5", "3.6"}),
    ],
)
def test_a_mistake_concerns_the_tasks_that_need_its_own(tasks: list[str], all_: set[str]) -> None:
    assert _with_dependents(LABS["lab3"], tasks) == all_


EQUIVALENT = """
[[equivalent]]
file = "a.c"
before = '''
if (x) {
    f();
}'''
after = "if (x) { }"
reason = "f does nothing."
"""


def test_equivalents_are_compared_without_indentation(tmp_path: Path) -> None:
    (tmp_path / "mutants.toml").write_text(EQUIVALENT)
    (entry,) = equivalents(tmp_path / "mutants.toml")
    assert entry == Equivalent("a.c", "if (x) {\nf();\n}", "if (x) { }", "f does nothing.")
    text = "int g()\n{\n\tif (x) {\n\t\tf();\n\t}\n}\n"
    assert [m.kind for m in mutants("a.c", text) if entry.covers(m)] == ["body of a check removed"]
    assert not any(entry.covers(mutant) for mutant in mutants("b.c", text))


@pytest.mark.parametrize(
    "text",
    [
        EQUIVALENT.replace('reason = "f does nothing."', ""),
        EQUIVALENT.replace("f does nothing.", " "),
        EQUIVALENT.replace("reason", "because"),
        EQUIVALENT.replace('"if (x) { }"', "3"),
        "[equivalent]\nfile = 'a.c'\n",
        "[[mutant]]\n",
        "[[",
    ],
)
def test_a_list_of_equivalents_that_is_wrong_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "mutants.toml").write_text(text)
    with pytest.raises(CourseError, match=r"mutants\.toml"):
        equivalents(tmp_path / "mutants.toml")


@pytest.mark.parametrize("lab", LABS)
def test_every_equivalent_that_a_lab_lists_is_a_mutant_of_it(lab: str) -> None:
    folder = ROOT / "solutions" / lab
    for entry in equivalents(folder / "mutants.toml"):
        made = mutants(entry.file, (folder / entry.file).read_text())
        assert any(entry.covers(mutant) for mutant in made), entry


@pytest.mark.parametrize("kind", ["right_answers", "wrong_answers"])
def test_every_answer_has_a_header_about_tasks_that_there_are(kind: str) -> None:
    for answer in answers(kind):
        assert set(answer.loses) <= {task.id for task in LABS[answer.lab].tasks}
        assert set(answer.loses.values()) <= {"fail", "error", "timeout", "blocked"}
        assert bool(answer.loses) == (kind == "wrong_answers")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "/* wrong: It counts twice. */",
        "/*\n * right: It does.\n * loses: 3.1 error\n */",
        "/*\n * wrong: It does not.\n * loses: 3.1\n */",
        "/*\n * wrong: It does not.\n * loses: ,\n */",
    ],
)
def test_a_header_that_is_wrong_is_refused(tmp_path: Path, header: str) -> None:
    path = tmp_path / "answer.c"
    path.write_text(header + "\nint a;\n")
    with pytest.raises(CourseError, match=r"answer\.c"):
        read(path, "lab3")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A copy of the checkout, to be spoilt."""
    return copy(tmp_path)


@pytest.mark.parametrize(
    "file, old, new, said",
    [
        (
            "exercises/lab3/test_lab3.py",
            '@task("3.7")',
            '@task("3.3")',
            "no check judges 3.7",
        ),
        (
            "exercises/lab3/README.fr.md",
            "3.4",
            "3.3",
            "exercises/lab3/README.fr.md does not name task 3.4.",
        ),
        (
            "solutions/lab3/counter.c",
            "TODO 3.4: leave",
            "TODO 3.4: do leave",
            "Run: ./labebpf stubs lab3",
        ),
        (
            "solutions/lab3/counter.c",
            "// END SOLUTION",
            "",
            "counter.c:1: This block does not end.",
        ),
    ],
)
def test_what_can_be_read_is_proved_before_anything_is_graded(
    course: Path, file: str, old: str, new: str, said: str
) -> None:
    path = course / file
    path.write_text(path.read_text().replace(old, new))
    done = subprocess.run(
        [sys.executable, "-B", "-m", "grader", "prove", "lab3"],
        cwd=course,
        env={"PYTHONPATH": str(course), "PATH": "/usr/bin:/bin:/usr/sbin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "✗" in done.stdout and said in done.stdout
    assert "earns" not in done.stdout


def shown(step: Step) -> str:
    console = Console(file=io.StringIO(), width=60, highlight=False)
    show_step(console, step)
    return console.file.getvalue()


def test_a_step_is_shown_with_what_is_wrong_and_what_to_do() -> None:
    assert shown(Step("the stub earns nothing")) == "  ✓ the stub earns nothing\n"
    problem = Problem("The stub earns task 3.1.", "Mend it.", "\n".join(map(str, range(40))))
    said = shown(Step("the stub earns nothing", (problem,)))
    assert said.startswith(
        "  ✗ the stub earns nothing\n    The stub earns task 3.1.\n    Mend it.\n"
        "      [... 10 lines before ...]\n      10\n"
    )
    assert said.endswith("      39\n")


def test_what_a_kernel_cannot_judge_is_said_loudly() -> None:
    said = shown(Step("the solution earns everything", unjudged="3.7: one CPU"))
    assert said == (
        "  ✓ the solution earns everything\n    NOT JUDGED ON THIS KERNEL: 3.7: one CPU\n"
    )


def test_the_share_that_is_caught_is_of_those_that_do_something_wrong() -> None:
    fates = [(C, Fate.CAUGHT)] * 3 + [(C, Fate.SURVIVED), (C, Fate.EQUIVALENT)]
    fates += [(PYTHON, Fate.NOT_JUDGED), (PYTHON, Fate.NOT_COMPILING)]
    console = Console(file=io.StringIO(), width=120, highlight=False)
    show_fates(console, fates)
    rows = [line.split() for line in console.file.getvalue().splitlines()]
    assert rows[2:] == [
        ["counter.c", "5", "0", "3", "1", "0", "1", "75%"],
        ["counter.py", "2", "1", "0", "0", "1", "0"],
        ["all", "7", "1", "3", "1", "1", "1", "75%"],
    ]
