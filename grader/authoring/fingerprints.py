"""Tell whether a text holds a solution, however it is written.

A text is taken as its words and signs: no white space, no quotes, no comments. Of these, what
follows each other is compared, once as it is, and once with every name that an author may choose
left out. Byte code has words alone.
"""

from __future__ import annotations

import keyword
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
        pieces = [(one, tokens(bare(one.text)), tokens(bare(one.given))) for one in secrets]
        for length in (_EXACT, _RENAMED):
            self._rows[length] = defaultdict(list)
            for secret, text, given in pieces:
                rows = set(self._rows_of(text, length)) - set(self._rows_of(given, length))
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
        """Return what `data` resembles most, None if it resembles no secret."""
        found = list(self._likenesses(data))
        return max(found, key=lambda one: one.rank, default=None)

    def closest(self, data: bytes) -> Mapping[int, Likeness]:
        """Return, for each length of rows, the secret with the largest share found in `data`.

        That share may be too small to count.
        """
        best: dict[int, Likeness] = {}
        for text in texts(data):
            for version in map(tokens, {bare(text), text}):
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

    def _shares(self, text: Sequence[str], length: int) -> Iterator[tuple[str, float]]:
        known = self._rows[length]
        counts = Counter(
            name for row in set(self._rows_of(text, length)) & known.keys() for name in known[row]
        )
        for name, count in counts.items():
            yield name, count / self._sizes[length, name]

    def _rows_of(self, found: Sequence[str], length: int) -> Iterator[int]:
        """Return a hash of each row of `length` tokens; names are left out for `_RENAMED`."""
        if length == _RENAMED:
            unnamed = {token: self._unnamed(token) for token in set(found)}
            found = [unnamed[token] for token in found]
        return map(hash, zip(*(found[start:] for start in range(length)), strict=False))

    def _unnamed(self, token: str) -> str:
        named = token[0].isalpha() or token[0] == "_"
        return _NAME if named and token not in self._fixed else token


def _fixed_names(secrets: Iterable[Secret]) -> frozenset[str]:
    """Return the names in `secrets` that nobody can choose: of the languages, the kernel, BCC."""
    words: set[str] = set()
    for secret in secrets:
        words.update(tokens(_STRING.sub("", bare(secret.text))))
    words = {word for word in words if len(word) > 2 or keyword.iskeyword(word) or word == "if"}
    return frozenset(words - {name for secret in secrets for name in _declared(secret)})


def tokens(text: str) -> list[str]:
    """Return the words and signs of `text`."""
    return _TOKEN.findall(text)


def bare(text: str) -> str:
    """Return `text` without comments and docstrings."""
    return _COMMENT.sub("", text)


def _vocabulary(secret: Secret) -> frozenset[str]:
    """Return the words of a Python secret that its byte code has too, and its stub has not."""
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
    """Yield the names that the author of `secret` chose: variables, functions, fields, tables."""
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
