"""Every text that is in some bytes: encoded, compressed, in an archive, at whatever depth."""

from __future__ import annotations

import base64
import binascii
import bz2
import html
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any

_DEEPEST = 6
_FEWEST_BYTES, _MOST_BYTES = 24, 64 << 20
"""How little is not worth a look; how much is unpacked of one file, until it counts as sealed."""
_SEALED = re.compile(
    rb"7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|\x28\xb5\x2f\xfd|\x04\x22\x4d\x18|\x89LZO|age-encryption"
    rb"|-----BEGIN PGP MESSAGE|Salted__"
)
"""How files begin that cannot be looked into: 7z, rar, zstd, lz4, lzo, and encrypted ones."""
_STREAMS: dict[bytes, Callable[[], Any]] = {
    b"\x1f\x8b\x08": lambda: zlib.decompressobj(31),
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\x00": lzma.LZMADecompressor,
    b"\x5d\x00\x00": lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE),
    **dict.fromkeys((b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"), zlib.decompressobj),
}
_ZIPPED = b"PK\x03\x04"  # a file in a zip
_MAGIC = re.compile(b"|".join(map(re.escape, _STREAMS)))
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/_-]{4}[\s\"',\\]*){8,}[A-Za-z0-9+/_=-]*")
_HEX = re.compile(r"(?:(?:\\x|0x|%)?[0-9a-fA-F]{2}[\s,:\"']*){24,}")
_CODE = re.compile(r"\\x([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\([0-7]{3})")
_LETTERS = {"\\n": "\n", "\\t": "\t", '\\"': '"', "\\'": "'", "\\r": "", "\\\\": "\\"}


class SealedError(Exception):
    """There is something in the file `place` that cannot be looked into."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


def contents(place: str, data: bytes, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield `data`, and all that is packed or encoded in it, each with its place.

    Raises SealedError.
    """
    if depth > _DEEPEST or _SEALED.match(data):
        raise SealedError(place)
    yield place, data
    for inner, found in _unpacked(place, data):
        yield from contents(inner, found, depth + 1)


def texts(data: bytes) -> Iterator[str]:
    """Yield what `data` may say, in whatever encoding, and with escapes read."""
    plain = data.decode("utf-8", errors="replace")
    yield from _views(plain)
    if b"\0" in data:  # UTF-16 and UTF-32, in whatever order of bytes and wherever it begins.
        yield from _views(data.replace(b"\0", b"").decode("utf-8", errors="replace"))


def _views(text: str) -> Iterator[str]:
    for _ in range(_DEEPEST):  # JSON in JSON, say.
        yield text
        read = html.unescape(_CODE.sub(_character, text))
        read = re.sub(r"\\[nt\"'r\\]", lambda found: _LETTERS[found[0]], read)
        if read == text:
            return
        text = read


def _character(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16) if code else int(found[3], 8))


def _unpacked(place: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield from _members(place, data)
    if not _is_text(data):
        yield from _streams(place, data)
    for text in {data.decode("latin-1"), data.replace(b"\0", b"").decode("latin-1")}:
        for found in _BASE64.finditer(text):
            yield from _decoded(f"{place} (base64)", _from_base64(found[0]))
        for found in _HEX.finditer(text):
            digits = re.sub(r"\\x|0x|%|[^0-9a-fA-F]", "", found[0])
            yield from _decoded(f"{place} (hex)", bytes.fromhex(digits[: len(digits) // 2 * 2]))


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode()
    except UnicodeDecodeError:
        return False


def _from_base64(text: str) -> bytes:
    letters = re.sub(r"[^A-Za-z0-9+/]", "", text.replace("-", "+").replace("_", "/"))
    try:
        return base64.b64decode(letters[: len(letters) // 4 * 4])
    except binascii.Error:
        return b""


def _decoded(place: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    if len(data) >= _FEWEST_BYTES:
        yield place, data


def _members(place: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    if _ZIPPED in data and zipfile.is_zipfile(io.BytesIO(data)):
        yield from _in_zip(place, data)
    if data[257:262] == b"ustar":
        try:
            with tarfile.open(fileobj=io.BytesIO(data)) as tar:
                for member in tar:
                    if file := tar.extractfile(member) if member.isfile() else None:
                        yield f"{place}: {member.name}", file.read()
        except (tarfile.TarError, EOFError, ValueError):
            pass  # What can be read of it as text is read as text.


def _in_zip(place: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
                raise SealedError(place)
            for entry in archive.infolist():
                yield f"{place}: {entry.filename}", archive.read(entry)
            if archive.comment:
                yield f"{place} (comment)", archive.comment
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError, EOFError) as error:
        raise SealedError(place) from error  # With a password, say.


def _streams(place: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what the compressed streams in `data` unpack to, wherever they begin."""
    for found in _MAGIC.finditer(data):
        try:
            stream = _STREAMS[found[0]]()
            out: bytes = stream.decompress(data[found.start() :], _MOST_BYTES)
        except (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError):
            continue
        if len(out) >= _MOST_BYTES:
            raise SealedError(place)
        if len(out) >= _FEWEST_BYTES:
            yield f"{place} (unpacked)", out
