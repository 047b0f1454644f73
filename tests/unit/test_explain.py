"""From a tool's log to the student's own line. The logs are excerpts of real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.base.errors import SubmissionError
from grader.base.messages import say
from grader.verdict.explain import Explanation, explain

LOGS = Path(__file__).parent / "logs"
# The logs come from one-line functions; what stands above them only moves them down.
ABOVE = "/* my program */\n\n"
MAP = "BPF_HASH(compteur);\n"
HELLO = "int hello(struct pt_regs *ctx) { %s return 0; }\n"
SEMICOLON = 'int hello(void *ctx) { bpf_trace_printk("Hello\\n") return 0; }\n'
NULL = HELLO % "u64 k = 0; u64 *v = compteur.lookup(&k); (*v)++;"


def told(
    log: str, source: str = "", *, file: str = "a.c", line: int = 0
) -> Explanation | SubmissionError:
    text = (LOGS / f"{log}.txt").read_text()
    error = SubmissionError(
        say("It does not load."), say("See the log."), log=text, file=file, line=line
    )
    return explain(error, source.encode()) or error


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
        error = explain(SubmissionError(say("No."), log=log, file="a.c"), source.encode())
        assert error
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
    text = (LOGS / "key_by_value.txt").read_text()
    text = text.replace("R2 type=scalar expected=fp,", "R2 type=scalar expected=other,")
    source = MAP + HELLO % "u64 k=0; u64 *v = compteur.lookup(k);"
    error = explain(SubmissionError(say("No."), log=text, file="a.c"), source.encode())
    words = "R2 type=scalar expected=other, pkt, pkt_meta, map_key, map_value"
    assert error
    assert error.what == f"The verifier refuses a.c: {words}."
    assert error.line == 2


def test_a_line_of_the_c_file_is_never_shown_as_one_of_the_script() -> None:
    error = told("null_linux61", ABOVE + MAP + NULL, file="a.py", line=12)
    assert (error.file, error.line) in [("a.py", 12), ("a.py", 0)]
    assert "may be NULL" in error.what


@pytest.mark.parametrize("log", ["", "Killed", "Segmentation fault\n", "; \nprocessed\n"])
def test_a_log_that_says_nothing_known_leaves_the_error_as_it_is(log: str) -> None:
    error = SubmissionError(say("It ended."), say("Look."), log=log, file="a.c", line=9)
    assert explain(error, MAP.encode()) is None


@pytest.mark.parametrize("source", [b"", b"\xff\xfe\n\n", b"\n" * 5])
@pytest.mark.parametrize("log", sorted(path.stem for path in LOGS.iterdir()))
def test_any_log_can_be_told_of_any_source(log: str, source: bytes) -> None:
    text = (LOGS / f"{log}.txt").read_text()
    error = explain(SubmissionError(say("No."), log=text, file="a.c", line=99), source)
    assert error
    assert error.what
    assert error.file == "a.c"


def test_a_log_is_cleaned_before_it_is_looked_at() -> None:
    text = (LOGS / "llvm14_semicolon.txt").read_text().replace("error:", "\x1b[31merror:\x1b[0m")
    error = explain(SubmissionError(say("No."), log=text, file="a.c"), SEMICOLON.encode())
    assert error
    assert error.line == 1
    assert "\x1b" not in error.log


def explained(log: str, source: str) -> Explanation:
    error = explain(SubmissionError(say("No."), log=log, file="a.c"), source.encode())
    assert isinstance(error, Explanation)
    return error


TWICE = """\
BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 key = 0, *value;

	value = compteur.lookup(&key);
	(*value)++;
	bpf_trace_printk("between\\n");
	(*value)++;
	return 0;
}
"""


@pytest.mark.parametrize("number, line", [(28, 8), (30, 10)])
def test_of_equal_lines_the_kernels_numbers_tell_which_it_is(number: int, line: int) -> None:
    log = f"""\
bpf: Failed to load program: Permission denied
; u64 key = 0, *value; @ main.c:25
1: (7b) *(u64 *)(r10 -8) = r1
; value = bpf_map_lookup_elem((void *)bpf_pseudo_fd(1, -1), &key); @ main.c:27
6: (85) call bpf_map_lookup_elem#1
; (*value)++; @ main.c:{number}
7: (79) r1 = *(u64 *)(r0 +0)
R0 invalid mem access 'map_value_or_null'
processed 7 insns (limit 1000000)
"""
    error = explained(log, TWICE)
    assert error.line == line
    assert error.excerpt.splitlines() == [f"{line:>5} |     (*value)++;", "      |       ^"]
    without = explained(log.replace(" @ main.c:", "\n;  @ main.c:"), TWICE)
    assert without.line == 0, "nothing tells which of the two it is"


def test_a_line_that_bcc_rewrote_is_found_by_those_around_it() -> None:
    source = TWICE.replace("(*value)++;", "compteur.increment(key);", 1)
    rewritten = "({ typeof(compteur.key) _key = key; typeof(compteur.leaf) *_leaf = f(&_key); });"
    log = f"""\
; u64 key = 0, *value; @ main.c:25
1: (7b) *(u64 *)(r10 -8) = r1
; {rewritten} @ main.c:28
; return bpf_map_lookup_elem((void *)map, key); @ helpers.h:1225
7: (79) r1 = *(u64 *)(r0 +0)
R0 invalid mem access 'map_value_or_null'
processed 7 insns (limit 1000000)
"""
    assert explained(log, source).line == 8


def test_where_the_kernel_has_no_lines_a_call_is_found_if_there_is_one_like_it() -> None:
    log = """\
bpf: Failed to load program: Invalid argument
10: (b7) r5 = 64                      ; R5=64
11: (85) call bpf_perf_event_output#25
invalid read from stack R4 off=-8 size=64
processed 10 insns (limit 1000000)
"""
    call = "\tevents.perf_submit(ctx, &data, 64);\n"
    assert explained(log, "BPF_PERF_OUTPUT(events);\n" + call).line == 2
    assert explained(log, "/* perf_submit( */\n" + call).line == 2
    assert explained(log, call + call).line == 0
    assert explained(log, "").line == 0


def test_a_loop_is_shown_if_it_is_the_only_one() -> None:
    text = (LOGS / "loop_linux61.txt").read_text()
    loop = "\twhile (1) { f(); }\n"
    assert explained(text, "/* for ever */\n" + loop + '\tsay("while");\n').line == 2
    assert explained(text, '#define LOOP "for"\n// while\n').line == 0
    assert explained(text, loop + loop).line == 0


@pytest.mark.parametrize("tab", ["\t", "        "])
@pytest.mark.parametrize("gutter", ["", "    2 | "])
def test_the_caret_stands_below_the_place_whatever_comes_before_it(tab: str, gutter: str) -> None:
    source = f'#define NAME "été"\n{tab}f("été", NAME) return 0;\n'
    column = len(f'{tab}f("été", NAME)'.encode()) + 1
    log = (
        f"/virtual/main.c:2:{column}: error: expected ';' after expression\n"
        f'{gutter}        f("été", NAME) return 0;\n{gutter}    ^\n'
    )
    error = explained(log, source)
    above, below = error.excerpt.splitlines()
    assert below.index("^") == above.index(" return")


def test_what_clang_says_of_headers_is_not_the_students() -> None:
    noise = "include/linux/types.h:6:1: error: unknown type name 'bpf_wq'\nbpf_wq x;\n^\n"
    error = SubmissionError(say("It does not compile."), log=noise, file="a.c")
    assert explain(error, MAP.encode()) is None
    log = noise + (LOGS / "llvm14_typo.txt").read_text()
    assert explained(log, MAP + HELLO % "u64 k=0; u64 *v = compteurs.lookup(&k);").known == "E46"


def test_a_warning_explains_what_the_verifier_says_only_where_it_leads_to_it() -> None:
    """The script compiles without the grader's flags: a misspelt helper is only warned of."""
    warning = (
        "/virtual/main.c:1:9: warning: implicit declaration of function 'bpf_ktime' is invalid\n"
        "u64 t = bpf_ktime();\n        ^\n"
    )
    refused = "bpf: Failed to load program: Invalid argument\nback-edge from insn 0 to 0\n\n"
    assert explained(warning + refused, "u64 t = bpf_ktime();\n").known == "E04"
    assert explained(refused, "").known == "E28"
    null = (LOGS / "null_linux618.txt").read_text()
    assert explained(warning + null, ABOVE + MAP + NULL).known == "E23"


def test_a_name_is_said_only_if_it_is_the_one_on_the_line() -> None:
    log = (LOGS / "null_linux618.txt").read_text()
    two = MAP + HELLO % "u64 k = 0; u64 *v = compteur.lookup(&k); (*v)++;"
    assert explained(log, two).values["variable"] == "v"
    both = two.replace("(*v)++;", "(*v)++; u64 *w = compteur.lookup(&k);")
    both_log = log.replace("(*v)++;", "(*v)++; u64 *w = compteur.lookup(&k);")
    error = explained(both_log, both)
    assert "variable" not in error.values
    assert "follow a pointer, which" in error.what


HOSTILE = {
    "ten megabytes": "; x @ main.c:7\n0: (85) call bpf_f#1\n" * 260_000,
    "one line": "0: (" * 2_500_000,
    "empty lines": "\n" * 10_000_000,
    "quotes": "/virtual/main.c:1:1: error: " * 300_000,
    "diagnostics": "/virtual/main.c:1:1: warning: x\nx\n" * 250_000,
    "numbers": f"/virtual/main.c:{'9' * 5000}:1: error: x\nx\n",
    "instructions": f"{'9' * 3000}: (85) call\n; x @ main.c:{'9' * 3000}\n",
    "instruction": f"infinite loop detected at insn {'9' * 3000}\nprocessed 1 insns\n",
    "binary": bytes(range(256)).decode("latin-1") * 40_000,
    "surrogates": "\udcff\ud800" * 1_000_000,
    "escapes": "\x1b[31m\x1b]0;owned\x07\x1b[2J" * 500_000,
    "commands": "::error file=a.c,line=1::pwned\n##[error]pwned\n" * 200_000,
    "template": "{file} {0.__class__} %s %(x)s {" * 100_000,
}
END = "\nR0 invalid mem access 'map_value_or_null'\nprocessed 7 insns (limit 1)\n"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\xff\x00(*v)++\n" * 9000,
        b'/*"' * 80_000,
        b"{" * 262_144,
        b"a" * 262_144,
        b"for BPF_A(" * 26_000,
    ],
)
def test_hostile_text_is_harmless(text: str, source: bytes) -> None:
    for log in (text, "bpf: Failed to load program: x\n" + text + END, text + END):
        error = explain(SubmissionError(say("No."), log=log, file="a.c"), source)
        if not isinstance(error, Explanation):
            continue
        assert len(error.log) < 70_000
        shown = [error.what, error.remedy, error.excerpt, *error.values.values()]
        assert max(map(len, shown)) < 2000
        assert not any("\x1b" in part for part in [*shown, error.log])
        assert not any(line.startswith(("::", "##[")) for line in error.log.splitlines())


def test_the_end_of_a_long_log_is_read() -> None:
    source = ABOVE + MAP + NULL
    log = (LOGS / "null_linux618.txt").read_text()
    head, _, tail = log.partition("0: ")
    assert explained(head + "0: (b7) r1 = 0\n" * 600_000 + "0: " + tail, source).line == 4


def test_what_is_searched_for_is_code() -> None:
    log = "Error at line 9: Unsupport signed division for DAG: 0x1: i64 = sdiv 0x2, 0x3\n"
    source = (
        '#include <linux/sched.h>\nsay("n %d", n / m); // or n / 2\n/* n / 3 */ say("n / m");\n'
    )
    assert explained(log, source).line == 2
    assert explained(log, source.replace("n / m)", "n)")).line == 0


def test_a_string_without_an_end_is_read_to_the_end_of_its_line_once() -> None:
    """Not once for each quote in it: that would take hours."""
    log = "Error at line 9: Unsupport signed division for DAG: 0x1: i64 = sdiv 0x2, 0x3\n"
    source = '#if 0\n"' + '\\"' * 120_000 + '\n#endif\nsay("n %d", n / m);\n'
    assert explained(log, source).line == 4


def said(*messages: str, quoted: str, number: int = 3) -> str:
    """Return what clang prints of one line: each message with its kind."""
    return "".join(
        f"/virtual/main.c:{number}:{column}: {message}\n{quoted}\n    ^\n"
        for column, message in enumerate(messages, 5)
    )


@pytest.mark.parametrize(
    "messages, known",
    [
        (
            ["error: use of undeclared identifier 'x'", "error: expected ';' after expression"],
            "E03",
        ),
        (
            ["error: expected ';' after expression", "error: use of undeclared identifier 'x'"],
            "E67",
        ),
        (["error: never heard of it", "error: expected ';' after expression"], "compiler"),
        (["warning: never heard of it", "error: expected ';' after expression"], "E01"),
        (["warning: multi-character character constant", "error: never heard of it"], "E112"),
        (["error: never heard of it", "warning: multi-character character constant"], "compiler"),
    ],
)
def test_clangs_first_error_decides_and_a_warning_before_it(
    messages: list[str], known: str
) -> None:
    error = explained(said(*messages, quoted="\tf(x) g();"), "\n\n\tf(x) g();\n")
    assert error.known == known


@pytest.mark.parametrize("first", ["expected expression", "expected ';' after expression"])
def test_cpp_is_told_by_what_each_clang_says_first(first: str) -> None:
    """Clang 19 says the second, as of a missing ; or of a type that is not there."""
    line = '\tstd::cout << "mkdir";'
    messages = [f"error: {first}", "error: use of undeclared identifier 'std'"]
    assert explained(said(*messages, quoted=line), f"\n\n{line}\n").known == "E186"


def test_clangs_own_proposal_is_shown_where_no_entry_has_a_better_one() -> None:
    place = "/virtual/main.c:2:3: error: never heard of it\n        p.a;\n         ^\n"
    log = f"{place}         ->\n1 error generated.\n"
    error = explained(log, "\n\tp.a;\n")
    assert (error.known, error.values["fix"]) == ("fix", "->")
    assert explained(f"{place}1 error generated.\n", "\n\tp.a;\n").known == "compiler"


@pytest.mark.parametrize(
    "message, quoted, source, known",
    [
        ("expected expression", "\tx = 1 ? : ;", "\tx = 1 ? : ;", "compiler"),
        ("expected expression", "\tx := 1;", "\tx := 1;", "E107"),
        ("expected expression", "\ty = ;", '\ty = ; // not :=\n\tf(":=");', "E204"),
        ("expected parameter declarator", "int f(3)", "int f(3)", "compiler"),
        ("expected parameter declarator", 'SEC("x")', 'SEC("x")', "E106"),
        ("expected identifier or '('", "{", "int f(void);\nint x;\n{", "compiler"),
        ("expected identifier or '('", "{", "int f(void);\n{", "E110"),
        ("use of undeclared identifier 'x'", "\tx = 1;", "int g(void);\n\tx = 1;", "E03"),
        ("use of undeclared identifier 'x'", " x = y;", "TRACEPOINT_PROB(x, y)\n{", "E111"),
        ("use of undeclared identifier 'x'", " x = y;", "TRACEPOINT_PROBE(x, y)\n{", "E03"),
        ("use of undeclared identifier 'x'", " x = y;", "TRACEPOINT_MINE(x, y)\n{", "E03"),
        ("use of undeclared identifier 'IF'", " IF = 1;", " IF = 1;", "E108"),
        ("use of undeclared identifier 'Iff'", " Iff = 1;", " Iff = 1;", "E03"),
    ],
)
def test_a_message_is_explained_by_what_stands_in_the_line(
    message: str, quoted: str, source: str, known: str
) -> None:
    assert explained(said(f"error: {message}", quoted=quoted), f"{source}\n").known == known


@pytest.mark.parametrize(
    "source, quoted, line",
    [
        ("int f(void)\n{\n\treturn 0;\n}\n", "{", 2),
        ("int f(void)\n{\n}\n}\n", "}", 4),
        ("void f(void)\n{\n\tif (1) {\n\t}\n}\n\n}\nvoid g(void)\n{\n}\n", "}", 7),
        ("void f(void)\n{\n}\nvoid g(void)\n{\n}\n", "}", 0),
        ("void f(void)\n{\n\t;\n}\n", "\t;", 3),
        ('void f(void)\n{\n\tsay("}}");\n/* } */\n}\n}\n', "}", 6),
    ],
)
def test_a_line_of_one_character_is_found_if_there_is_one_like_it(
    source: str, quoted: str, line: int
) -> None:
    log = said("error: never heard of it", quoted=quoted, number=30)
    assert explained(log, "TRACEPOINT_PROBE(a, b)\n" + source).line == (line + 1 if line else 0)


def test_a_proposal_for_another_place_is_not_shown() -> None:
    log = "/virtual/main.c:1:5: error: never heard of it\n    x = p;\n      ^ ~\n        *\n"
    assert explained(log, "    x = p;\n").known == "compiler"


CONVERTS = "incompatible pointer to integer conversion assigning to 'u64' from "


@pytest.mark.parametrize(
    "message, source, known",
    [
        (CONVERTS + "'u64 *'; dereference with *", "\tn = p + 1;", "E121"),
        (CONVERTS + "'u64 *'; dereference with *", "\tn = t.lookup(&k);", "E120"),
        (CONVERTS + "'int (*)(void)'", "\tn = f;", "E52"),
        ("cannot increment value of type 'void'", "\t(*t.lookup(&k))++;", "E122"),
        ("cannot increment value of type 'void'", "\t(*p)++;", "compiler"),
        ("type name requires a specifier or qualifier", "\t__uint(type, 1);", "E123"),
        ("type name requires a specifier or qualifier", "\tfoo(type, 1);", "compiler"),
        ("'stdio.h' file not found", "#include <stdio.h>", "E07"),
        ("'vmlinux.h' file not found", '#include "vmlinux.h"', "E124"),
        ("pasting formed 'a-', an invalid preprocessing token", "F(a, -)", "compiler"),
        ("use of undeclared identifier 'TASK_COMM'", "\tx[TASK_COMM];", "E03"),
        ("invalid preprocessing directive", "# a comment", "E149"),
        ("invalid preprocessing directive", "# inclde <linux/sched.h>", "compiler"),
        ("invalid preprocessing directive", "# defin N 3", "compiler"),
        ("invalid preprocessing directive", "#pragme once", "compiler"),
    ],
)
def test_a_like_message_of_another_reason_is_not_explained_by_it(
    message: str, source: str, known: str
) -> None:
    quoted = source.split("\n")[0]
    assert explained(said(f"error: {message}", quoted=quoted), f"{source}\n").known == known


def verifier(*lines: str) -> str:
    return "\n".join(("bpf: Failed to load program: x", *lines, "processed 7 insns (limit 1)\n"))


@pytest.mark.parametrize(
    "quoted, said, known",
    [
        ("p = bpf_map_lookup_elem(&t, &k);", "R1 type=scalar expected=map_ptr", "E134"),
        ("p = mine(&t, &k);", "R1 type=scalar expected=map_ptr", "verifier"),
        ("p->b++;", "R0 invalid mem access 'map_value_or_null'", "E23"),
        ("n = &p->b; (*n)++;", "R0 invalid mem access 'map_value_or_null'", "E138"),
    ],
)
def test_what_the_verifier_says_is_told_by_the_students_line(
    quoted: str, said: str, known: str
) -> None:
    log = verifier(f"; {quoted} @ main.c:9", "7: (79) r1 = *(u64 *)(r0 +8)", said)
    assert explained(log, f"\t{quoted}\n").known == known
