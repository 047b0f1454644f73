"""What lies where in an event, a key or a value: read by the names that the program gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Union

from grader.base.errors import BehaviourError
from grader.base.messages import NO_MESSAGE, Message, say
from grader.base.rpc import require_type

UNSET = 0xAA
"""What the second build of a program fills uninitialised memory with."""
UNSET_RUN = re.compile(rb"%c{4,}" % UNSET)
"""So many bytes of it that no value is likely to have them by chance."""
_MOST_FIELDS, _DEEPEST, _LARGEST = 200, 8, 1 << 20
"""More than any program has: what a hostile one says of itself is not followed without an end."""

Value = Union[int, bytes, "Fields", "tuple[Value, ...]"]
"""A number, a text up to its NUL, a structure, or several of these."""


class Fields:
    """The fields of a structure: `event.pid`. Equal to another one with the same values."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = dict(values)

    def __getattr__(self, name: str) -> Any:
        """Return a field. Raises BehaviourError if the structure has none of this name."""
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self._values:
            return self._values[name]
        raise BehaviourError(
            say("The program's structure has no field {name}.", name=name),
            say("Name its fields as the handout does."),
            expected=name,
            actual=", ".join(self._values),
        )

    def has(self, **values: object) -> bool:
        """Tell whether these fields have these values."""
        return all(getattr(self, name) == value for name, value in values.items())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fields) and self._values == other._values

    def __hash__(self) -> int:
        return hash(tuple(self._values.items()))

    def __repr__(self) -> str:
        return ", ".join(f"{name} {_shown(value)}" for name, value in self._values.items())


def difference(new: Value, old: Value) -> Value:
    """Return `new` with each number in it less what `old` has there; a text stays as it is."""
    if isinstance(new, int) and isinstance(old, int):
        return new - old
    if isinstance(new, tuple) and isinstance(old, tuple):
        return tuple(map(difference, new, old))
    if isinstance(new, Fields) and isinstance(old, Fields):
        before = old._values
        return Fields({name: difference(each, before[name]) for name, each in new._values.items()})
    return new


def sum_of(value: Value) -> int:
    """Return all numbers in `value` together; a text has none."""
    if isinstance(value, Fields):
        value = tuple(value._values.values())
    if isinstance(value, tuple):
        return sum(map(sum_of, value))
    return value if isinstance(value, int) else 0


def _shown(value: Value) -> str:
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else str(value)


@dataclass(frozen=True)
class Layout:
    """A type of C: its size in bytes, and what it is made of.

    A structure has `fields`, each with its place; an array has `count` times `of`; anything else is
    a number, `signed` or not, or a character.
    """

    size: int
    kind: str
    fields: tuple[tuple[str, int, Layout], ...] = ()
    of: Layout | None = None
    count: int = 0

    @classmethod
    def read(cls, told: Any, depth: int = 0) -> Layout:
        """Read what a loader says of a type. Raises LookupError, TypeError or ValueError."""
        size, kind = require_type(int, told["size"]), require_type(str, told["kind"])
        if depth > _DEEPEST or not 0 <= size <= _LARGEST:
            raise ValueError("no layout of a program's")
        if kind == "array":
            of, count = cls.read(told["of"], depth + 1), require_type(int, told["count"])
            parts: list[tuple[str, int, Layout]] = []
        else:
            of, count = None, 0
            parts = [
                (require_type(str, name), require_type(int, at), cls.read(part, depth + 1))
                for name, at, part in told.get("fields", ())
            ]
        inside = all(at >= 0 and at + part.size <= size for _, at, part in parts)
        fits = not of or (of.size > 0 and of.size * count == size)
        if not inside or not fits or len(parts) > _MOST_FIELDS:
            raise ValueError("no layout of a program's")
        return cls(size, kind, tuple(parts), of, count)

    def value(self, data: bytes) -> Any:
        """Return the Value in `data`; bytes after it do not matter.

        Raises BehaviourError where there are too few.
        """
        if len(data) < self.size:
            raise BehaviourError(
                say("What the program submits is too short for its structure."),
                say("Submit the whole structure: sizeof of the structure, not of a pointer to it."),
                expected=say("{n} bytes", n=self.size),
                actual=say("{n} bytes", n=len(data)),
            )
        if self.fields:
            values = {name: part.value(data[at:]) for name, at, part in self.fields}
            return Fields(values)
        if self.of and self.of.size == 1:
            return data[: self.size].split(b"\0", 1)[0]
        if self.of:
            starts = range(0, self.size, self.of.size)
            return tuple(self.of.value(data[start:]) for start in starts)
        return int.from_bytes(data[: self.size], "little", signed=self.kind == "signed")

    def unset(self, data: bytes) -> Message:
        """Tell which field of a second build's `data`, or the padding after which, was never set.

        Nothing if all were. A field of one byte may have the same value by chance.
        """
        for name, start, end, padding in self._parts():
            part = data[start:end]
            never = part and set(part) == {UNSET} and (padding or len(part) > 1)
            if padding and never:
                return say("the padding after {name} never set", name=name)
            if never or (not padding and UNSET_RUN.search(part)):
                return say("{name} never set", name=name)
        return NO_MESSAGE

    def _parts(self) -> Iterator[tuple[str, int, int, bool]]:
        """List each field and each gap: name, or that of the field before it, begin and end."""
        end, before = 0, ""
        for name, at, part in sorted(self.fields, key=lambda field: field[1]):
            if at > end:
                yield before, end, at, True
            if part.fields:
                for inner, start, stop, padding in part._parts():
                    yield f"{name}.{inner}", at + start, at + stop, padding
            else:
                yield name, at, at + part.size, False
            end, before = max(end, at + part.size), name
        if self.fields and end < self.size:
            yield before, end, self.size, True


def read_layout(told: Any) -> Layout | None:
    """Read a loader's layout, None where the loader knows none."""
    return None if told is None else Layout.read(told)
