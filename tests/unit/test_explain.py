"""From a tool's log to the student's own line. The logs are excerpts of real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import SubmissionError
from grader.verdict.explain import explain

LOGS = Path(__file__).parent / "logs"
# The logs come from one-line functions; what stands above them only moves them down.
ABOVE = "/* my program */\n\n"
MAP = "BPF_HASH(compteur);\n"
HELLO = "int hello(struct pt_regs *ctx) { %s return 0; }\n"
SEMICOLON = 'int hello(void *ctx) { bpf_trace_printk("Hello\\n") return 0; }\n'
NULL = HELLO % "u64 k = 0; u64 *v = compteur.lookup(&k); (*v)++;"


def told(log: str, source: str = "", *, file: str = "a.c", line: int = 0) -> SubmissionError:
    text = (LOGS / f"{log}.txt").read_text()
    error = SubmissionError("It does not load.", "See the log.", log=text, file=file, line=line)
    return explain(error, source.encode())


@pytest.mark.parametrize("compiler", ["llvm14", "llvm19"])
def test_an_error_of_the_compiler_is_found_in_the_students_file(compiler: str) -> None:
    error = told(f"{compiler}_semicolon", ABOVE + SEMICOLON)
    assert error.what == "The compiler refuses a.c: expected ';' after expression."
    assert (error.file, error.line) == ("a.c", 3)
    assert "1 error generated" in error.log


@pytest.mark.parametrize("compiler", ["llvm14", "llvm19"])
def test_the_first_error_counts_not_the_notes_after_it(compiler: str) -> None:
    typo = HELLO % "u64 k=0; u64 *v = compteurs.lookup(&k);"
    error = told(f"{compiler}_typo", ABOVE + MAP + typo)
    assert "undeclared identifier 'compteurs'; did you mean 'compteur'?" in error.what
    assert error.line == 4


@pytest.mark.parametrize("compiler", ["llvm14", "llvm19"])
def test_of_equal_lines_the_nearest_to_the_compilers_number_is_shown(compiler: str) -> None:
    far = "\n" * 50
    assert told(f"{compiler}_semicolon", SEMICOLON + far + SEMICOLON).line == 1
    assert told(f"{compiler}_semicolon", "\n\n" + SEMICOLON + far + SEMICOLON).line == 3


def test_a_line_that_is_not_in_the_students_file_is_not_guessed() -> None:
    assert told("llvm14_semicolon", "int main(void) { return 0; }\n").line == 0


@pytest.mark.parametrize("kernel", ["linux61", "linux612", "linux618"])
def test_a_pointer_that_may_be_null_is_shown_where_it_is_followed(kernel: str) -> None:
    error = told(f"null_{kernel}", ABOVE + MAP + NULL)
    assert "may be NULL" in error.what
    assert NULL.strip() in error.what
    assert "Test the pointer" in error.remedy
    assert (error.file, error.line) == ("a.c", 4)


def test_an_old_kernel_that_quotes_no_source_still_gets_the_sentence() -> None:
    error = told("null_linux418", MAP + NULL)
    assert "may be NULL" in error.what
    assert error.line == 0


def test_the_line_of_a_longer_function_is_found_through_bccs_rewriting() -> None:
    source = """\
BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 k = 0, *v;

	v = compteur.lookup( &k );
	compteur.delete(&k);
	return 0;
}
"""
    rewritten = "v = bpf_map_lookup_elem((void *)bpf_pseudo_fd(1, -1), &k);"
    for suffix in ("", " @ main.c:17"):
        log = (
            f"0: R1=ctx() R10=fp0\n; {rewritten}{suffix}\nR2 !read_ok\nprocessed 7 insns (limit 9)"
        )
        error = explain(SubmissionError("No.", log=log, file="a.c"), source.encode())
        assert error.line == 7
        assert error.what == "The verifier refuses a.c: R2 !read_ok."


@pytest.mark.parametrize("log", ["llvm14_stack", "llvm19_stack"])
def test_the_stack_has_512_bytes(log: str) -> None:
    assert "512 bytes of stack" in told(log).what


@pytest.mark.parametrize("log", ["llvm14_arguments", "llvm19_arguments"])
def test_a_helper_has_five_arguments(log: str) -> None:
    error = told(log, HELLO % 'int a=1; bpf_trace_printk("%d %d %d %d\\n",a,a,a,a);')
    assert "more than five arguments" in error.what
    assert "three values" in error.remedy


@pytest.mark.parametrize("log", ["loop_linux61", "loop_linux418"])
def test_a_loop_needs_an_end(log: str) -> None:
    assert "end of a loop" in told(log).what


@pytest.mark.parametrize("log", ["tracepoint", "kprobe"])
def test_a_place_that_does_not_exist_is_said_to_be_missing(log: str) -> None:
    error = told(log)
    assert "does not exist in this kernel" in error.what
    assert error.log


def test_a_refusal_that_is_not_known_is_shown_in_the_verifiers_words() -> None:
    error = told("key_by_value", MAP + HELLO % "u64 k=0; u64 *v = compteur.lookup(k);")
    words = "R2 type=scalar expected=fp, pkt, pkt_meta, map_key, map_value"
    assert error.what == f"The verifier refuses a.c: {words}."
    assert error.line == 2


def test_a_line_of_the_c_file_is_never_shown_as_one_of_the_script() -> None:
    error = told("null_linux61", ABOVE + MAP + NULL, file="a.py", line=12)
    assert (error.file, error.line) in [("a.py", 12), ("a.py", 0)]
    assert "may be NULL" in error.what


@pytest.mark.parametrize("log", ["", "Killed", "Segmentation fault\n", "; \nprocessed\n"])
def test_a_log_that_says_nothing_known_leaves_the_error_as_it_is(log: str) -> None:
    error = SubmissionError("It ended.", "Look.", log=log, file="a.c", line=9)
    assert explain(error, MAP.encode()) is error


@pytest.mark.parametrize("source", [b"", b"\xff\xfe\n\n", b"\n" * 5])
@pytest.mark.parametrize("log", sorted(path.stem for path in LOGS.iterdir()))
def test_any_log_can_be_told_of_any_source(log: str, source: bytes) -> None:
    text = (LOGS / f"{log}.txt").read_text()
    error = explain(SubmissionError("No.", log=text, file="a.c", line=99), source)
    assert error.what
    assert error.file == "a.c"


def test_a_log_is_cleaned_before_it_is_looked_at() -> None:
    text = (LOGS / "llvm14_semicolon.txt").read_text().replace("error:", "\x1b[31merror:\x1b[0m")
    error = explain(SubmissionError("No.", log=text, file="a.c"), SEMICOLON.encode())
    assert error.line == 1
    assert "\x1b" not in error.log
