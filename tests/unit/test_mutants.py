"""Mutants of small sources: each one that is expected, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.authoring.mutants import mutants
from tests.support.checkout import ROOT

SOLUTIONS = sorted((ROOT / "solutions").glob("lab*/*.[cp]*"))


def changes(file: str, text: str) -> list[tuple[str, str]]:
    """Return what each mutant is, in order: the kind, and the changed lines as they are then."""
    return [(mutant.kind, mutant.change[1]) for mutant in mutants(file, text)]


@pytest.mark.parametrize(
    "file, text, hooks",
    [
        ("a.c", "int kprobe__sys_mkdir(void *ctx) { }", [
            "kretprobe__sys_mkdir", "kprobe__sys_rmdir", "kprobe__sys_mkdirat",
        ]),
        ("a.c", "int syscall__clone(void *ctx) { }", ["syscall__clone3", "syscall__execve"]),
        ("a.c", "LSM_PROBE(path_unlink) { }", ["path_unlinkat", "path_rmdir"]),
        ("a.c", "RAW_TRACEPOINT_PROBE(sys_enter) { }", ["(sys_exit)"]),
        ("a.c", "int f() { if (n != __NR_rmdir) return 0; }", ["__NR_mkdir)", "__NR_unlink)"]),
        ("a.py", 'b.attach_uprobe(name="c", sym="link", fn_name="f")', ['"symlink"']),
        ("a.py", 'print("link")', []),
    ],
)  # fmt: skip
def test_each_hook_becomes_others(file: str, text: str, hooks: list[str]) -> None:
    found = [mutant.text for mutant in mutants(file, text + "\n") if mutant.kind == "hook"]
    assert len(found) == len(hooks)
    assert all(hook in mutated for hook, mutated in zip(hooks, found, strict=True)), found


@pytest.mark.parametrize(
    "text, expected",
    [
        ("int a = 0;\n", [("initialiser removed", "int a;"), ("constant", "int a = 1;")]),
        ("int a[3];\n", [("constant", f"int a[{n}];") for n in "014"]),
        (
            "u64 a = 0x10UL;\n",
            [
                ("initialiser removed", "u64 a;"),
                *(("constant", f"u64 a = {n}UL;") for n in (0, 1, 17)),
            ],
        ),
        ("BPF_HASH(t);\n", [
            ("helper", "BPF_ARRAY(t);"),
            ("helper", "BPF_PERCPU_HASH(t);"),
            ("statement removed", ""),
        ]),
        ("TRACEPOINT_PROBE(syscalls, sys_enter_mkdir) { }\n", [
            ("arguments swapped", "TRACEPOINT_PROBE(sys_enter_mkdir, syscalls) { }"),
            ("hook", "TRACEPOINT_PROBE(syscalls, sys_exit_mkdir) { }"),
            ("hook", "TRACEPOINT_PROBE(syscalls, sys_enter_rmdir) { }"),
            ("hook", "TRACEPOINT_PROBE(syscalls, sys_enter_mkdirat) { }"),
        ]),
        ("int f() { a = bpf_ktime_get_ns(); }\n", [
            ("statement removed", "int f() {  }"),
            ("helper", "int f() { a = bpf_ktime_get_boot_ns(); }"),
            ("helper", "int f() { a = bpf_ktime_get_coarse_ns(); }"),
            ("helper", "int f() { a = bpf_jiffies64(); }"),
        ]),
        ("int f() { t.update(&k, &v); }\n", [
            ("statement removed", "int f() {  }"),
            ("map operation", "int f() { t.insert(&k, &v); }"),
            ("map operation", "int f() { t.delete(&k, &v); }"),
            ("map operation", "int f() { t.lookup(&k, &v); }"),
            ("arguments swapped", "int f() { t.update(&v, &k); }"),
        ]),
        ("int f() { __sync_fetch_and_add(p, x); }\n", [
            ("helper", "int f() { __sync_fetch_and_sub(p, x); }"),
            ("helper", "int f() { __sync_fetch_and_or(p, x); }"),
            ("not atomic", "int f() { *(p) += x; }"),
            ("statement removed", "int f() {  }"),
            ("arguments swapped", "int f() { __sync_fetch_and_add(x, p); }"),
        ]),
        ('int f() { say("made %d of %llu", a); }\n', [
            ("statement removed", "int f() {  }"),
            ("arguments swapped", 'int f() { say(a, "made %d of %llu"); }'),
            ("string", 'int f() { say("%d of %llu", a); }'),
            ("string", 'int f() { say("", a); }'),
            ("string", 'int f() { say("made  of %llu", a); }'),
            ("string", 'int f() { say("made %d of ", a); }'),
        ]),
        ("int f() { while (!a && -b) i++; }\n", [
            ("statement removed", "int f() {  }"),
            ("negated condition", "int f() { while (!(!a && -b)) i++; }"),
            ("operator", "int f() { while (!a || -b) i++; }"),
            ("operator", "int f() { while (!a && b) i++; }"),
            ("statement removed", "int f() { while (!a && -b) ; }"),
            ("operator", "int f() { while (!a && -b) i--; }"),
        ]),
    ],
)  # fmt: skip
def test_c(text: str, expected: list[tuple[str, str]]) -> None:
    assert changes("a.c", text) == expected


def test_a_check_in_c() -> None:
    text = "int f()\n{\n\tif (!p) {\n\t\treturn x;\n\t}\n}\n"
    assert [(mutant.kind, mutant.line, mutant.text) for mutant in mutants("a.c", text)] == [
        ("check removed", 3, "int f()\n{\n}\n"),
        ("negated condition", 3, text.replace("!p", "p")),
        ("body of a check removed", 3, "int f()\n{\n\tif (!p) { }\n}\n"),
        ("statement removed", 4, "int f()\n{\n\tif (!p) {\n\t}\n}\n"),
    ]


def test_a_comparison_is_not_negated_as_well() -> None:
    assert changes("a.py", "while a < b:\n    break\n") == [
        ("statement removed", "pass"),
        ("comparison", "while a <= b:"),
        ("comparison", "while a >= b:"),
        ("statement removed", "pass"),
    ]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("x = a not in b\n", [("statement removed", "pass"), ("comparison", "x = a in b")]),
        ("x = [a for a in b if a]\n", [
            ("statement removed", "pass"),
            ("negated condition", "x = [a for a in b if not (a)]"),
        ]),
        ("while True:\n    f(a, b, c=d)\n", [
            ("statement removed", "pass"),
            ("constant", "while False:"),
            ("statement removed", "pass"),
            ("arguments swapped", "f(b, a, c=d)"),
        ]),
        ('print(f"at {t:3} ns")\n', [
            ("statement removed", "pass"),
            ("string", 'print(f"")'),
            ("string", 'print(f"at  ns")'),
        ]),
        ("try:\n    x += 0.5\nexcept KeyboardInterrupt:\n    pass\n", [
            ("statement removed", "pass"),
            ("operator", "x -= 0.5"),
            ("constant", "x += 0"),
            ("constant", "x += 1"),
            ("constant", "x += 1.5"),
            ("handler removed", "raise"),
        ]),
        ("if not a or b:\n    return x[-1]\n", [
            ("check removed", "pass"),
            ("negated condition", "if not (not a or b):"),
            ("operator", "if not a and b:"),
            ("body of a check removed", "pass"),
            ("operator", "return x[1]"),
            ("constant", "return x[-0]"),
            ("constant", "return x[-2]"),
        ]),
        ('def f():\n    """Doc."""\n    # 1 + 1\n', []),
        ("import a\nfrom b import c\n", []),
    ],
)  # fmt: skip
def test_python(text: str, expected: list[tuple[str, str]]) -> None:
    assert changes("a.py", text) == expected


def test_toml() -> None:
    text = '# a = "x"\none = "x"\ntwo = "y"\nthree = 3\n'
    assert changes("a.toml", text) == [
        ("line removed", ""),
        ("value", 'one = ""'),
        ("line removed", ""),
        ("value", 'two = ""'),
        ("value", 'two = "x"'),
    ]


def test_marks_are_never_mutated_and_removed_with_nothing() -> None:
    text = "if a:\n    # BEGIN SOLUTION 1.1\n    # | 1 + 1\n    f()\n    # END SOLUTION\n"
    assert [mutant.text for mutant in mutants("a.py", text)] == [
        text.replace("if a", "if not (a)"),
        text.replace("f()", "pass"),
    ]


def test_bytes_that_are_not_ascii_are_counted_as_bytes() -> None:
    text = 'int f() { say("été %d dossier(s)", 1); }\n'
    assert ("string", 'int f() { say("été  dossier(s)", 1); }') in changes("a.c", text)
    assert ("constant", 'int f() { say("été %d dossier(s)", 2); }') in changes("a.c", text)


def test_an_empty_statement_and_words_that_are_not_ascii_between_arguments() -> None:
    assert changes("a.c", 'int f() { ; g("é", b); }\n') == [
        ("statement removed", 'int f() {  g("é", b); }'),
        ("statement removed", "int f() { ;  }"),
        ("arguments swapped", 'int f() { ; g(b, "é"); }'),
        ("string", 'int f() { ; g("", b); }'),
    ]


def test_what_cannot_be_parsed_does_no_harm() -> None:
    text = "int f( { return 0; ]]\n"
    assert all(mutant.text != text for mutant in mutants("a.c", text))


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_mutants_of_a_solution_differ_in_one_place_each(path: Path) -> None:
    text = path.read_text()
    found = mutants(path.name, text)
    assert found == mutants(path.name, text)
    texts = [mutant.text for mutant in found]
    assert len(set(texts)) == len(texts) and text not in texts
    marks = [line for line in text.splitlines() if "SOLUTION" in line]
    for mutant in found:
        assert [line for line in mutant.text.splitlines() if "SOLUTION" in line] == marks
        assert mutant.change[0] != mutant.change[1]
        assert mutant.change[0].splitlines()[0] == text.splitlines()[mutant.line - 1].strip()


def test_a_mutant_is_shown_as_a_diff() -> None:
    (mutant,) = mutants("a.c", "int a;\nint b = sizeof(x) + y;\n")[1:]
    assert mutant.diff() == (
        "--- a.c\n+++ a.c (operator)\n@@ -1,2 +1,2 @@\n int a;\n"
        "-int b = sizeof(x) + y;\n+int b = sizeof(x) - y;"
    )
