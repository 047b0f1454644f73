"""All the small mistakes that can be made in a solution, one at a time.

BCC's C is not quite C: TRACEPOINT_PROBE(a, b) { } is a call and a block to the parser, and a map's
operation is a field of it. tree-sitter parses what it can, which is enough to find the places.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import tree_sitter_c
import tree_sitter_python
from tree_sitter import Language, Node, Parser

from grader.labs.stubs import MARK


@dataclass(frozen=True)
class Mutant:
    """The file `file` of a solution with one mistake in it, of kind `kind`, at `line` (from 1)."""

    file: str
    line: int
    kind: str
    text: str
    original: str = field(repr=False)

    @property
    def change(self) -> tuple[str, str]:
        """The lines that changed, before and after, without indentation."""
        lines = list(difflib.ndiff(self.original.splitlines(), self.text.splitlines()))
        before, after = (
            "\n".join(line[2:].strip() for line in lines if line[0] == sign) for sign in "-+"
        )
        return before, after

    def diff(self) -> str:
        """Return a unified diff from the solution to the mutant."""
        lines = difflib.unified_diff(
            self.original.splitlines(),
            self.text.splitlines(),
            self.file,
            f"{self.file} ({self.kind})",
            lineterm="",
        )
        return "\n".join(lines)


def mutants(file: str, text: str) -> list[Mutant]:
    """Return every mutant of `text`, in the order of the text.

    The name `file` tells whether `text` is C, Python or TOML. No two mutants are alike, none is
    like `text`, and the marks in a solution stay as they are.
    """
    source = text.encode()
    edits = _of_toml(source) if file.endswith(".toml") else _of_code(file, source)
    found: dict[bytes, Mutant] = {}
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        start, end = edit.start, edit.end
        if not edit.new:
            start, end = _whole_lines(source, start, end)
        mutated = source[:start] + edit.new.encode() + source[end:]
        if mutated == source or mutated in found or MARK.search(source[start:end].decode()):
            continue
        line = source.count(b"\n", 0, edit.start) + 1
        found[mutated] = Mutant(file, line, edit.kind, mutated.decode(), text)
    return list(found.values())


@dataclass(frozen=True)
class _Edit:
    """Put `new` in the place of the bytes from `start` to `end`."""

    start: int
    end: int
    new: str
    kind: str


def _of_toml(source: bytes) -> Iterator[_Edit]:
    """Yield edits that drop a line `key = "value"`, empty its value, or repeat the value above."""
    before = b""
    for line in re.finditer(rb"^(?:\w+) *= *\"([^\"]*)\" *$", source, re.MULTILINE):
        yield _Edit(line.start(), line.end(), "", "line removed")
        for new in (b"", before) if before else (b"",):
            yield _Edit(line.start(1), line.end(1), new.decode(), "value")
        before = line[1]


def _of_code(file: str, source: bytes) -> Iterator[_Edit]:
    python = file.endswith(".py")
    language = Language(tree_sitter_python.language() if python else tree_sitter_c.language())
    for node in _walk(Parser(language).parse(source).root_node):
        for rule in (*_RULES, *(_PYTHON if python else _C)):
            yield from rule(node)


_Rule = Callable[[Node], Iterator[_Edit]]


def _both_ways(*pairs: tuple[str, str]) -> dict[str, list[str]]:
    """Map each word in `pairs` to the words that it is paired with."""
    table: dict[str, list[str]] = {}
    for one, other in pairs:
        table.setdefault(one, []).append(other)
        table.setdefault(other, []).append(one)
    return table


_COMPARISONS = _both_ways(
    *(("==", "!="), ("<", "<="), ("<", ">="), (">", ">="), (">", "<=")),
    *(("in", "not in"), ("is", "is not")),
)
_OPERATORS = _both_ways(
    *(("&&", "||"), ("and", "or"), ("+", "-"), ("*", "/"), ("%", "/"), ("//", "*"), ("**", "*")),
    *(("<<", ">>"), ("&", "|"), ("^", "|"), ("++", "--"), ("+=", "-="), ("*=", "/=")),
    *(("<<=", ">>="), ("&=", "|="), ("^=", "|=")),
)
_HELPERS = _both_ways(
    ("bpf_ktime_get_ns", "bpf_ktime_get_boot_ns"),
    ("bpf_ktime_get_ns", "bpf_ktime_get_coarse_ns"),
    ("bpf_ktime_get_ns", "bpf_jiffies64"),
    ("bpf_get_current_pid_tgid", "bpf_get_current_uid_gid"),
    ("bpf_probe_read_user", "bpf_probe_read_kernel"),
    ("bpf_probe_read_user_str", "bpf_probe_read_kernel_str"),
    ("__sync_fetch_and_add", "__sync_fetch_and_sub"),
    ("__sync_fetch_and_add", "__sync_fetch_and_or"),
    ("BPF_HASH", "BPF_ARRAY"),
    ("BPF_HASH", "BPF_PERCPU_HASH"),
    ("BPF_ARRAY", "BPF_PERCPU_ARRAY"),
    ("perf_buffer_poll", "ring_buffer_poll"),
    ("c_ulonglong", "c_uint"),
    ("c_uint64", "c_uint32"),
)
_MAP_OPERATIONS: Mapping[str, tuple[str, ...]] = {
    "update": ("insert", "delete", "lookup"),
    "insert": ("update", "delete", "lookup"),
    "delete": ("lookup",),
    "lookup": ("delete",),
    "lookup_or_try_init": ("lookup_or_init", "lookup"),
    "increment": ("atomic_increment",),
    "atomic_increment": ("increment",),
}
_SYSTEM_CALLS = _both_ways(
    *(("mkdir", "rmdir"), ("mkdir", "mkdirat"), ("clone", "clone3"), ("clone", "execve")),
    *(("openat", "open"), ("openat", "close"), ("read", "write"), ("unlink", "unlinkat")),
    *(("unlink", "rmdir"), ("symlink", "link"), ("symlink", "symlinkat")),
)
_SIDES = _both_ways(("enter", "exit"), ("kprobe", "kretprobe"))
_HOOKS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r".*sys_(?P<side>enter|exit)_(?P<call>\w+)",
        r"sys_(?P<side>enter|exit)",
        r"(?P<side>kprobe|kretprobe)__sys_(?P<call>\w+)",
        r"(?:syscall__|path_|__NR_)(?P<call>\w+)",
    )
)
"""Names that say where a program runs: on which side of which call."""
_STATEMENTS = (
    *("expression_statement", "return_statement", "break_statement", "continue_statement"),
    *("while_statement", "for_statement", "do_statement", "raise_statement"),
)
_SEQUENCES = ("translation_unit", "compound_statement", "case_statement")


def _constants(node: Node) -> Iterator[_Edit]:
    """Yield edits that make a number 0, 1 or one larger, or a truth value the other one."""
    text = _text(node)
    if node.type in ("true", "false"):
        word = "true" if node.type == "false" else "false"
        yield _replace(node, word.title() if text.istitle() else word, "constant")
    elif node.type in ("number_literal", "integer", "float"):
        digits = text.rstrip("uUlL")
        try:
            more = str(float(digits) + 1 if "." in digits else int(digits, 0) + 1)
        except ValueError:
            return
        for new in ("0", "1", more):
            yield _replace(node, new + text[len(digits) :], "constant")


def _operators(node: Node) -> Iterator[_Edit]:
    if node.type in ("unary_expression", "unary_operator", "pointer_expression"):
        if _text(node)[0] in "-~":
            yield _Edit(node.start_byte, node.start_byte + 1, "", "operator")
        return
    for operator in _fields(node, "operator", "operators"):
        word = _text(operator)
        for new in _COMPARISONS.get(word, []):
            yield _replace(operator, new, "comparison")
        for new in _OPERATORS.get(word, []):
            yield _replace(operator, new, "operator")


def _negation(negated: str) -> _Rule:
    """Make a rule that negates a condition; `negated` is how the language says not."""

    def rule(node: Node) -> Iterator[_Edit]:
        if node.type == "if_clause":
            condition: Node | None = node.named_children[0]
        else:
            condition = node.child_by_field_name("condition")
        if condition and condition.type == "parenthesized_expression":
            condition = condition.named_children[0]
        # The other constant and the other comparison say the same.
        if condition is None or condition.type in ("true", "false", "integer", "number_literal"):
            return
        if any(
            _text(found) in _COMPARISONS for found in _fields(condition, "operator", "operators")
        ):
            return
        text = _text(condition)
        argument = condition.child_by_field_name("argument")
        if argument and text.startswith(negated):
            yield _replace(condition, _text(argument), "negated condition")
        else:
            yield _replace(condition, f"{negated}({text})", "negated condition")

    return rule


def _removal(nothing: str) -> _Rule:
    """Make a rule that removes a statement, an `if` with its body, or the body alone.

    `nothing` is the statement without effect that takes the place in Python, and empty for C.
    """

    def rule(node: Node) -> Iterator[_Edit]:
        # Where C has no braces, something must stand.
        here = nothing or ("" if node.parent and node.parent.type in _SEQUENCES else ";")
        if node.type in _STATEMENTS and not _docstring(node) and not _unfinished(node):
            yield _replace(node, here, "statement removed")
        body = node.child_by_field_name("consequence")
        if node.type == "if_statement" and body:
            yield _replace(node, here, "check removed")
            yield _replace(body, nothing or "{ }", "body of a check removed")

    return rule


def _swapped_arguments(node: Node) -> Iterator[_Edit]:
    """Yield edits that swap neighbouring arguments of a call or macro, but none with a keyword."""
    if node.type != "argument_list":
        return
    arguments = [
        child
        for child in node.named_children
        if child.type not in ("keyword_argument", "comment", "list_splat", "dictionary_splat")
    ]
    for one, other in pairwise(arguments):
        gap = slice(one.end_byte - node.start_byte, other.start_byte - node.start_byte)
        between = (node.text or b"")[gap].decode()
        swapped = f"{_text(other)}{between}{_text(one)}"
        yield _Edit(one.start_byte, other.end_byte, swapped, "arguments swapped")


def _names(node: Node) -> Iterator[_Edit]:
    """Yield edits that name another helper, another operation on a map, or another hook."""
    text = _text(node)
    if node.type in ("identifier", "field_identifier"):
        for new in _HELPERS.get(text, []):
            yield _replace(node, new, "helper")
    if node.type == "field_identifier":
        for new in _MAP_OPERATIONS.get(text, ()):
            yield _replace(node, new, "map operation")
    if node.type not in ("identifier", "string_content"):
        return
    if _keyword(node) == "sym":
        for new in _SYSTEM_CALLS.get(text, []):
            yield _replace(node, new, "hook")
    for hook in filter(None, (pattern.fullmatch(text) for pattern in _HOOKS)):
        for part, table in (("side", _SIDES), ("call", _SYSTEM_CALLS)):
            for new in table.get(hook.groupdict().get(part) or "", []):
                start, end = hook.span(part)
                yield _replace(node, text[:start] + new + text[end:], "hook")


def _strings(node: Node) -> Iterator[_Edit]:
    """Yield edits that empty a string or leave out a value in it. A docstring stays as it is."""
    if node.type not in ("string", "string_literal") or (node.parent and _docstring(node.parent)):
        return
    inner = node.children[1:-1]
    if inner:
        yield _Edit(inner[0].start_byte, inner[-1].end_byte, "", "string")
    for part in inner:
        if part.type == "interpolation":
            yield _replace(part, "", "string")


def _formats(node: Node) -> Iterator[_Edit]:
    """Yield edits that leave out a conversion, or the first word, of a string in C."""
    if node.type != "string_content":
        return
    text = _text(node)
    for found in (*re.finditer(r"%[\d.]*[a-z]+", text), *re.finditer(r"^\S+ ", text)):
        before = len(text[: found.start()].encode())
        end = before + len(found[0].encode())
        yield _Edit(node.start_byte + before, node.start_byte + end, "", "string")


def _initialisers(node: Node) -> Iterator[_Edit]:
    """Yield the edit in C that leaves in a new variable whatever was on the stack."""
    name = node.child_by_field_name("declarator")
    if node.type == "init_declarator" and name:
        yield _Edit(name.end_byte, node.end_byte, "", "initialiser removed")


def _atomics(node: Node) -> Iterator[_Edit]:
    """Yield the edit in C that makes an atomic addition a plain one: other CPUs can disturb it."""
    if node.type == "call_expression" and len(node.children) == 2:
        function, arguments = node.children
        if _text(function) == "__sync_fetch_and_add" and len(arguments.named_children) == 2:
            pointer, summand = map(_text, arguments.named_children)
            yield _replace(node, f"*({pointer}) += {summand}", "not atomic")


def _handlers(node: Node) -> Iterator[_Edit]:
    """Yield the edit in Python that raises a caught exception again."""
    if node.type == "except_clause":
        yield _replace(node.children[-1], "raise", "handler removed")


_RULES: tuple[_Rule, ...] = (_constants, _operators, _swapped_arguments, _names, _strings)
_C: tuple[_Rule, ...] = (_negation("!"), _removal(""), _formats, _initialisers, _atomics)
_PYTHON: tuple[_Rule, ...] = (_negation("not "), _removal("pass"), _handlers)


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _keyword(node: Node) -> str:
    """Return the keyword of the argument whose string has the text `node`, "" for none."""
    argument = node.parent.parent if node.parent else None
    if argument and argument.type == "keyword_argument":
        return "".join(map(_text, _fields(argument, "name")))
    return ""


def _fields(node: Node, *names: str) -> list[Node]:
    return [child for name in names for child in node.children_by_field_name(name)]


def _replace(node: Node, new: str, kind: str) -> _Edit:
    return _Edit(node.start_byte, node.end_byte, new, kind)


def _docstring(node: Node) -> bool:
    return node.type == "expression_statement" and [n.type for n in node.named_children] == [
        "string"
    ]


def _unfinished(node: Node) -> bool:
    """Tell whether `node` is the head of a TRACEPOINT_PROBE(a, b) { }, which is no statement."""
    return bool(node.children) and node.children[-1].is_missing


def _whole_lines(source: bytes, start: int, end: int) -> tuple[int, int]:
    """Return `start` and `end`, widened to whole lines where nothing else is on these."""
    first = source.rfind(b"\n", 0, start) + 1
    last = source.find(b"\n", end) + 1 or len(source)
    if source[first:start].strip() or source[end:last].strip():
        return start, end
    return first, last
