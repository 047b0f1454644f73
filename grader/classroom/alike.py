"""Find hand-ins that are alike in what hardly anybody else has.

Right answers to a small lab are alike anyway: with its names left out, each is the solution. So
what counts of two hand-ins is not how much they share, but how rare that is in the class: odd
names, the words of a comment, a run of tokens that nobody else wrote. What the stub, the solution
and the handout have is taken out first, of both sides of the fraction: two equal files are alike
wholly.

This shows where to look, and says nothing of how it came about.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import fsum, log

import tree_sitter_c
import tree_sitter_python
from tree_sitter import Language, Node, Parser

from grader.base.text import clean

MOST_PAIRS = 20
_ROW = 8
"""Tokens that follow each other."""
_PHRASE = 3
"""Words of a comment that follow each other."""
_COMMON = 0.25
"""What a larger share of the class has is nobody's."""
_LEAST = 6.0
"""Evidence (in nats) below which two hand-ins are not worth a look."""
_WIDEST = 100
"""Characters of a comment that are shown."""
_SHOWN = 6
"""Overlaps of a pair that are shown."""
_WORD = re.compile(r"\w+")
_NAMES = ("identifier", "field_identifier", "type_identifier")
_PLAIN = re.compile(r".{1,2}|[a-z]+", re.DOTALL)
"""Names that many would choose: short, or one lower-case word."""


@dataclass(frozen=True)
class Overlap:
    """Something that two hand-ins have: what kind of thing, its text, and how many have it."""

    kind: str
    """name, comment, string, or code."""
    text: str
    students: int


@dataclass(frozen=True)
class Pair:
    """Two students whose hand-ins are alike; `share` is that of what only they wrote, up to 1."""

    students: tuple[str, str]
    evidence: float
    """How rare what they share is: the weighted sum over it of log(all / those who have it)."""
    share: float
    equal: tuple[str, ...]
    """Files that are equal but for white space."""
    overlaps: tuple[Overlap, ...]


Feature = tuple[str, str]
"""A kind of overlap, and its text, or what stands for it."""


def pairs(
    hand_ins: Mapping[str, Mapping[str, bytes]], known: Iterable[Mapping[str, bytes]] = ()
) -> list[Pair]:
    """Return the pairs of students whose files are most alike, the strongest evidence first.

    `known` are files that everybody has seen, or could arrive at alone: stubs, the solution, and
    the handout. Students whose hand-ins are those themselves are in no pair.
    """
    known = list(known)
    common = {feature for files in known for feature, _ in _features(files)}
    given = {tuple(data.split()) for files in known for data in files.values()}
    texts: dict[Feature, str] = {}
    own: dict[str, set[Feature]] = {}
    for student, files in sorted(hand_ins.items()):
        found = [(feature, text) for feature, text in _features(files) if feature not in common]
        for feature, text in found:
            texts.setdefault(feature, text)
        own[student] = {feature for feature, _ in found}
    counts = Counter(feature for features in own.values() for feature in features)
    most = max(2, int(_COMMON * len(own)))
    weights = {
        feature: log(len(own) / n) * _WEIGHTS[feature[0]]
        for feature, n in counts.items()
        if n <= most and len(own) > n
    }
    shared: defaultdict[tuple[str, str], list[Feature]] = defaultdict(list)
    having = defaultdict(list)
    for student, features in own.items():
        for feature in features & weights.keys():
            having[feature].append(student)
    for feature, students in having.items():
        for pair in combinations(sorted(students), 2):
            shared[pair].append(feature)
    totals = {
        student: fsum(weights.get(feature, 0.0) for feature in features)
        for student, features in own.items()
    }
    made = []
    for pair, both in shared.items():
        evidence = fsum(weights[feature] for feature in both)
        if evidence < _LEAST:
            continue
        rarest = sorted(both, key=lambda each: (-weights[each], each))
        made.append(
            Pair(
                pair,
                evidence,
                evidence / (min(totals[student] for student in pair) or 1.0),
                _equal(hand_ins[pair[0]], hand_ins[pair[1]], given),
                tuple(_overlaps(rarest, texts, counts)),
            )
        )
    return sorted(made, key=lambda each: (-each.evidence * each.share, each.students))[:MOST_PAIRS]


_WEIGHTS = {"name": 1.0, "comment": 1.5, "string": 1.0, "code": 0.35}
"""Rows of code overlap: a token is in eight of them."""


def _overlaps(
    features: Sequence[Feature], texts: Mapping[Feature, str], counts: Mapping[Feature, int]
) -> Iterator[Overlap]:
    """Yield the overlaps to show, words before code; skip one that half repeats an earlier one."""
    order = {"comment": 0, "string": 1, "name": 2, "code": 3}
    shown: list[set[str]] = []
    for feature in sorted(features, key=lambda each: order[each[0]]):
        words = set(texts[feature].split())
        if len(shown) < _SHOWN and all(2 * len(words & each) < len(words) for each in shown):
            shown.append(words)
            yield Overlap(feature[0], clean(texts[feature]), counts[feature])


def _equal(
    one: Mapping[str, bytes], other: Mapping[str, bytes], given: Collection[tuple[bytes, ...]]
) -> tuple[str, ...]:
    """Return the files that are equal but for white space, without empty ones and those `given`."""
    words = {
        name: (tuple(data.split()), tuple(other.get(name, b"").split()))
        for name, data in one.items()
    }
    return tuple(name for name, (a, b) in words.items() if a == b and a and a not in given)


def _features(files: Mapping[str, bytes]) -> Iterator[tuple[Feature, str]]:
    """Yield the features of a hand-in's files, each with the text to show for it."""
    for name, data in files.items():
        text = data.decode(errors="replace")
        if name.endswith((".c", ".h")):
            yield from _of_code(tree_sitter_c.language(), text)
        elif name.endswith(".py"):
            yield from _of_code(tree_sitter_python.language(), text)
        else:
            yield from _phrases(text)


def _of_code(language: object, text: str) -> Iterator[tuple[Feature, str]]:
    leaves = list(_leaves(Parser(Language(language)).parse(text.encode()).root_node))
    row: list[tuple[str, str]] = []
    for kind, word in leaves:
        if kind == "comment":
            yield from _phrases(word)
            continue
        if kind in _NAMES and not _PLAIN.fullmatch(word):
            yield ("name", word), word
        if kind == "string_content" and len(word.strip()) > 2:
            yield ("string", word.strip()), word.strip()
            yield from _phrases(word)  # A docstring, too.
        row.append((kind, word))
    # With names left out: who renames them shares these still.
    shapes = [kind if kind in (*_NAMES, "string_content") else word for kind, word in row]
    for start in range(len(row) - _ROW + 1):
        shape = "\0".join(shapes[start : start + _ROW])
        digest = hashlib.blake2b(shape.encode(), digest_size=8).hexdigest()
        yield ("code", digest), " ".join(word for _, word in row[start : start + _ROW])


def _phrases(text: str) -> Iterator[tuple[Feature, str]]:
    for line in text.splitlines():
        words = _WORD.findall(line)
        for start in range(len(words) - _PHRASE + 1):
            phrase = " ".join(words[start : start + _PHRASE])
            yield ("comment", phrase.casefold()), line.strip(" \t/*#")[:_WIDEST]


def _leaves(node: Node) -> Iterator[tuple[str, str]]:
    """Yield the tokens of a tree, each after its kind; a comment is one token."""
    left = [node]
    while left:
        node = left.pop()
        if node.child_count and node.type not in ("comment", "string_literal"):
            left += reversed(node.children)
        elif node.text:
            kind = "string_content" if node.type == "string_literal" else node.type
            yield kind, node.text.decode(errors="replace")
