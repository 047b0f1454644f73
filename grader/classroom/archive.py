"""Zip archives that are handed out: the same bytes each time, and no name that leads elsewhere."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Collection, Iterable, Mapping

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip can tell."""
_LONGEST = 50
"""Of at most 4 bytes each, so that with what a system adds a name is still one on any disk."""
_FORBIDDEN = re.compile(r'[/\\:;*?"<>|#]')
_HIDING = " .~-=+@\uff1d\uff0b\uff0d\uff20"
"""At a name's start: what hides a file, is an option of a command, or a spreadsheet's formula."""


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of `files`, by path: in order, without dates."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, files[path])
    return data.getvalue()


def harmless_name(text: str) -> str:
    """Return `text` as the name of a file or folder on any system, in which nothing is hidden.

    Letters of all scripts stay; control characters and what forms a path become spaces. In a table
    it is what it is: no formula.
    """
    known = unicodedata.normalize("NFC", text)
    plain = "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in known)
    name = " ".join(_FORBIDDEN.sub(" ", plain).split()).lstrip(_HIDING)
    return name[:_LONGEST].rstrip(" .") or "nobody"


def folders(ids: Iterable[str], taken: Collection[str] = ()) -> list[str]:
    """Return a folder's name for each id, none of them twice, also where case does not count."""
    names: list[str] = []
    used = {name.casefold() for name in taken}
    for id in ids:
        plain = name = harmless_name(id)
        number = 1
        while name.casefold() in used:
            number += 1
            name = f"{plain}-{number}"
        used.add(name.casefold())
        names.append(name)
    return names
