"""Images: what a machine boots. They are kept in the user's cache, and handed out as files.

An image is a folder with a kernel, an initramfs, a root file system, and image.json, which says
what these are. The folder gets its name in one step, when it is whole. Whoever adds or removes an
image holds a lock, so that anything else that lies there is what a killed process left.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import IO, Any

from grader.base.errors import InfraError, UsageError
from grader.base.lock import locked
from grader.base.messages import Message, say
from grader.base.text import clean
from grader.vm.image_build import FILES, RECIPES, Progress, Recipe, discard, full, make
from grader.vm.image_build import check_tools as check_tools

LABEL = "image.json"
LARGEST = 4 << 30
"""Bytes that no file of an image has: a bound for what an import writes."""


@dataclass(frozen=True)
class Image:
    """A whole image in the cache. The same `id` means the same bytes."""

    version: str
    release: str
    id: str
    folder: Path
    made: str = ""
    """When it was built, in UTC."""

    @property
    def kernel(self) -> Path:
        return self.folder / "vmlinuz"

    @property
    def initramfs(self) -> Path:
        return self.folder / "initramfs"

    @property
    def root(self) -> Path:
        return self.folder / "root.squashfs"

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum((self.folder / name).stat().st_size for name in FILES)


@dataclass(frozen=True)
class Label:
    """What image.json says."""

    version: str
    release: str
    recipe: str
    made: str
    packages: list[str]
    files: dict[str, dict[str, Any]]
    """For each file its size in bytes and its SHA-256."""

    @classmethod
    def read(cls, data: bytes) -> Label:
        """Read image.json. Raises ValueError if `data` is no label of an image."""
        try:
            label = cls(**json.loads(data))
            sound = (
                label.version in versions()
                and re.fullmatch(r"[\w.+~-]{1,99}", label.release)
                and re.fullmatch(r"[\d:TZ-]{20}", label.made)
                and all(isinstance(package, str) for package in label.packages)
                and tuple(label.files) == FILES
                and all(0 < file["size"] < LARGEST for file in label.files.values())
            )
        except (TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ValueError(say("its {LABEL} is that of something else", LABEL=LABEL)) from error
        if not sound:
            raise ValueError(say("its {LABEL} is that of something else", LABEL=LABEL))
        return label

    def write(self) -> bytes:
        return (json.dumps(asdict(self), indent=1) + "\n").encode()

    @property
    def id(self) -> str:
        """12 hexadecimal digits, of all that went in and all that came out."""
        return hashlib.sha256(self.write()).hexdigest()[:12]

    @property
    def current(self) -> bool:
        """Whether today's recipe made it."""
        return self.recipe == _recipe(self.version).digest


def versions() -> tuple[str, ...]:
    """Return the kernels that there are images of, the default first."""
    return tuple(recipe.version for recipe in RECIPES)


def cache() -> Path:
    """Return the folder of this user for images and snapshots.

    Raises InfraError if it cannot be written.
    """
    given = os.environ.get("XDG_CACHE_HOME", "")
    try:
        base = Path(given) if given.startswith("/") else Path.home() / ".cache"
        folder = base / "labebpf"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.access(folder, os.W_OK | os.X_OK, effective_ids=True):
            return folder
        why = say("{folder} cannot be written", folder=folder)
    except OSError as error:
        why = say(
            "{folder} cannot be created ({error})", folder=error.filename, error=error.strerror
        )
    except RuntimeError:
        why = say("this user has no home")
    raise InfraError(
        say("There is no place for images: {why}.", why=why),
        say("Name a folder that you may write to: export XDG_CACHE_HOME=FOLDER"),
    )


def built() -> list[Image]:
    """Return the images that are whole and up to date, in the order of `versions()`.

    Raises InfraError.
    """
    images = [_open(folder) for version in versions() for folder in _stored(version)]
    return [image for image in images if image]


def find(version: str | None = None) -> Image:
    """Return the image of Linux `version`.

    Raises InfraError if it is not built, UsageError if unknown.
    """
    recipe = _recipe(versions()[0] if version is None else version)
    for image in built():
        if image.version == recipe.version:
            return image
    damaged = (
        say(", only a damaged one, or one of another labebpf's") if _stored(recipe.version) else ""
    )
    raise InfraError(
        say(
            "There is no image of Linux {version} here{damaged}.",
            version=recipe.version,
            damaged=damaged,
        ),
        say("Run: ./labebpf image build {version}", version=recipe.version),
    )


def build(version: str, progress: Progress) -> Image:
    """Build the image of Linux `version`, unless there is one. Raises InfraError and UsageError."""
    recipe = _recipe(version)
    with _changing(progress) as lock:
        for image in built():
            if image.version == version:
                return image
        with _unfinished() as folder:
            notes = make(recipe, folder, lock, progress)
            files = {}
            for name in FILES:
                with (folder / name).open("rb") as file:
                    files[name] = _copy(file)
            made = f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
            packages = sorted(notes["packages"].splitlines())
            label = Label(version, notes["release"], recipe.digest, made, packages, files)
            return _keep(folder, label)


def remove(version: str) -> None:
    """Remove every image of Linux `version`. Raises UsageError if there is none."""
    _recipe(version)
    with _changing():
        folders = _stored(version)
        if not folders:
            raise UsageError(
                say("There is no image of Linux {version} here.", version=version),
                say("See: ./labebpf image list"),
            )
        for folder in folders:
            discard(folder)
        for snapshot in (cache() / "snapshots").glob(f"{version}-*"):
            snapshot.unlink(missing_ok=True)


def export(version: str, file: Path) -> None:
    """Write the image of Linux `version` to `file`, for `import_`.

    The file is a tar archive of image.json and what it describes, in this order. Raises InfraError
    and UsageError.
    """
    image = find(version)
    if not file.parent.is_dir() or file.is_dir():
        raise UsageError(
            say("{file} cannot be written.", file=file), say("Name a file in a folder that exists.")
        )
    with _disk(file.parent), tempfile.TemporaryDirectory(dir=file.parent, prefix=".new-") as folder:
        whole = Path(folder) / "image"
        with tarfile.open(whole, "w") as tar:
            for name in (LABEL, *FILES):
                tar.add(image.folder / name, name, filter=_without_owner)
        whole.replace(file)


def import_(file: Path) -> Image:
    """Keep the image in `file`, which `export` wrote, if each checksum in it is right.

    Raises InfraError and UsageError.
    """
    try:
        raw = file.open("rb")
    except OSError as error:
        raise UsageError(
            say("{file} cannot be read: {strerror}.", file=file, strerror=error.strerror),
            say("Name a file that image export wrote."),
        ) from error
    with raw, _changing(), _unfinished() as folder:
        try:
            with tarfile.open(fileobj=raw, mode="r:") as tar:
                label = Label.read(_next(tar, LABEL, 1 << 20).read())
                for name, facts in label.files.items() if label.current else ():
                    with (folder / name).open("wb") as target:
                        if _copy(_next(tar, name, facts["size"]), target) != facts:
                            raise ValueError(say("{name} is damaged", name=name))
        except (tarfile.TarError, EOFError, ValueError) as error:
            raise InfraError(
                say(
                    "{file} is no image, or a damaged one ({clean}).",
                    file=file,
                    clean=clean(str(error)),
                ),
                say("Get the file again, whole, from where it was exported."),
            ) from error
        if not label.current:
            raise InfraError(
                say("{file} was exported by another version of labebpf.", file=file),
                say("Use the same version at both ends, and export the image again."),
            )
        return _keep(folder, label)


def _recipe(version: str) -> Recipe:
    for recipe in RECIPES:
        if recipe.version == version:
            return recipe
    raise UsageError(
        say("There is no image of Linux {version}.", version=version),
        say("The versions are {names}.", names=", ".join(versions())),
    )


def _shelf() -> Path:
    folder = cache() / "images"
    folder.mkdir(exist_ok=True)
    return folder


def _stored(version: str) -> list[Path]:
    """Return all folders that are named as images of `version`, whatever is in them."""
    return sorted(_shelf().glob(f"{version}-*"))


def _open(folder: Path) -> Image | None:
    """Return the image in `folder`, if it is whole and made by today's recipe."""
    try:
        label = Label.read((folder / LABEL).read_bytes())
        whole = all((folder / n).stat().st_size == f["size"] for n, f in label.files.items())
    except (OSError, ValueError):
        return None
    if not whole or not label.current or folder.name != f"{label.version}-{label.id}":
        return None
    return Image(label.version, label.release, label.id, folder, label.made)


@contextmanager
def _changing(progress: Progress = lambda step, done: None) -> Iterator[int]:
    """Let one process at a time change images; remove what killed ones left. Gives the lock."""
    shelf = _shelf()
    waiting = partial(progress, say("waiting for another build"), 0.0)
    with _disk(shelf), locked(shelf / ".lock", waiting) as lock:
        for left in shelf.glob(".new-*"):
            discard(left)
        yield lock


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """Turn errors of writing to `folder` into InfraError."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise full(folder) from error
        raise InfraError(
            Message(f"{error}."),
            say("Make {folder} a folder that you may write to.", folder=folder),
        ) from error


@contextmanager
def _unfinished() -> Iterator[Path]:
    """Give a new folder, which is removed unless `_keep` makes an image of it."""
    folder = Path(tempfile.mkdtemp(prefix=".new-", dir=_shelf()))
    try:
        yield folder
    finally:
        discard(folder)


def _keep(folder: Path, label: Label) -> Image:
    """Make the FILES in `folder` an image; others of its version go."""
    final = folder.with_name(f"{label.version}-{label.id}")
    whole = folder / "whole"
    whole.mkdir()
    (folder / LABEL).write_bytes(label.write())
    for name in (LABEL, *FILES):
        with (folder / name).open("rb") as file:
            os.fsync(file.fileno())
        (folder / name).rename(whole / name)
    if not _open(final):
        discard(final)
        whole.rename(final)
    for other in _stored(label.version):
        if other != final:
            discard(other)
    image = _open(final)
    assert image
    return image


def _copy(source: IO[bytes], target: IO[bytes] | None = None) -> dict[str, Any]:
    """Copy `source` to `target`; return its size and SHA-256, as a label holds them."""
    digest, size = hashlib.sha256(), 0
    while block := source.read(1 << 20):
        digest.update(block)
        size += len(block)
        if target:
            target.write(block)
    return {"size": size, "sha256": digest.hexdigest()}


def _without_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def _next(tar: tarfile.TarFile, name: str, limit: int) -> IO[bytes]:
    """Return the next member of `tar`, if that is a file `name` of at most `limit` bytes.

    Raises ValueError otherwise.
    """
    member = tar.next()
    data = tar.extractfile(member) if member and member.isreg() else None
    if not member or not data or member.name != name or member.size > limit:
        raise ValueError(say("it has no {name} where that should be", name=name))
    return data
