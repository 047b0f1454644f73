"""Images: what a machine boots. mmdebstrap builds them; they are kept in the user's cache.

An image is a folder with a kernel, an initramfs, a root file system, and image.json, which says
what these are. The folder gets its name in one step, when it is whole. Whoever adds or removes an
image holds a lock, so that whatever else lies there is what a killed build left.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from shlex import quote
from typing import IO, Any

from grader.errors import Infra, UsageError
from grader.text import clean


@dataclass(frozen=True)
class Recipe:
    """An image of Linux `version`: BCC from Debian's release `userland`, the kernel from either."""

    version: str
    userland: str
    kernel: str


RECIPES = (
    Recipe("6.12", "trixie", "trixie"),
    Recipe("6.1", "bookworm", "bookworm"),
    # The Python of bullseye is too old for the grader; BCC knows older kernels than its own.
    Recipe("5.10", "bookworm", "bullseye"),
    # BCC 0.35, of forky, does not compile with the headers of this kernel.
    Recipe("7.2", "sid", "forky"),
)
PACKAGES = (
    *("python3-bpfcc", "python3-pytest", "python3-pytest-timeout", "python3-jinja2"),
    *("python3-rich", "bpftool", "bubblewrap", "busybox-static", "mount", "procps", "nano"),
)
NOT_UNPACKED = tuple(f"/usr/share/{name}/*" for name in ("doc", "man", "info", "locale"))
SQUASHFS = ("-tar", "-comp", "lz4", "-noappend", "-quiet", "-no-progress")
KITCHEN = Path(__file__).with_name("recipe")
COPIED_OUT = ("/boot/vmlinuz", "/boot/initramfs", "/boot/release", "/boot/packages")
FILES = ("vmlinuz", "initramfs", "root.squashfs")
LARGEST = 4 << 30
"""Bytes that no file of an image has: a bound for what an import writes."""

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
MIRROR = "http://deb.debian.org/debian"
ELSEWHERE = "or build it on another machine, and use ./labebpf image export and import"

LOG_LINES = 30

Progress = Callable[[str, float], None]
"""Told what is being done, and how much of the whole is done, from 0 to 1."""


class BuildFailed(Infra):
    """An image could not be built. `log` is the end of what the tools printed."""

    def __init__(self, what: str, remedy: str, log: str) -> None:
        super().__init__(what, remedy)
        self.log = log


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
    packages: tuple[str, ...]
    files: dict[str, dict[str, Any]]
    """For each file its size in bytes and its SHA-256."""

    @classmethod
    def read(cls, data: bytes) -> Label:
        """Raises ValueError if `data` is no label, or one that another labebpf wrote."""
        try:
            label = cls(**json.loads(data))
            sound = (
                label.version in versions()
                and re.fullmatch(r"[\w.+~-]{1,99}", label.release)
                and re.fullmatch(r"[\d:TZ-]{20}", label.made)
                and all(isinstance(package, str) for package in label.packages)
                and tuple(label.files) == FILES
                and all(
                    type(file["size"]) is int
                    and 0 < file["size"] < LARGEST
                    and re.fullmatch("[0-9a-f]{64}", file["sha256"])
                    for file in label.files.values()
                )
            )
        except (TypeError, KeyError, RecursionError) as error:
            raise ValueError(str(error)) from error
        if not sound:
            raise ValueError("no image of ours")
        return label

    def write(self) -> bytes:
        return (json.dumps(asdict(self), indent=1) + "\n").encode()

    @property
    def id(self) -> str:
        """12 hexadecimal digits, of all that went in and all that came out."""
        facts = [self.version, self.release, self.recipe, [*self.packages], self.files]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]

    @property
    def current(self) -> bool:
        """Whether today's recipe made it."""
        return self.recipe == _digest_of_recipe(_recipe(self.version))


def versions() -> tuple[str, ...]:
    """The kernels that there are images of, the default first."""
    return tuple(recipe.version for recipe in RECIPES)


def cache() -> Path:
    """The folder of this user for images and snapshots. Raises Infra if it cannot be written."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    try:
        base = Path(given) if given.startswith("/") else Path.home() / ".cache"
        folder = base / "labebpf"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.access(folder, os.W_OK | os.X_OK):
            return folder
        why = f"{folder} cannot be written"
    except OSError as error:
        why = f"{error.filename} cannot be made ({error.strerror})"
    except RuntimeError:
        why = "this user has no home"
    raise Infra(
        f"There is no place for images: {why}.",
        "Name a folder that you may write: export XDG_CACHE_HOME=FOLDER",
    )


def built() -> list[Image]:
    """The images that are whole and up to date, in the order of `versions()`. Raises Infra."""
    images = [_open(folder) for folder in sorted(_shelf().glob("[0-9]*-*"))]
    order = versions()
    return sorted((image for image in images if image), key=lambda i: order.index(i.version))


def find(version: str | None = None) -> Image:
    """The image of Linux `version`. Raises Infra if it is not built, UsageError if unknown."""
    recipe = _recipe(version or versions()[0])
    for image in built():
        if image.version == recipe.version:
            return image
    raise Infra(
        f"There is no image of Linux {recipe.version} here"
        + (", but one of another labebpf." if _stored(recipe.version) else "."),
        f"Run: ./labebpf image build {recipe.version}",
    )


def build(version: str, progress: Progress) -> Image:
    """Build the image of Linux `version`, unless there is one. Raises Infra and UsageError."""
    recipe = _recipe(version)
    with _changing(progress) as shelf:
        for image in built():
            if image.version == version:
                return image
        _check_tools()
        with _unfinished(shelf) as folder:
            return _keep(folder, _make(recipe, folder, progress))


def remove(version: str) -> None:
    """Remove every image of Linux `version`. Raises UsageError if there is none."""
    _recipe(version)
    with _changing() as shelf:
        folders = _stored(version)
        if not folders:
            raise UsageError(
                f"There is no image of Linux {version} here.", "See: ./labebpf image list"
            )
        with _unfinished(shelf) as away:
            for folder in folders:
                folder.rename(away / folder.name)


def export(version: str, file: Path) -> None:
    """Write the image of Linux `version` to `file`, for `import_`. Raises Infra and UsageError.

    The file is a tar archive of image.json and what it describes, in this order.
    """
    image = find(version)
    if not file.parent.is_dir() or file.is_dir():
        raise UsageError(f"{file} cannot be written.", "Name a file in a folder that exists.")
    with _disk(file.parent):
        descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        try:
            with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w") as tar:
                for member in ("image.json", *FILES):
                    tar.add(image.folder / member, member, filter=_anonymous)
            os.chmod(name, 0o644)
            os.replace(name, file)
        except BaseException:
            os.unlink(name)
            raise


def import_(file: Path) -> Image:
    """Keep the image in `file`, which `export` wrote, if each checksum in it is right.

    Raises Infra and UsageError.
    """
    try:
        raw = file.open("rb")
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror}.", "Name a file that image export wrote."
        ) from error
    with raw, _changing() as shelf, _unfinished(shelf) as folder:
        try:
            with tarfile.open(fileobj=raw, mode="r:") as tar:
                label = Label.read(_member(tar, "image.json", 1 << 20).read())
                for name, facts in label.files.items():
                    source = _member(tar, name, LARGEST)
                    with (folder / name).open("wb") as target:
                        if _copy(source, target) != facts:
                            raise ValueError(f"{name} is damaged")
        except (tarfile.TarError, EOFError, ValueError) as error:
            raise Infra(
                f"{file} is no image, or a damaged one ({clean(str(error))}).",
                "Get the file again, whole, from where it was exported.",
            ) from error
        if not label.current:
            raise Infra(
                f"{file} was exported by another version of labebpf than this one.",
                "Use the same version at both ends, and export it again.",
            )
        return _keep(folder, label)


def _recipe(version: str) -> Recipe:
    for recipe in RECIPES:
        if recipe.version == version:
            return recipe
    raise UsageError(
        f"There is no image of Linux {version}.", f"The versions are {', '.join(versions())}."
    )


def _digest_of_recipe(recipe: Recipe) -> str:
    facts = [repr(recipe), repr((PACKAGES, NOT_UNPACKED, SQUASHFS))]
    facts += [(KITCHEN / name).read_text() for name in ("kernel.sh", "init.sh")]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _shelf() -> Path:
    folder = cache() / "images"
    folder.mkdir(exist_ok=True)
    return folder


def _stored(version: str) -> list[Path]:
    """All folders that are named as images of `version`, whatever is in them."""
    return list(_shelf().glob(f"{version}-*"))


def _open(folder: Path) -> Image | None:
    """The image in `folder`, if it is whole and made by today's recipe."""
    try:
        label = Label.read((folder / "image.json").read_bytes())
        whole = all((folder / n).stat().st_size == f["size"] for n, f in label.files.items())
    except (OSError, ValueError):
        return None
    if not whole or not label.current or folder.name != f"{label.version}-{label.id}":
        return None
    return Image(label.version, label.release, label.id, folder, label.made)


@contextmanager
def _changing(progress: Progress | None = None) -> Iterator[Path]:
    """The folder of images, for one process at a time, without what killed ones left in it."""
    shelf = _shelf()
    with _disk(shelf), (shelf / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if progress:
                progress("waiting for another build", 0.0)
            fcntl.flock(lock, fcntl.LOCK_EX)
        for left in shelf.glob(".new-*"):
            _discard(left)
        yield shelf


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """Errors of writing to `folder` become Infra."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _full(folder) from error
        raise Infra(f"{error}.", f"Make {folder} a folder that you may write.") from error


def _full(folder: Path) -> Infra:
    return Infra(
        f"The disk of {folder} is full, and nothing of the image was kept.",
        "Free 2 GB, or have it elsewhere: XDG_CACHE_HOME is for images, TMPDIR for their making.",
    )


@contextmanager
def _unfinished(shelf: Path) -> Iterator[Path]:
    """A new folder that is no image until `_keep` renames it, and goes if nobody does."""
    folder = Path(tempfile.mkdtemp(prefix=".new-", dir=shelf))
    try:
        yield folder
    finally:
        _discard(folder)


def _discard(folder: Path) -> None:
    """Remove `folder`, and the scratch folder that it points to."""
    scratch = folder / "scratch"
    paths = [scratch.readlink()] if scratch.is_symlink() else []
    for path in (*paths, folder):
        # A killed mmdebstrap leaves files of its subordinate users, in a mount's place at worst.
        command = ["rm", "-rf", "--one-file-system", str(path)]
        subprocess.run(command, stderr=subprocess.DEVNULL, check=False)
        if path.exists() and shutil.which("mmdebstrap"):
            command = ["mmdebstrap", "--unshare-helper", *command]
            subprocess.run(command, stderr=subprocess.DEVNULL, check=False)


def _keep(folder: Path, label: Label) -> Image:
    """Make the finished files in `folder` an image; older ones of its version go."""
    (folder / "image.json").write_bytes(label.write())
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    final = folder.with_name(f"{label.version}-{label.id}")
    if not _open(final):
        _discard(final)
        folder.rename(final)
    for other in _stored(label.version):
        if other != final:
            _discard(other)
    image = _open(final)
    assert image
    return image


def _copy(source: IO[bytes], target: IO[bytes] | None = None) -> dict[str, Any]:
    """Size and SHA-256 of `source`, as a label holds them; its bytes go to `target`."""
    digest, size = hashlib.sha256(), 0
    while block := source.read(1 << 20):
        digest.update(block)
        size += len(block)
        if target:
            target.write(block)
    return {"size": size, "sha256": digest.hexdigest()}


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    member.mode = 0o644
    return member


def _member(tar: tarfile.TarFile, name: str, limit: int) -> IO[bytes]:
    """The next member, if it is a file `name` of at most `limit` bytes. Raises ValueError."""
    member = tar.next()
    if not member or member.name != name or not member.isreg() or member.size > limit:
        raise ValueError(f"it has no {name} where that should be")
    return tar.extractfile(member) or io.BytesIO()


def _check_tools() -> None:
    """Raise Infra unless this user can build here."""
    if os.uname().machine != "x86_64":
        raise Infra("Images are built on x86-64 machines.", f"Change to one, {ELSEWHERE}.")
    user = os.geteuid() != 0
    absent = [
        package
        for package, there in (
            ("mmdebstrap", shutil.which("mmdebstrap")),
            ("squashfs-tools", shutil.which("mksquashfs", path=_path())),
            ("debian-archive-keyring", KEYRING.exists()),
            ("uidmap", not user or shutil.which("newuidmap")),
        )
        if not there
    ]
    if absent:
        raise Infra(
            f"Building an image needs {', '.join(absent)}.",
            f"Run: sudo apt-get install {' '.join(absent)}",
        )


def _path() -> str:
    return os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"


def _mirror() -> str:
    mirror = os.environ.get("LABEBPF_MIRROR") or MIRROR
    if not re.fullmatch(r"(https?|file)://?[^\s\[\]]+", mirror):
        raise UsageError(
            f"LABEBPF_MIRROR={mirror} is no mirror.", f"Set it to a URL such as {MIRROR}"
        )
    return mirror


STEPS = (
    ("running apt-get update", "fetching package lists", 0.0),
    ("downloading packages", "fetching packages", 0.08),
    ("extracting archives", "unpacking packages", 0.14),
    ("installing essential", "installing the base system", 0.25),
    ("installing remaining", "installing Python, BCC and tools", 0.35),
    ("running --customize-hook", "adding the kernel and its headers", 0.75),
    ("creating tarball", "packing the root file system", 0.9),
)
"""What a line of mmdebstrap's log begins with, in our words, and how much is done by then."""


def _make(recipe: Recipe, folder: Path, progress: Progress) -> Label:
    """Build the files of an image in `folder`. Raises Infra."""
    scratch = Path(tempfile.mkdtemp(prefix="labebpf-"))
    (folder / "scratch").symlink_to(scratch)
    # Without root, mmdebstrap works as other users, and they may not look into a home.
    kitchen = shutil.copytree(KITCHEN, scratch / "recipe")
    for path in (scratch, kitchen, *kitchen.iterdir()):
        path.chmod(0o755)
    making = [
        # However this process ends, mmdebstrap ends with it and tidies up.
        *("setpriv", "--pdeathsig", "TERM", "mmdebstrap"),
        *("--mode", "root" if os.geteuid() == 0 else "unshare", "--variant", "essential"),
        *("--include", ",".join(PACKAGES)),
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in NOT_UNPACKED),
        # Signatures are checked all the same; a course's mirror may stand still for a term.
        '--aptopt=Acquire::Check-Valid-Until "false"',
        *("--customize-hook", f'{quote(str(kitchen / "kernel.sh"))} "$1" {recipe.version}'),
        *("--customize-hook", f"copy-out {' '.join(COPIED_OUT)} {quote(str(folder))}"),
        *("--customize-hook", 'rm -rf "$1"/boot/* "$1"/var/lib/apt/lists/* "$1"/var/cache/*'),
        *(recipe.userland, "-"),
        *(
            f"deb [signed-by={KEYRING}] {_mirror()} {suite} main"
            for suite in dict.fromkeys((recipe.userland, recipe.kernel))
        ),
    ]
    packing = ["mksquashfs", "-", str(folder / "root.squashfs"), *SQUASHFS]
    _run(making, packing, scratch, progress)
    release = (folder / "release").read_text().strip()
    packages = sorted((folder / "packages").read_text().split("\n")[:-1])
    for name in ("release", "packages"):
        (folder / name).unlink()
    (folder / "scratch").unlink()
    shutil.rmtree(scratch)
    files = {}
    for name in FILES:
        with (folder / name).open("rb") as file:
            files[name] = _copy(file)
    made = f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
    digest = _digest_of_recipe(recipe)
    return Label(recipe.version, release, digest, made, tuple(packages), files)


def _run(making: list[str], packing: list[str], scratch: Path, progress: Progress) -> None:
    """Run `making`, whose output `packing` reads, and tell of mmdebstrap's steps. Raises Infra."""
    environment = os.environ | {"PATH": _path(), "LC_ALL": "C", "TMPDIR": str(scratch)}
    log: list[str] = []
    with (
        (scratch / "packing.log").open("w+b") as said,
        subprocess.Popen(
            making,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        ) as maker,
    ):
        assert maker.stdout and maker.stderr
        try:
            with subprocess.Popen(
                packing, stdin=maker.stdout, stdout=said, stderr=said, env=environment
            ) as packer:
                maker.stdout.close()  # that the maker ends when the packer does
                for line in maker.stderr:
                    log.append(clean(line).rstrip())
                    for beginning, words, done in STEPS:
                        if log[-1].startswith(f"I: {beginning}"):
                            progress(words, done)
        except BaseException:
            maker.terminate()
            raise
        said.seek(0)
        log += clean(said.read()).splitlines()
    if maker.returncode or packer.returncode:
        raise _diagnosed("\n".join(log[-LOG_LINES:]), scratch)


def _diagnosed(log: str, scratch: Path) -> BuildFailed:
    """What went wrong, as far as `log` tells."""
    mirror = _mirror()
    if re.search("No space left on device|Disk quota exceeded", log):
        full = _full(scratch if "dpkg" in log else cache())
        return BuildFailed(full.what, full.remedy, log)
    for pattern, what, remedy in (
        (
            "NO_PUBKEY|EXPKEYSIG|is not signed",
            "The keys of this machine do not fit the packages of Debian's mirror.",
            f"Update the package debian-archive-keyring, {ELSEWHERE}.",
        ),
        (
            "E: no package of Linux",
            f"{mirror} no longer has the kernel of this image.",
            "Update labebpf, or take another version: ./labebpf image list",
        ),
        (
            "Could not resolve|Temporary failure|onnect|unreachable|timed out|Failed to fetch|404",
            f"The packages cannot be fetched from {mirror}.",
            f"Check the network, name another mirror in LABEBPF_MIRROR, {ELSEWHERE}.",
        ),
    ):
        if re.search(pattern, log):
            return BuildFailed(what, remedy, log)
    return BuildFailed(
        "mmdebstrap could not make the root file system.", "Read what it says above.", log
    )
