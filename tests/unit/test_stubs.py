"""Stubs are what their solutions make of them; marks that cannot be read say where they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.base.errors import CourseError
from grader.labs import Lab, find_labs, load_lab
from grader.labs.stubs import Block, ParsedSolution, drifted, parse, read
from tests.support.checkout import NOBODY, ROOT, copy, labebpf

LABS = list(find_labs(ROOT / "exercises").values())
FILES = [(lab, name) for lab in LABS for name in lab.edits]

MANIFEST = """
[lab]
title = { en = "A", fr = "A" }
program = "a.c"
script = "a.py"
edits = ["a.c", "a.py"]
attach = "tracepoint:syscalls:sys_enter_mkdir"
"""
TASK = """
[[task]]
id = "%s"
points = 1
file = "%s"
title = { en = "T", fr = "T" }
hints = [{ en = "H", fr = "H" }]
"""
C = """\
#include <linux/sched.h>

// BEGIN SOLUTION 9.1
//| /*
//|  * TODO 9.1: declare it.
//|
//|  */
BPF_HASH(table);
// END SOLUTION

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	// BEGIN SOLUTION 9.2 9.1
	u64 key = 0;
	//| /* TODO 9.2: count. */
	table.increment(key);
	// END SOLUTION
	return 0;
}
"""
C_STUB = """\
#include <linux/sched.h>

/*
 * TODO 9.1: declare it.

 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	/* TODO 9.2: count. */
	return 0;
}
"""


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """Make a lab: tasks 9.1 and 9.2 are about a.c, 9.3 is about a.py."""
    folder = tmp_path / "exercises" / "lab9"
    folder.mkdir(parents=True)
    tasks = [TASK % task for task in (("9.1", "a.c"), ("9.2", "a.c"), ("9.3", "a.py"))]
    (folder / "lab.toml").write_text(MANIFEST + "".join(tasks))
    return load_lab(folder)


def c(lab: Lab, text: str) -> ParsedSolution:
    return parse(lab, "a.c", Path("a.c"), text)


def python(lab: Lab, text: str) -> ParsedSolution:
    return parse(lab, "a.py", Path("a.py"), text)


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_no_stub_has_drifted(lab: Lab) -> None:
    assert list(drifted(lab, ROOT / "solutions")) == []


@pytest.mark.parametrize("lab, name", FILES, ids=[f"{lab.name}/{name}" for lab, name in FILES])
def test_no_line_of_the_solution_survives_in_the_stub(lab: Lab, name: str) -> None:
    marked = read(lab, name, ROOT / "solutions")
    assert marked.solved
    stub = (lab.folder / name).read_text()
    assert [line for _, line in marked.solved if line in stub] == []


def test_lines_outside_stay_and_those_with_a_bar_are_shown(lab: Lab) -> None:
    marked = c(lab, C)
    assert marked.stub == C_STUB
    assert marked.blocks == (Block(("9.1",), 3, 9), Block(("9.2", "9.1"), 13, 17))
    solved = ((8, "BPF_HASH(table);"), (14, "u64 key = 0;"), (16, "table.increment(key);"))
    assert marked.solved == solved


def test_the_tasks_of_a_line_are_those_of_its_block(lab: Lab) -> None:
    marked = c(lab, C)
    assert marked.tasks_at(8) == ("9.1",)
    assert marked.tasks_at(14) == ("9.2", "9.1")
    assert marked.tasks_at(11) == marked.tasks_at(18) == ()


def test_python_has_hashes_and_a_formatter_may_space_them(lab: Lab) -> None:
    text = """\
def f():
    \"\"\"What f is for.\"\"\"
    # BEGIN SOLUTION 9.3
    # | # TODO 9.3: say one.
    #| raise NotImplementedError
    return 1
    # END SOLUTION
"""
    marked = python(lab, text)
    assert marked.stub == (
        'def f():\n    """What f is for."""\n'
        "    # TODO 9.3: say one.\n    raise NotImplementedError\n"
    )
    assert marked.solved == ((6, "return 1"),)


def test_a_block_that_shows_nothing_leaves_no_gap(lab: Lab) -> None:
    text = """\
\"\"\"Doc.\"\"\"

# BEGIN SOLUTION 9.3
import re

# END SOLUTION


# TODO 9.3
"""
    assert python(lab, text).stub == '"""Doc."""\n\n\n# TODO 9.3\n'


BLOCK_OF_PYTHON = "# BEGIN SOLUTION 9.3\n# END SOLUTION\n"
BLOCK = "// BEGIN SOLUTION 9.1 9.2\n//| TODO 9.1, TODO 9.2\n// END SOLUTION\n"


@pytest.mark.parametrize(
    "text, said",
    [
        ("int a;\n// BEGIN SOLUTION 9.1\n", "a.c:2: This block is not closed."),
        (BLOCK + "// END SOLUTION\n", "a.c:4: There is no block to end here."),
        (BLOCK.replace("//|", "// BEGIN SOLUTION 9.1\n//|"), "a.c:2: A block begins inside"),
        (BLOCK + "//| TODO\n", "a.c:4: What the student sees instead stands outside any block."),
        (BLOCK + "// BEGIN SOLUTION\n", "a.c:4: This mark cannot be read"),
        (BLOCK.replace("END SOLUTION", "END SOLUTION 9.1"), "a.c:3: This mark cannot be read"),
        ("/* BEGIN SOLUTION 9.1 */\n", "a.c:1: This mark cannot be read"),
        (BLOCK.replace("9.2", "9.7"), "a.c:1: lab9 has no task 9.7. Its tasks are 9.1, 9.2, 9.3"),
        (BLOCK.replace("9.2", "9.3"), "a.c:1: task 9.3 is about a.py."),
        (BLOCK.replace(" 9.2\n", "\n", 1), "a.c:3: no block is the solution of task 9.2."),
        ("int a;\n", "a.c:1: no block is the solution of task 9.1."),
        (BLOCK.replace(", TODO 9.2", ""), "a.c:3: the stub has no TODO 9.2."),
        (BLOCK.replace("TODO 9.2", "TODO 9.21"), "a.c:3: the stub has no TODO 9.2."),
    ],
)
def test_a_mark_that_is_wrong_says_where_it_is(lab: Lab, text: str, said: str) -> None:
    with pytest.raises(CourseError) as raised:
        c(lab, text)
    assert said in str(raised.value)
    assert raised.value.remedy


def test_a_stub_that_shows_a_line_of_the_solution_is_refused(lab: Lab, tmp_path: Path) -> None:
    folder = tmp_path / "solutions" / "lab9"
    folder.mkdir(parents=True)
    (folder / "a.c").write_text(C)
    (folder / "a.py").write_text(
        "# BEGIN SOLUTION 9.3\n# | # TODO 9.3: write x = f()\nx = f()\n# END SOLUTION\n"
    )
    with pytest.raises(CourseError, match=r"a\.py:3: the stub shows .*: x = f\(\)"):
        drifted(lab, tmp_path / "solutions")


def test_a_line_of_the_stub_that_is_like_one_of_the_solution_shows_nothing(lab: Lab) -> None:
    common = ("try:", "finally:", "continue", "break", "else:", "pass")
    text = "max_n = 10\n" + "".join(f"{line}\n" for line in common)
    text += "# BEGIN SOLUTION 9.3\n# | # TODO 9.3\nn = 1\n"
    assert python(lab, text + "\n".join(common) + "\n# END SOLUTION\n").leaks() == []
    assert c(lab, BLOCK.replace("// END", "break;\ncontinue;\n// END") + "break;\n").leaks() == []


def test_a_byte_order_mark_is_no_part_of_a_solution(lab: Lab, tmp_path: Path) -> None:
    folder = tmp_path / "solutions" / "lab9"
    folder.mkdir(parents=True)
    for name, text in (("a.c", BLOCK), ("a.py", "# TODO 9.3\n" + BLOCK_OF_PYTHON)):
        (folder / name).write_text(text, encoding="utf-8-sig")
        assert not read(lab, name, tmp_path / "solutions").stub.startswith("\N{BOM}")


def test_a_solution_that_is_missing_is_named(lab: Lab, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"There is no .*solutions/lab9/a\.c\. Write it"):
        drifted(lab, tmp_path / "solutions")


def test_the_command_writes_what_differs_and_check_only_names_it(tmp_path: Path) -> None:
    """In a copy of the checkout, for it writes."""
    copy(tmp_path)
    stub = tmp_path / "exercises" / "lab3" / "counter.c"
    was = stub.read_bytes()

    def stubs(*arguments: str) -> tuple[int, str]:
        done = labebpf(tmp_path, "stubs", *arguments)
        assert not done.stderr
        return done.returncode, done.stdout

    assert stubs("--check") == (0, "Every stub is what its solution makes of it.\n")
    stub.write_bytes(was + b"int more;\n")
    assert stubs("lab0", "--check")[0] == 0
    assert stubs("--check") == (1, "exercises/lab3/counter.c would change\n")
    assert stub.read_bytes() == was + b"int more;\n"
    assert stubs("lab3") == (0, "exercises/lab3/counter.c written\n")
    assert stub.read_bytes() == was


def test_what_is_in_the_way_of_a_stub(tmp_path: Path) -> None:
    """A folder is said to be there; a link that leads nowhere gives way."""
    copy(tmp_path)
    stub = tmp_path / "exercises" / "lab3" / "counter.c"
    was = stub.read_bytes()
    stub.unlink()
    stub.symlink_to("nowhere")
    assert labebpf(tmp_path, "stubs", "lab3").stdout == "exercises/lab3/counter.c written\n"
    assert stub.read_bytes() == was and not stub.is_symlink()
    stub.unlink()
    stub.mkdir()
    done = labebpf(tmp_path, "stubs", "lab3")
    assert done.returncode == 2
    assert "exercises/lab3/counter.c cannot be written: Is a directory." in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_stub_that_root_makes_is_whose_folder_it_is_in(tmp_path: Path) -> None:
    copy(tmp_path)
    stub = tmp_path / "exercises" / "lab3" / "counter.c"
    stub.unlink()
    os.chown(stub.parent, NOBODY, NOBODY)
    assert labebpf(tmp_path, "stubs", "lab3").returncode == 0
    assert (stub.stat().st_uid, stub.stat().st_gid) == (NOBODY, NOBODY)
