"""Tell whether a text holds a solution, however it is written.

A text is taken as its words and signs: no white space, no quotes, no comments. Of these, what
follows each other is compared, once as it is, and once with every name that an author may choose
left out. Byte code has words alone.
"""

from __future__ import annotations

import keyword
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import tree_sitter_c
import tree_sitter_python
from tree_sitter import Language, Node, Parser

from grader.authoring.readable import texts

_TOKEN = re.compile(r"[^\W\d]\w*|\d[\w.]*|[][(){}=,.:&<!@^~?]")
"""Words and signs, but for those that mark a line as a comment, a quote or a part of a patch."""
_COMMENT = re.compile(r'"""(?s:.*?)"""|/\*(?s:.*?)\*/|(?://|#).*')
_STRING = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'")
_EXACT, _RENAMED = 6, 10
"""How many tokens in a row are compared, as they are and with names left out."""
_SHARE = {_EXACT: 0.6, _RENAMED: 0.65}
"""Which share of a solution's rows must be found for it to be there."""
_FEWEST = {_EXACT: 8, _RENAMED: 20}
"""How many rows a solution has at least: what is shorter, such as `return 0;`, is nobody's."""
_WORDS_SHARE, _FEWEST_WORDS = 0.95, 12
_NAME = "\N{WHITE SQUARE}"


@dataclass(frozen=True)
class Secret:
    """A text that no student may see: `name` says where it stands."""

    name: str
    text: str
    given: str = ""
    """What students see of it all the same, as its stub."""
    exemplary: bool = False
    """Whether it uses no other names than its author's and those of the system."""

    @property
    def is_python(self) -> bool:
        return re.search(r"\.py\b", self.name) is not None


@dataclass(frozen=True)
class Likeness:
    """What a text resembles, and which share of that was found in it."""

    name: str
    share: float
    size: int

    @property
    def rank(self) -> tuple[float, int]:
        return self.share, self.size


class Fingerprints:
    """Those of all `secrets`, to look for in any bytes."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        secrets = list(secrets)
        self._fixed = _fixed_names([secret for secret in secrets if secret.exemplary])
        self._sizes: dict[tuple[int, str], int] = {}
        self._rows: dict[int, defaultdict[int, list[str]]] = {}
        for length in (_EXACT, _RENAMED):
            self._rows[length] = defaultdict(list)
            for secret in secrets:
                rows = set(self._rows_of(bare(secret.text), length))
                rows -= set(self._rows_of(bare(secret.given), length))
                if len(rows) >= _FEWEST[length]:
                    self._sizes[length, secret.name] = len(rows)
                    for row in rows:
                        self._rows[length][row].append(secret.name)
        self._words = {
            secret.name: found
            for secret in secrets
            if secret.is_python and len(found := _vocabulary(secret)) >= _FEWEST_WORDS
        }

    def likeness(self, data: bytes) -> Likeness | None:
        """The secret that `data` resembles most, if it does at all."""
        found = list(self._likenesses(data))
        return max(found, key=lambda one: one.rank, default=None)

    def closest(self, data: bytes) -> Mapping[int, Likeness]:
        """For each length of rows, the secret that is most in `data`, enough or not."""
        best: dict[int, Likeness] = {}
        for text in texts(data):
            for version in {bare(text), text}:
                for length in self._rows:
                    for name, share in self._shares(version, length):
                        size = self._sizes[length, name]
                        if length not in best or (share, size) > best[length].rank:
                            best[length] = Likeness(name, share, size)
        return best

    def _likenesses(self, data: bytes) -> Iterator[Likeness]:
        for length, likeness in self.closest(data).items():
            if likeness.share >= _SHARE[length]:
                yield likeness
        if data[2:4] == b"\r\n":  # Byte code of Python.
            for name, words in self._words.items():
                share = sum(word.encode() in data for word in words) / len(words)
                if share >= _WORDS_SHARE:
                    yield Likeness(name, share, len(words))

    def _shares(self, text: str, length: int) -> Iterator[tuple[str, float]]:
        known = self._rows[length]
        counts = Counter(
            name for row in set(self._rows_of(text, length)) & known.keys() for name in known[row]
        )
        for name, count in counts.items():
            yield name, count / self._sizes[length, name]

    def _rows_of(self, text: str, length: int) -> Iterator[int]:
        found = tokens(text)
        if length == _RENAMED:
            found = [self._unnamed(token) for token in found]
        return map(hash, zip(*(found[start:] for start in range(length)), strict=False))

    def _unnamed(self, token: str) -> str:
        return (
            token if token in self._fixed or not (token[0].isalpha() or token[0] == "_") else _NAME
        )


def _fixed_names(secrets: Iterable[Secret]) -> frozenset[str]:
    """The names in `secrets` that nobody can choose: of the languages, the kernel, BCC."""
    words: set[str] = set()
    for secret in secrets:
        words.update(tokens(_STRING.sub("", bare(secret.text))))
    words = {word for word in words if len(word) > 2 or keyword.iskeyword(word) or word == "if"}
    return frozenset(words - {name for secret in secrets for name in _declared(secret)})


def tokens(text: str) -> list[str]:
    """The words and signs of `text`."""
    return _TOKEN.findall(text)


def bare(text: str) -> str:
    """`text` without comments and docstrings."""
    return _COMMENT.sub("", text)


def _vocabulary(secret: Secret) -> frozenset[str]:
    """The words of a Python secret that are in its byte code too, and not in what is given."""
    words = {word for word in tokens(bare(secret.text)) if len(word) > 2 and word.isidentifier()}
    return frozenset(words - set(tokens(secret.given)) - set(keyword.kwlist))


_DECLARING = {
    *("assignment", "for_statement", "as_pattern", "parameters", "function_definition"),
    *("class_definition", "lambda_parameters", "for_in_clause", "named_expression"),
    *("declaration", "parameter_declaration", "field_declaration", "struct_specifier"),
}
_KERNELS = re.compile(r"[A-Z_0-9]+$|sys_|syscalls$|[us](?:8|16|32|64)$|pt_regs$")
_FIELDS = ("left", "name", "declarator", "alias")


def _declared(secret: Secret) -> Iterator[str]:
    """The names that the author of `secret` chose: of variables, functions, fields and tables."""
    language = tree_sitter_python if secret.is_python else tree_sitter_c
    left = [Parser(Language(language.language())).parse(secret.text.encode()).root_node]
    while left:
        node = left.pop()
        left += node.children
        if node.type in _DECLARING:
            for name in (*_named(node), *([node] if "parameters" in node.type else ())):
                # The kernel's names look like declarations to a parser that knows no macro.
                yield from (one for one in _identifiers(name) if not _KERNELS.match(one))
    # BCC's macros declare what stands first in them.
    yield from re.findall(r"\bBPF_[A-Z_]+\(\s*(\w+)", secret.text)


def _named(node: Node) -> Iterator[Node]:
    for field in _FIELDS:
        yield from node.children_by_field_name(field)


def _identifiers(node: Node) -> Iterator[str]:
    if node.type in ("attribute", "subscript", "call", "call_expression"):
        return
    if node.type in ("identifier", "field_identifier", "type_identifier") and node.text:
        yield node.text.decode()
    for child in node.children:
        yield from _identifiers(child)
