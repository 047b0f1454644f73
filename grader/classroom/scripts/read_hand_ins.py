"""Reads what a class handed in: a folder or an archive, in which others made folders and archives.

Nothing is unpacked, and no name out of an archive is ever a place to write to. Of each hand-in the
files that a lab asks for are read, wherever they lie in it, and at most so many bytes. This process
has limits of its own: what ends it costs one hand-in.

argv: the folder or archive. What it answers is data; the grader puts it into words.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import os
import re
import resource
import stat
import subprocess
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast

MAX_FILE = 256 * 1024
"""Bytes of a file that is taken: grader.submission.hand_in_files takes no larger one."""
MAX_BYTES = 16 << 20
"""Bytes that are read, unpacked, for one hand-in."""
MAX_ENTRIES = 2000
"""Files of one hand-in that are looked at."""
MAX_FOLDERS = 8
"""Folders within each other in a hand-in."""
MAX_ARCHIVES = 2
"""Archives within each other in a hand-in."""
MAX_LISTED = 400_000
"""Entries of what the whole class handed in."""
MEMORY = 512 << 20
"""Bytes of this process's address space beyond what it has at its start."""
SECONDS = 20
"""Of CPU time for one hand-in."""
TARS = (".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz", ".tzst", ".tar.zst")
FOREIGN = (".rar", ".7z", ".gz", ".bz2", ".xz", ".zst", ".lzh", ".cab")
"""Archives, or packed files, that are not opened."""
JUNK = re.compile(
    r"__MACOSX|\._.*|\.DS_Store|Thumbs\.db|desktop\.ini|\.git|\.svn|\.venv|__pycache__|"
    r".*~|.*\.sw[op]|\.pytest_cache|\.idea|\.vscode|node_modules",
    re.IGNORECASE,
)


DAMAGED = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError),
    *(OSError, ValueError, IndexError, KeyError, OverflowError, RuntimeError),
)


class ProblemError(Exception):
    """What is wrong with a part of a hand-in: a word for it, and the place."""

    def __init__(self, kind: str, place: str, detail: str = "") -> None:
        super().__init__(kind)
        self.told = [kind, place, detail]


class ExhaustedError(ProblemError):
    """No more of this hand-in is looked at."""


@dataclass(frozen=True)
class Member:
    """A file somewhere in a hand-in, by its path there."""

    path: str
    kind: str
    """file; link or special are not read."""
    read: Callable[[int], bytes]
    """Give at most so many bytes of it. Raises ProblemError."""

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass
class Budget:
    """How much of one hand-in may still be read."""

    entries: int = MAX_ENTRIES
    bytes: int = MAX_BYTES

    def count(self, place: str) -> None:
        self.entries -= 1
        if self.entries < 0:
            raise ExhaustedError("many", place, str(MAX_ENTRIES))

    def spend(self, size: int, place: str) -> None:
        self.bytes -= size
        if self.bytes < 0:
            raise ExhaustedError("bomb", place, str(MAX_BYTES >> 20))


@dataclass
class Taken:
    """What was found of one hand-in."""

    found: dict[str, list[tuple[str, bytes]]] = field(default_factory=dict)
    """By the lab's name of a file: where it lies, and what is in it."""
    alike: dict[str, list[tuple[str, bytes]]] = field(default_factory=dict)
    """The same of files with nearly that name, such as counter (1).c."""
    problems: list[list[str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    """Some files that the lab does not ask for."""


class Folder:
    """A folder with hand-ins in it."""

    def __init__(self, path: str) -> None:
        self._path = path

    def listed(self) -> list[str]:
        """List the paths in the folder, three levels deep; a folder's path ends in a slash."""
        return list(islice(self._listed("", 3), MAX_LISTED))

    def _listed(self, place: str, levels: int) -> Iterator[str]:
        for path, entry in self._scan(place):
            if not entry.is_dir(follow_symlinks=False):
                yield path
                continue
            yield f"{path}/"
            if levels > 1 and not JUNK.fullmatch(entry.name):
                yield from self._listed(path, levels - 1)

    def _scan(self, place: str) -> list[tuple[str, os.DirEntry[str]]]:
        try:
            with os.scandir(os.path.join(self._path, place)) as entries:
                found = [(f"{place}/{each.name}" if place else each.name, each) for each in entries]
        except OSError as error:
            raise ProblemError("unreadable", shown(place), os.strerror(error.errno or 0)) from None
        return sorted(found, key=lambda each: each[0])

    def entries(self, prefix: str) -> Iterator[Member]:
        """Yield the files whose paths begin with `prefix`, which need not end in a slash."""
        place, _, start = prefix.rpartition("/")
        below = [(path, each) for path, each in self._scan(place) if each.name.startswith(start)]
        yield from self._walk(below, prefix, 1)

    def _walk(
        self, found: Sequence[tuple[str, os.DirEntry[str]]], prefix: str, depth: int
    ) -> Iterator[Member]:
        for path, each in found:
            if JUNK.fullmatch(each.name):
                continue
            if each.is_dir(follow_symlinks=False):
                if depth > MAX_FOLDERS:
                    place = shown(path[len(prefix) :])
                    raise ExhaustedError("deep", place, str(MAX_FOLDERS))
                yield from self._walk(self._scan(path), prefix, depth + 1)
                continue
            inner = inner_path(path, prefix)
            if not inner:
                continue
            kind = "link" if each.is_symlink() else "file"
            if kind == "file" and not each.is_file(follow_symlinks=False):
                kind = "special"
            yield Member(shown(inner), kind, self._reader(path, shown(inner)))

    def _reader(self, path: str, inner: str) -> Callable[[int], bytes]:
        def read(limit: int) -> bytes:
            # O_NONBLOCK: opening a FIFO without a writer would wait for one for ever.
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            try:
                descriptor = os.open(os.path.join(self._path, path), flags)
                with open(descriptor, "rb") as file:
                    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                        raise ProblemError("special", inner)
                    return file.read(limit)
            except OSError as error:
                raise ProblemError("unreadable", inner, os.strerror(error.errno or 0)) from None

        return read


class Zip:
    """A zip archive."""

    def __init__(self, file: IO[bytes] | str, size: int, place: str) -> None:
        """Open `file`, a path or open, of `size` bytes. Raises ProblemError if that is no zip."""
        self._place = place
        with problems(place):
            self._archive = zipfile.ZipFile(file)
            infos = self._archive.infolist()
        if any(info.compress_size > size for info in infos):
            raise ProblemError("damaged", place)
        self._infos = [(name_of(info), info) for info in infos]

    def listed(self) -> list[str]:
        return [path for path, _ in self._infos][:MAX_LISTED]

    def entries(self, prefix: str) -> Iterator[Member]:
        for path, info in self._infos:
            inner = inner_path(path, prefix)
            if inner and not path.endswith("/"):
                kind = "link" if stat.S_ISLNK(info.external_attr >> 16) else "file"
                yield Member(inner, kind, self._reader(info, inner))

    def _reader(self, info: zipfile.ZipInfo, inner: str) -> Callable[[int], bytes]:
        def read(limit: int) -> bytes:
            place = f"{self._place}/{inner}" if self._place else inner
            if info.flag_bits & 1:
                raise ProblemError("encrypted", place)
            with problems(place), self._archive.open(info) as member:
                return member.read(limit)

        return read


class Tar:
    """A tar archive, whose members are read one after the other as they come."""

    def __init__(self, file: IO[bytes], place: str, budget: Budget) -> None:
        self._place = place
        self._file = cast("IO[bytes]", Bounded(file, budget, place))

    def entries(self, prefix: str) -> Iterator[Member]:
        with problems(self._place), tarfile.open(fileobj=self._file, mode="r|") as archive:
            for member in archive:
                inner = inner_path(tidy(member.name), prefix)
                if inner and not member.isdir():
                    yield Member(inner, kind_of(member), reader(archive, member, self._place))


class Bounded(io.RawIOBase):
    """A stream of which no more is read than a budget has."""

    def __init__(self, file: IO[bytes], budget: Budget, place: str) -> None:
        self._from = file
        self._budget = budget
        self._place = place

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._from.read(size)
        self._budget.spend(len(data), self._place)
        return data


class ClassTar:
    """A tar archive with hand-ins in it: its members by their places in the unpacked stream."""

    def __init__(self, path: str) -> None:
        with problems(""):
            # Open as long as this process reads.
            self._archive = tarfile.open(path, mode="r:*")  # noqa: SIM115
            named = ((tidy(each.name), each) for each in self._archive)
            self._members = [(path, each) for path, each in named if path]

    def listed(self) -> list[str]:
        return [f"{path}/" if each.isdir() else path for path, each in self._members][:MAX_LISTED]

    def entries(self, prefix: str) -> Iterator[Member]:
        for path, member in self._members:
            inner = inner_path(path, prefix)
            if inner and not member.isdir():
                yield Member(inner, kind_of(member), reader(self._archive, member, path))


def kind_of(member: tarfile.TarInfo) -> str:
    if member.issym() or member.islnk():
        return "link"
    return "file" if member.isreg() else "special"


def reader(archive: tarfile.TarFile, member: tarfile.TarInfo, place: str) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        with problems(place):
            part = archive.extractfile(member)
            return part.read(limit) if part else b""

    return read


@contextmanager
def problems(place: str) -> Iterator[None]:
    """Say what is wrong with an archive in a word, whichever way its library says it."""
    try:
        yield
    except ProblemError:
        raise
    except MemoryError:
        raise ExhaustedError("bomb", place, str(MAX_BYTES >> 20)) from None
    except NotImplementedError:
        raise ProblemError("foreign", place) from None
    except DAMAGED as error:
        if "Overlapped entries" in str(error):
            raise ProblemError("overlaps", place) from None
        if "password" in str(error):
            raise ProblemError("encrypted", place) from None
        raise ProblemError("damaged", place) from None


def shown(path: str) -> str:
    """Return a path as text in NFC; bytes that are no UTF-8 become U+FFFD."""
    return unicodedata.normalize("NFC", os.fsencode(path).decode(errors="replace"))


def inner_path(path: str, prefix: str) -> str:
    """Return where the file `path` lies in the hand-in that `prefix` names; "" if outside.

    A prefix is a folder with its slash, the beginning of a name up to its last _, or one file.
    """
    if path == prefix:
        return path.rpartition("/")[2]
    return path[len(prefix) :] if path.startswith(prefix) and prefix[-1:] in ("", *"/_") else ""


def tidy(path: str) -> str:
    """Return an archive's path in one form, to be compared: without empty parts and ".".

    No file is ever opened by that path.
    """
    parts = [part for part in shown(path).replace("\\", "/").split("/") if part not in ("", ".")]
    return "/".join(parts)


def name_of(info: zipfile.ZipInfo) -> str:
    """Return the path of a zip's member; that of a folder ends in a slash.

    Most programs write UTF-8 even where they do not set the flag for it.
    """
    name = info.orig_filename.partition("\0")[0]
    if not info.flag_bits & 0x800:
        raw = name.encode("cp437", errors="replace")
        try:
            name = raw.decode()
        except UnicodeDecodeError:
            name = raw.decode("cp1252", errors="replace")
    return tidy(name) + "/" * name.endswith(("/", "\\"))


def nearly(name: str, wanted: str) -> bool:
    """Tell whether `name` is what a browser or an editor makes of `wanted`: counter (1).c."""
    stem, dot, suffix = wanted.rpartition(".")
    pattern = rf"{re.escape(stem)}( ?\(\d+\)|-\d+)?{re.escape(dot + suffix)}(\.txt)?"
    return re.fullmatch(pattern, name, re.IGNORECASE) is not None


def is_zip(path: str) -> bool:
    """Tell whether the file is a zip from its beginning on.

    The end of a file does not tell: a tar whose last file is a zip ends like a zip.
    """
    with open(path, "rb") as file:
        return file.read(2) == b"PK" and zipfile.is_zipfile(path)


def unpacked(file: IO[bytes], name: str) -> IO[bytes]:
    """Return the tar in `file`, which is packed as its `name` says.

    Raises ProblemError where this machine cannot unpack the tar.
    """
    if name.endswith(("gz", ".tgz")):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=file))
    if name.endswith(("bz2", ".tbz2")):
        return cast("IO[bytes]", bz2.BZ2File(file))
    if name.endswith((".xz", ".txz")):
        return cast("IO[bytes]", lzma.LZMAFile(file))
    if name.endswith(("zst", ".tzst")):
        return unzstd(file, name)
    return file


def unzstd(file: IO[bytes], name: str) -> IO[bytes]:
    """Unpack `file` with the command zstd, since Python can do so only from 3.14 on.

    Returns at most MAX_BYTES + 1 bytes. Raises ProblemError without the command, and without data.
    """
    command = ["zstd", "--decompress", "--stdout", "--memory=256MB", "--quiet"]
    try:
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as child:
            assert child.stdin and child.stdout
            feeding = os.fork()
            if feeding == 0:
                child.stdout.close()
                try:
                    child.stdin.write(file.read())
                    child.stdin.close()
                finally:
                    os._exit(0)
            child.stdin.close()
            data = child.stdout.read(MAX_BYTES + 1)
            child.kill()
            os.waitpid(feeding, 0)
    except FileNotFoundError:
        raise ProblemError("foreign", name) from None
    if not data:
        raise ProblemError("damaged", name)
    return io.BytesIO(data)


class HandInReader:
    """Looks through one hand-in for the files that a lab asks for."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self._wanted = wanted
        self._budget = Budget()
        self.taken = Taken()

    def look(self, entries: Iterator[Member]) -> None:
        """Take what is wanted of `entries`, and of the archives among them."""
        try:
            self._look(entries, "", 0)
        except ProblemError as problem:
            self.taken.problems.append(problem.told)

    def _look(self, entries: Iterator[Member], place: str, archives: int) -> None:
        for entry in entries:
            path = f"{place}/{entry.path}" if place else entry.path
            parts = path.split("/")
            if any(JUNK.fullmatch(part) for part in parts):
                continue
            self._budget.count(path)
            if len(parts) > MAX_FOLDERS + 1:
                raise ExhaustedError("deep", path, str(MAX_FOLDERS))
            try:
                self._take(entry, path, archives)
            except ExhaustedError:
                raise
            except ProblemError as problem:
                self.taken.problems.append(problem.told)

    def _take(self, entry: Member, path: str, archives: int) -> None:
        exact = entry.name if entry.name in self._wanted else ""
        alike = exact or next((each for each in self._wanted if nearly(entry.name, each)), "")
        if not alike:
            name = entry.name.lower()
            if entry.kind == "file" and name.endswith((".zip", *TARS)):
                self._open(entry, path, archives + 1)
            elif name.endswith(FOREIGN):
                raise ProblemError("foreign", path)
            elif len(self.taken.others) < 5:
                self.taken.others.append(path)
            return
        if entry.kind != "file":
            raise ProblemError(entry.kind, path)
        data = entry.read(MAX_FILE + 1)
        self._budget.spend(len(data), path)
        if len(data) > MAX_FILE:
            raise ProblemError("large", path, str(MAX_FILE >> 10))
        into = self.taken.found if exact else self.taken.alike
        into.setdefault(alike, []).append((path, data))

    def _open(self, entry: Member, path: str, archives: int) -> None:
        """Look through an archive in the hand-in."""
        if archives > MAX_ARCHIVES:
            raise ProblemError("nested", path, str(MAX_ARCHIVES))
        data = entry.read(MAX_BYTES + 1)
        self._budget.spend(len(data), path)
        name = entry.name.lower()
        file = io.BytesIO(data)
        if name.endswith(".zip"):
            self._look(Zip(file, len(data), path).entries(""), path, archives)
        else:
            with problems(path):
                stream = unpacked(file, name)
            self._look(Tar(stream, path, self._budget).entries(""), path, archives)


def chosen(taken: Taken, wanted: Sequence[str], lab: str) -> dict[str, Any]:
    """Choose the file that counts for each of `wanted`, and list the problems found."""
    files, places, problems = {}, {}, list(taken.problems)
    for name in wanted:
        candidates = taken.found.get(name) or taken.alike.get(name) or []
        own = [each for each in candidates if lab in each[0].split("/")[:-1]]
        candidates = own or candidates
        if len({data for _, data in candidates}) > 1:
            problems.append(["twins", *(path for path, _ in candidates[:2])])
        elif candidates:
            places[name], data = candidates[0]
            files[name] = base64.b64encode(data).decode()
            if data.startswith((b"\xff\xfe", b"\xfe\xff")):
                problems.append(["utf16", places[name], ""])
    return {"files": files, "places": places, "problems": problems, "others": taken.others}


class Service:
    def __init__(self, path: str) -> None:
        self._path = path
        used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGESIZE")
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        self._container: Folder | Zip | ClassTar | None = None

    def _opened(self) -> Folder | Zip | ClassTar:
        if self._container is None:
            if os.path.isdir(self._path):
                self._container = Folder(self._path)
            elif is_zip(self._path):
                self._container = Zip(self._path, os.path.getsize(self._path), "")
            else:
                self._container = ClassTar(self._path)
        return self._container

    def listed(self) -> dict[str, Any]:
        """List the paths in the folder (three levels deep) or archive, or tell the problem with it.

        The path of a folder ends in a slash.
        """
        try:
            return {"paths": [shown(path) for path in self._opened().listed()], "problem": []}
        except ProblemError as problem:
            return {"paths": [], "problem": problem.told}

    def text(self, path: str, limit: int) -> str:
        """Return the first `limit` bytes of the file `path`, as text; "" where there is none."""
        for entry in self._opened().entries(path):
            return entry.read(limit).decode(errors="replace")
        return ""

    def take(self, prefixes: list[str], wanted: list[str], lab: str) -> dict[str, Any]:
        """Find the files `wanted` in one hand-in: all whose paths begin with one of `prefixes`."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = int(used.ru_utime + used.ru_stime) + SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
        reader = HandInReader(wanted)
        for prefix in prefixes:
            reader.look(self._opened().entries(prefix))
        return chosen(reader.taken, wanted, lab)
