"""Scripts that end with an error, run by each Python there is, and what is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.base.errors import SubmissionError
from grader.base.messages import say
from grader.submission.tracebacks import last_error
from grader.verdict.catalogue import entries
from grader.verdict.classify import finding_of
from grader.verdict.explain import Explanation
from grader.verdict.explain_script import explain_script
from tests.support.broken_programs import entry_of
from tests.support.broken_scripts import OF_BCC, SCRIPTS, error_of, golden, pythons, run


def known(script: Path, output: str) -> str:
    found = explain_script(error_of(script, output), script.read_bytes())
    return found.known if isinstance(found, Explanation) else ""


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_an_error_of_a_script_is_explained(script: Path) -> None:
    for python in pythons():
        output = run(python, script)
        assert known(script, output) == entry_of(script), (python, output)
        said, written = golden(script, output)
        assert said == written


def test_each_entry_for_scripts_has_one() -> None:
    of_scripts = {entry.id for entry in entries() if "python" in entry.says}
    assert {entry_of(script) for script in (*SCRIPTS, *OF_BCC)} == of_scripts


COUNTER_EXAMPLES = {
    "a string with what C has": ('x = "a && b" 1\n', "syntax"),
    "a colon that is there": ("x = 1\nif x y:\n    pass\n", "syntax"),
    "a variable named like a module": ("def f():\n    print(time)\n\n\nf()\n", "N05"),
    "a KeyError of its own": ('counts = {}\nprint(counts["a"])\n', "T20"),
    "a KeyError that it raises": ("raise KeyError(1)\n", ""),
    "a library's own None": ("import os\n\nos.path.join(None, 'a')\n", ""),
    "a library's own bytes": ("import os\n\nos.path.join(b'a', 'b')\n", ""),
    "a library's own object": ("import shlex\n\nshlex.split(1)\n", ""),
    "a library's own name": ("import runpy\n\nrunpy.run_module('nothing')\n", ""),
    "a library's own number": ("import statistics\n\nstatistics.mean(['a', 1])\n", ""),
    "a list of its own": ("names = []\nprint(names[1])\n", "T22"),
    "a file of the kernel": ("open('/proc/nothing')\n", ""),
    "an except that is not finished": ("try:\n    pass\nexcept KeyError as:\n    pass\n", "syntax"),
    "an import that is not finished": ("from bcc import\n", "syntax"),
    "a call over two lines": ("int (\n1 2)\n", "S32"),
    "a value of an object of its own": ("class A:\n    pass\n\n\nA().value\n", "N21"),
    "text that is no number of bytes": ("print(int('1 2'))\n", "T14"),
    "numbers that are too many": ("print('%d' % (1, 2))\n", "T17"),
    "too few values of its own": ("a, b = (1,)\n", "T21"),
    "a wrong call of its own": ("def f(a):\n    pass\n\n\nf()\n", "T24"),
    "an end of its own": ("raise SystemExit('no')\n", ""),
    "a lambda called in open_perf_buffer": ("def f(a):\n    pass\n\n\nprint(f())\n", "T24"),
    "bytes of letters for int": ("print(int(b'ab'))\n", "T14"),
    "one number for two": ("a, b = 1\n", ""),
    "an object of its own that is called": ("class A:\n    pass\n\n\nA()()\n", ""),
    "an error of its own words": ("raise Exception('SyntaxError: invalid syntax')\n", ""),
}


@pytest.mark.parametrize("name", COUNTER_EXAMPLES)
def test_a_like_message_for_another_reason_is_not_explained_by_it(
    name: str, tmp_path: Path
) -> None:
    text, expected = COUNTER_EXAMPLES[name]
    script = tmp_path / "script.py"
    script.write_text(text)
    for python in pythons():
        output = run(python, script)
        assert known(script, output) == expected, output


def test_a_script_that_nothing_is_known_of_shows_its_line(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("n = 1\nprint(n / 0)\n")
    output = run(pythons()[0], script)
    found = finding_of(error_of(script, output), script.read_bytes())
    assert (found.line, found.excerpt) == (2, "    2 | print(n / 0)")


def test_what_a_script_prints_below_its_error_is_not_the_error() -> None:
    log = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\nKeyError\non\n'
    found = explain_script(SubmissionError(say("No."), log=log, file="a.py", line=1), b"x\n")
    assert found is None


def test_what_a_traceback_quotes_is_not_what_bcc_says() -> None:
    log = """\
Traceback (most recent call last):
  File "/lab/a.py", line 2, in <module>
    b.attach_uprobe(name="c", sym="make_directory", fn_name="f")
  File "/usr/lib/python3/dist-packages/bcc/__init__.py", line 968, in _check_path_symbol
    raise Exception("could not determine address of symbol %s in %s"
Exception: could not determine address of symbol make_directory in c
"""
    error = SubmissionError(say("No."), log=log, file="a.py", line=2)
    assert finding_of(error).why == "There is no function make_directory in the library c."


def test_what_goes_wrong_at_an_objects_end_is_not_the_error(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    end = "class A:\n    def __del__(self):\n        raise KeyError\n\n\n"
    script.write_text(f"{end}a = A()\n")
    for python in pythons():
        alone = run(python, script)
        assert "Traceback" in alone and last_error(alone).startswith("KeyError")
    script.write_text(f"{end}def f():\n    a = A()\n    b\n\n\nf()\n")
    for python in pythons():
        both = run(python, script)
        assert both.index("NameError") < both.index("KeyError")
        assert last_error(both) == "NameError: name 'b' is not defined"


@pytest.mark.parametrize(
    "log",
    [
        "Traceback (most recent call last):\n" + "a." * 100_000,
        "Exception ignored in: f\nTraceback (most recent call last):\n" * 1_000,
        '  File "' + 'a"' * 100_000 + ", line 1\nSyntaxError: invalid syntax\n",
        "Exception ignored on calling ctypes callback function\n" * 10_000,
        "Traceback (most recent call last):\n\x1b[31mKeyError: {0.__class__}\n",
        'Traceback (most recent call last):\n  File "a.py", line ' + "9" * 5_000 + "\nKeyError\n",
    ],
)
@pytest.mark.parametrize("source", [b"", b"\xff\n", b"if " * 50_000, b"{name}" * 100])
def test_hostile_output_is_harmless(log: str, source: bytes) -> None:
    finding_of(SubmissionError(say("No."), log=log, file="a.py", line=10**9), source).cleaned()
