"""What `labebpf prove` finds without a kernel, and what it makes of verdicts."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from grader.authoring.answers import answers, read
from grader.authoring.equivalents import Equivalent, equivalents
from grader.authoring.mutant_outcomes import MutantOutcome, outcome_of
from grader.authoring.mutants import Mutant, mutants
from grader.authoring.prove import Problem, ProofStep
from grader.authoring.prove_report import show_outcomes, show_step
from grader.base.errors import CourseError
from grader.base.messages import Message, say
from grader.labs import find_labs
from grader.verdict.record import Finding, Result, Status
from grader.verdict.rubric import Rubric
from tests.support.checkout import ROOT, copy, labebpf

LABS = find_labs(ROOT / "exercises")
C = Mutant("counter.c", 1, "constant", "int a = 1;\n", "int a = 0;\n")
PYTHON = Mutant("counter.py", 1, "constant", "a = 1\n", "a = 0\n")
CLANG = "/virtual/main.c:15:2: error: use of undeclared identifier 'a'\n"


def result(log: str = "", **lost: Status) -> Result:
    """Make a result of lab 3 with all points but for `lost`: t3_1=Status.FAIL."""
    lab = LABS["lab3"]
    rubric = Rubric(lab)
    for task in lab.tasks:
        status = lost.get("t" + task.id.replace(".", "_"), Status.PASS)
        rubric.add(task, Finding(status, log=log if status is not Status.PASS else ""))
    return Result("2026-01-01T00:00:00Z", 1.0, {"where": "native"}, (rubric.result("en"),))


@pytest.mark.parametrize(
    "mutant, verdict, unjudged, equivalent, outcome",
    [
        (C, result(), set(), False, MutantOutcome.SURVIVED),
        (C, result(), set(), True, MutantOutcome.EQUIVALENT),
        (C, result(), {"3.7"}, False, MutantOutcome.NOT_JUDGED),
        (C, result(), {"3.7"}, True, MutantOutcome.EQUIVALENT),
        (C, result(t3_7=Status.INFRA), {"3.7"}, False, MutantOutcome.NOT_JUDGED),
        (C, result(t3_7=Status.INFRA), set(), False, MutantOutcome.NOT_JUDGED),
        (C, result(t3_4=Status.FAIL), set(), False, MutantOutcome.CAUGHT),
        (C, result(t3_4=Status.FAIL), set(), True, MutantOutcome.CAUGHT),
        (C, result(t3_4=Status.FAIL), {"3.7"}, False, MutantOutcome.CAUGHT),
        (C, result(t3_5=Status.TIMEOUT), set(), False, MutantOutcome.CAUGHT),
        (C, result(t3_5=Status.BLOCKED), set(), False, MutantOutcome.SURVIVED),
        (C, result(t3_1=Status.ERROR, log="the verifier's"), set(), False, MutantOutcome.CAUGHT),
        (C, result(t3_1=Status.ERROR, log=CLANG), set(), False, MutantOutcome.NOT_COMPILING),
        (PYTHON, result(t3_5=Status.ERROR, log=CLANG), set(), False, MutantOutcome.CAUGHT),
    ],
)
def test_the_outcome_of_a_mutant(
    mutant: Mutant, verdict: Result, unjudged: set[str], equivalent: bool, outcome: MutantOutcome
) -> None:
    assert outcome_of(mutant, verdict, frozenset(unjudged), equivalent=equivalent) is outcome


@pytest.mark.parametrize(
    "tasks, all_",
    [
        (["3.7"], {"3.7"}),
        (["3.2", "3.5"], {"3.2", "3.5"}),
        (["3.1"], {"3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7"}),
    ],
)
def test_a_mistake_concerns_the_tasks_that_need_its_own(tasks: list[str], all_: set[str]) -> None:
    assert LABS["lab3"].with_dependents(tasks) == all_


RIGHT = "/*\n * right: It does.\n"
WRONG = "/*\n * wrong: It does not.\n * loses: "
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
    "text, said",
    [
        (EQUIVALENT.replace('reason = "f does nothing."', ""), "{} 1 lacks reason"),
        (EQUIVALENT + EQUIVALENT.replace("f does nothing.", " "), "{} 2 has no reason"),
        (EQUIVALENT.replace("reason", "because"), "{} 1 lacks reason"),
        (EQUIVALENT + "because = ''", "{} 1 has unknown keys: because"),
        (EQUIVALENT.replace('"if (x) { }"', "3"), "{} 1 has values that are not strings"),
        ("equivalent = [3]", "{} 1 lacks file, before, after, reason"),
        ("[equivalent]\nfile = 'a.c'\n", "has more in it"),
        ("[[mutant]]\n", "has more in it"),
        ("[[", "cannot be read"),
    ],
)
def test_a_list_of_equivalents_that_is_wrong_is_refused(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "mutants.toml").write_text(text)
    with pytest.raises(CourseError) as raised:
        equivalents(tmp_path / "mutants.toml")
    assert said.format("mutants.toml: [[equivalent]]") in raised.value.what
    assert raised.value.remedy


@pytest.mark.parametrize("text", ["", "# None yet.\n", "equivalent = []\n"])
def test_a_list_of_equivalents_may_be_empty(tmp_path: Path, text: str) -> None:
    (tmp_path / "mutants.toml").write_text(text)
    assert equivalents(tmp_path / "mutants.toml") == ()


@pytest.mark.parametrize("lab", LABS)
def test_every_equivalent_that_a_lab_lists_is_a_mutant_of_it(lab: str) -> None:
    folder = ROOT / "solutions" / lab
    for entry in equivalents(folder / "mutants.toml"):
        made = mutants(entry.file, (folder / entry.file).read_text())
        assert any(entry.covers(mutant) for mutant in made), entry


@pytest.mark.parametrize("kind", ["right", "wrong"])
def test_every_answer_has_a_header_about_tasks_that_there_are(kind: str) -> None:
    for answer in answers(kind):
        answer.check(LABS[answer.lab])
        assert bool(answer.loses) == (kind == "wrong")


@pytest.mark.parametrize(
    "header, said",
    [
        ("", "has no header"),
        ("/* wrong: It counts twice. */", "has wrong: in its header. Write wrong: and loses:"),
        (RIGHT + " * loses: 3.1 error\n */", "has right:, loses: in its header"),
        (RIGHT + " * wrong: It does not.\n */", "has right:, wrong: in its header"),
        (RIGHT + " * right: It does.\n */", "right: appears twice"),
        (RIGHT + " * kernel: kprobse\n */", "'kprobse' is not a known value of kernel"),
        (RIGHT + " * say: Attach it.\n */", "say: is not a word of a header"),
        (WRONG + "3.1\n */", "cannot be read at '3.1'"),
        (WRONG + ",\n */", "cannot be read at ''"),
        (WRONG + "3.1 failed\n */", "cannot be read at '3.1 failed'"),
        (WRONG + "3.1 pass\n */", "cannot be read at '3.1 pass'"),
        (WRONG + "3.1 fail, 3.2 fail, 3.1 error\n */", "cannot be read at '3.1 error'"),
    ],
)
def test_a_header_that_is_wrong_is_refused(tmp_path: Path, header: str, said: str) -> None:
    path = tmp_path / "answer.c"
    path.write_text(header + "\nint a;\n")
    with pytest.raises(CourseError, match=r"answer\.c") as raised:
        read(path, "lab3")
    assert said in str(raised.value)
    assert raised.value.remedy


def test_an_answer_stands_in_the_folder_that_its_header_says(tmp_path: Path) -> None:
    for kind, header in (("right", WRONG + "3.1 fail\n */"), ("wrong", RIGHT)):
        path = tmp_path / "lab3" / kind / "answer.c"
        path.parent.mkdir(parents=True)
        path.write_text(header)
        with pytest.raises(CourseError, match=rf"Move it out of {kind}/"):
            answers(kind, tmp_path)


def test_an_answer_may_be_in_any_encoding(tmp_path: Path) -> None:
    path = tmp_path / "answer.c"
    path.write_bytes(RIGHT.encode() + b" */\n/* \xe9 */\n")
    assert read(path, "lab3").sentence == "It does."


@pytest.mark.parametrize("name", ["answer.txt", "answer.c~"])
def test_what_is_no_answer_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(RIGHT)
    with pytest.raises(CourseError, match="is not an answer"):
        read(tmp_path / name, "lab3")


def test_an_answer_is_about_what_its_lab_has(tmp_path: Path) -> None:
    path = tmp_path / "answer.c"
    path.write_text(WRONG + "3.9 fail\n */")
    with pytest.raises(CourseError, match=r"answer\.c: lab3 has no task 3\.9"):
        read(path, "lab3").check(LABS["lab3"])
    folder = tmp_path / "answer"
    folder.mkdir()
    (folder / "main.c").write_text(RIGHT)
    with pytest.raises(CourseError, match=r"main\.c is not one of the files of lab3"):
        read(folder, "lab3").check(LABS["lab3"])


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Make a copy of the checkout that a test may spoil."""
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
            "counter.c:1: This block is not closed.",
        ),
        (
            "exercises/lab3/README.fr.md",
            "dossier",
            "\udce9dossier",
            "README.fr.md:1: This is not UTF-8.",
        ),
        (
            "solutions/lab3/counter.c",
            "hash",
            "\udce9",
            "counter.c:3: This is not UTF-8.",
        ),
    ],
)
def test_what_can_be_read_is_proved_before_anything_is_graded(
    course: Path, file: str, old: str, new: str, said: str
) -> None:
    path = course / file
    path.write_text(path.read_text().replace(old, new), errors="surrogateescape")
    assert said in disproved(course)


def disproved(course: Path) -> str:
    """Return what `prove` says of lab 3, which is wrong before anything is graded."""
    done = labebpf(course, "prove", "lab3", PATH="/usr/bin:/bin:/usr/sbin")
    assert (done.returncode, done.stderr) == (1, "")
    assert "✗" in done.stdout
    assert "earns" not in done.stdout
    return done.stdout


def test_checks_that_are_not_there_are_missed(course: Path) -> None:
    (course / "exercises" / "lab3" / "test_lab3.py").unlink()
    assert "lab3: no check judges 3.1, 3.2, 3.3, 3.4, 3.5, 3.6, 3.7." in disproved(course)


def test_all_that_answers_and_equivalents_say_is_judged_at_once(course: Path) -> None:
    for kind, text in (("right", WRONG + "3.1 fail\n */"), ("wrong", RIGHT)):
        for lab in ("lab2", "lab3"):
            path = course / "solutions" / lab / kind / f"{kind}.c"
            path.parent.mkdir(parents=True)
            path.write_text(text)
    (course / "solutions" / "lab3" / "mutants.toml").write_text(EQUIVALENT)
    said = disproved(course)
    for words in (
        "right/right.c has wrong:",
        "wrong/wrong.c has right:",
        "lists what no mutant does",
    ):
        assert words in said
    assert "lab2" not in said


@pytest.mark.parametrize("command", ["prove", "stubs"])
def test_what_is_wrong_with_the_course_is_an_answer(course: Path, command: str) -> None:
    """Status 1, not that of a machine that cannot do it."""
    manifest = course / "exercises" / "lab3" / "lab.toml"
    manifest.write_text(manifest.read_text().replace("points = 1", "points = 0"))
    done = labebpf(course, command, "lab3")
    assert (done.returncode, done.stdout) == (1, "")
    assert "has no points" in done.stderr


def shown(step: ProofStep) -> str:
    file = io.StringIO()
    show_step(Console(file=file, width=60, highlight=False), step)
    return file.getvalue()


def test_a_step_is_shown_with_what_is_wrong_and_what_to_do() -> None:
    assert shown(ProofStep(say("the stub earns nothing"))) == "  ✓ the stub earns nothing\n"
    problem = Problem(
        say("The stub earns task 3.1."), say("Mend it."), "\n".join(map(str, range(40)))
    )
    said = shown(ProofStep(say("the stub earns nothing"), (problem,)))
    assert said.startswith(
        "  ✗ the stub earns nothing\n    The stub earns task 3.1.\n    Mend it.\n"
        "      [... 10 lines before ...]\n      10\n"
    )
    assert said.endswith("      39\n")


def test_what_a_kernel_cannot_judge_is_said_loudly() -> None:
    said = shown(ProofStep(say("the solution earns everything"), unjudged=Message("3.7: one CPU")))
    assert said == (
        "  ✓ the solution earns everything\n    NOT JUDGED ON THIS KERNEL: 3.7: one CPU\n"
    )


def test_the_share_that_is_caught_is_of_those_that_do_something_wrong() -> None:
    outcomes = [(C, MutantOutcome.CAUGHT)] * 3 + [
        (C, MutantOutcome.SURVIVED),
        (C, MutantOutcome.EQUIVALENT),
    ]
    outcomes += [(PYTHON, MutantOutcome.NOT_JUDGED), (PYTHON, MutantOutcome.NOT_COMPILING)]
    file = io.StringIO()
    show_outcomes(Console(file=file, width=120, highlight=False), outcomes)
    rows = [line.split() for line in file.getvalue().splitlines()]
    assert rows[2:] == [
        ["counter.c", "5", "0", "3", "1", "0", "1", "75%"],
        ["counter.py", "2", "1", "0", "0", "1", "0"],
        ["all", "7", "1", "3", "1", "1", "1", "75%"],
    ]
