"""How an image is made: mmdebstrap makes a root file system of Debian's, and mksquashfs packs it.

Without root, mmdebstrap acts as other users, in a user namespace of its own.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

from grader.base.errors import InfraError, UsageError
from grader.base.messages import Message, say
from grader.base.text import clean
from grader.vm.payload import payload


@dataclass(frozen=True)
class Recipe:
    """An image of Linux `version`: BCC from Debian's release `userland`, the kernel from either."""

    version: str
    userland: str
    kernel: str

    @property
    def digest(self) -> str:
        """SHA-256 of all that makes an image what it is, but for the versions of packages.

        The grader's code is not in it: an image has that as bytecode alone, which Python takes
        for a source with the same hash and for no other.
        """
        facts = [*_mmdebstrap(self, Path("kitchen"), Path("folder"), "mirror"), *SQUASHFS]
        facts += [
            (KITCHEN / name).read_text() for name in ("kernel.sh", "init.sh", "precompile.py")
        ]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


RECIPES = (
    Recipe("6.12", "trixie", "trixie"),
    Recipe("6.1", "bookworm", "bookworm"),
    # The Python of bullseye is too old for the grader; BCC knows older kernels than its own.
    Recipe("5.10", "bookworm", "bullseye"),
    # BCC 0.35, of forky, does not compile with the headers of this kernel.
    Recipe("7.2", "sid", "forky"),
)
KITCHEN = Path(__file__).with_name("recipe")
PACKAGES = (
    *("python3-bpfcc", "python3-pytest", "python3-pytest-timeout", "python3-jinja2"),
    *("python3-rich", "bpftool", "bubblewrap", "busybox-static", "mount", "procps", "nano"),
)
LEFT_OUT = tuple(f"/usr/share/{name}/*" for name in ("doc", "man", "info", "locale"))
SQUASHFS = ("-tar", "-comp", "lz4", "-noappend", "-quiet", "-no-progress")
FILES = ("vmlinuz", "initramfs", "root.squashfs")
NOTES = ("release", "packages")
"""What kernel.sh leaves beside the files, for us to read."""

MIRROR = "http://deb.debian.org/debian"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SWITCHES = (
    ("user.max_user_namespaces", "0", "10000"),
    ("kernel.unprivileged_userns_clone", "0", "1"),
    ("kernel.apparmor_restrict_unprivileged_userns", "1", "0"),
)
"""What keeps ordinary users from user namespaces: a sysctl, its value then, and the one to set."""

STEPS = (
    ("I: running apt-get update", say("fetching package lists"), 0.0),
    ("I: downloading packages", say("fetching packages"), 0.07),
    ("I: extracting archives", say("unpacking packages"), 0.09),
    ("I: installing essential", say("installing the base system"), 0.35),
    ("I: installing remaining", say("installing Python, BCC and tools"), 0.47),
    ('kernel.sh "$1"', say("adding the kernel and its headers"), 0.77),
    ("I: creating tarball", say("packing the root file system"), 0.92),
)
"""What a line of mmdebstrap's log holds, in our words, and how much is done by then."""

TOGETHER = """trap : HUP; trap 'trap : TERM; kill 0' TERM; "$@" & wait $!"""
"""A script that runs a command, and hands a signal to end on to all that this started."""

TO_THE_END = """"$@"; status=$?; cat >/dev/null; exit $status"""
"""A script that runs a command, and reads what this leaves of its input.

An archive goes on with zeros after its end, and mmdebstrap fails when nobody takes them.
"""

LOG_LINES = 20

Progress = Callable[[Message, float], None]
"""Told what is being done, and how much of the whole is done, from 0 to 1."""


def make(recipe: Recipe, folder: Path, lock: int, progress: Progress) -> dict[str, str]:
    """Put an image's FILES into `folder`; return what NOTES say. Raises InfraError and UsageError.

    The tools hold the file descriptor `lock`, perhaps longer than this process lives.
    """
    check_tools()
    # `discard` finds it there, if this process is killed.
    scratch = Path(tempfile.mkdtemp(prefix="building-labebpf-"))
    (folder / "scratch").symlink_to(scratch)
    # The users that mmdebstrap acts as may not look into a home.
    kitchen = shutil.copytree(KITCHEN, scratch / "recipe")
    (kitchen / "code.tar").write_bytes(payload())
    for path in (scratch, kitchen, *kitchen.iterdir()):
        path.chmod(0o755)
    making = [
        # However this process ends, what it started ends with it, and so do the mounts.
        *("setpriv", "--pdeathsig", "TERM", "sh", "-c", TOGETHER, "sh"),
        *(*_own_mounts(), "mmdebstrap"),
        *("--mode", "root" if os.geteuid() == 0 else "unshare"),
        *_mmdebstrap(recipe, kitchen, folder, _mirror()),
    ]
    _run(making, folder / "root.squashfs", scratch, lock, progress)
    return {name: (folder / name).read_text().strip() for name in NOTES}


def discard(folder: Path) -> None:
    """Remove `folder`, and the scratch folder that `make` tied to it."""
    scratch = folder / "scratch"
    for path in (*([scratch.readlink()] if scratch.is_symlink() else []), folder):
        remove = ["rm", "-rf", "--one-file-system", "--", str(path)]
        subprocess.run(remove, stderr=subprocess.DEVNULL, check=False)
        if path.exists() and shutil.which("mmdebstrap"):
            # A killed mmdebstrap leaves files of the users that it acted as.
            remove = ["mmdebstrap", "--unshare-helper", *remove]
            subprocess.run(remove, stderr=subprocess.DEVNULL, check=False)
            shutil.rmtree(path, ignore_errors=True)


def full(folder: Path) -> InfraError:
    """Return the error of a full disk that `folder` is on."""
    return InfraError(
        say(
            "The disk of {folder} is full, and nothing of the image was kept.",
            folder=folder,
        ),
        say(
            "Free 2 GB, or put it elsewhere: XDG_CACHE_HOME is for images, TMPDIR for building "
            "them."
        ),
    )


def _mmdebstrap(recipe: Recipe, kitchen: Path, folder: Path, mirror: str) -> list[str]:
    """Return the arguments that make the root file system of `recipe`."""
    inside = " ".join(f"/boot/{name}" for name in ("vmlinuz", "initramfs", *NOTES))
    return [
        *("--variant", "essential", "--include", ",".join(PACKAGES)),
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in LEFT_OUT),
        # Signatures are checked all the same; a course's mirror may stand still for a term.
        '--aptopt=Acquire::Check-Valid-Until "false"',
        *("--customize-hook", f'{quote(str(kitchen / "kernel.sh"))} "$1" {recipe.version}'),
        *("--customize-hook", f"copy-out {inside} {quote(str(folder))}"),
        *("--customize-hook", 'rm -rf "$1"/boot/* "$1"/var/lib/apt/lists/* "$1"/var/cache/*'),
        *(recipe.userland, "-"),
        *(
            f"deb [signed-by={KEYRING}] {mirror} {suite} main"
            for suite in dict.fromkeys((recipe.userland, recipe.kernel))
        ),
    ]


def _elsewhere() -> str:
    return say("or build it on another machine, and use ./labebpf image export and import")


def check_tools() -> None:
    """Raise InfraError unless this user can build here."""
    if os.uname().machine != "x86_64":
        raise InfraError(
            say("Images are built on x86-64 machines."),
            say("Change to one, {elsewhere}.", elsewhere=_elsewhere()),
        )
    user = os.geteuid() != 0
    there = {
        "mmdebstrap": shutil.which("mmdebstrap"),
        "squashfs-tools": shutil.which("mksquashfs", path=_path()),
        "debian-archive-keyring": KEYRING.exists(),
        "uidmap": not user or shutil.which("newuidmap"),
    }
    absent = [package for package, found in there.items() if not found]
    if absent:
        raise InfraError(
            say(
                "Building an image takes {names}, which this machine does not have.",
                names=", ".join(absent),
            ),
            say(
                "On Debian and Ubuntu: sudo apt-get install {names}",
                names=" ".join(absent),
            ),
        )
    if user:
        _check_namespaces()


def _check_namespaces() -> None:
    """Raise InfraError unless mmdebstrap can act as other users in a namespace of its own."""
    tried = subprocess.run(
        ["mmdebstrap", "--unshare-helper", "true"], capture_output=True, text=True, check=False
    )
    if tried.returncode == 0:
        return
    remedy = say("Build it as root")
    if "/etc/subuid" in tried.stderr:
        name = _user()
        how = f"usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {name}"
        remedy = say("Run: sudo {how}", how=how)
    for switch, off, on in SWITCHES:
        path = Path("/proc/sys", *switch.split("."))
        if path.exists() and path.read_text().strip() == off:
            how = f"sysctl {switch}={on}"
            remedy = say("Run: sudo {how}", how=how)
    raise InfraError(
        say(
            "Building an image without root takes user namespaces, and this user may not make them."
        ),
        say("{remedy}, {elsewhere}.", remedy=remedy, elsewhere=_elsewhere()),
    )


def _user() -> str:
    """Return the name of this user, a number where there is no name for it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # OSError from Python 3.13 on.
        return str(os.getuid())


def _own_mounts() -> tuple[str, ...]:
    """Return what gives a command mounts of its own. A user's mmdebstrap does that itself.

    Nothing in a container whose root may not mount: there mmdebstrap goes without mounts.
    """
    command = ("unshare", "--mount")
    if os.geteuid() == 0:
        tried = subprocess.run([*command, "true"], stderr=subprocess.DEVNULL, check=False)
        if tried.returncode == 0:
            return command
    return ()


def _path() -> str:
    """Return PATH with sbin, which users often lack, and which a build takes."""
    return os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"


def _mirror() -> str:
    mirror = os.environ.get("LABEBPF_MIRROR") or MIRROR
    if not re.fullmatch(r"https?://[^\s\[\]]+", mirror):
        raise UsageError(
            say("LABEBPF_MIRROR={mirror} is not a mirror.", mirror=mirror),
            say("Set it to a URL such as {MIRROR}", MIRROR=MIRROR),
        )
    return mirror


def _run(making: list[str], packed: Path, scratch: Path, lock: int, progress: Progress) -> None:
    """Run `making`, pack the archive that it writes, and tell of its steps. Raises InfraError."""
    packing = ["sh", "-c", TO_THE_END, "sh", "mksquashfs", "-", str(packed), *SQUASHFS]
    how: dict[str, Any] = {
        "env": os.environ | {"PATH": _path(), "LC_ALL": "C", "TMPDIR": str(scratch)},
        # A failing mmdebstrap ends all of its group.
        "start_new_session": True,
        # If this process is killed, another one's build waits until these have ended too.
        "pass_fds": [lock],
    }
    pipe, log = subprocess.PIPE, []
    with (
        (scratch / "packing.log").open("w+b") as said,
        subprocess.Popen(
            making, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, **how
        ) as maker,
        subprocess.Popen(packing, stdin=maker.stdout, stdout=said, stderr=said, **how) as packer,
    ):
        assert maker.stdout and maker.stderr
        maker.stdout.close()
        try:
            for line in maker.stderr:
                log.append(clean(line).rstrip())
                for part, words, done in STEPS:
                    if part in log[-1]:
                        progress(words, done)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(maker.pid, signal.SIGTERM)
            raise
        packer.wait()
        said.seek(0)
        complaint = clean(said.read())
    if maker.returncode or packer.returncode:
        # mksquashfs has nothing to say of its own where mmdebstrap ended early.
        log += [] if "reading tar file" in complaint else complaint.splitlines()
        place = packed.parent.parent if "No space" in complaint else scratch.parent
        ends = say(
            "mmdebstrap ended with {maker}, mksquashfs with {packer}",
            maker=maker.returncode,
            packer=packer.returncode,
        )
        raise _diagnosed("\n".join(log), place, ends)


def _diagnosed(log: str, place: Path, ends: str) -> InfraError:
    """Return what went wrong, as far as `log` tells; `place` is on the disk that may be full."""
    disk, mirror = full(place), _mirror()
    causes = {
        "No space left on device|Disk quota exceeded": (disk.what, disk.remedy),
        "NO_PUBKEY|EXPKEYSIG": (
            say("This machine's Debian keys do not match what comes from {mirror}.", mirror=mirror),
            say("Update the package debian-archive-keyring, {elsewhere}.", elsewhere=_elsewhere()),
        ),
        "E: no package of Linux": (
            say("{mirror} no longer has this version of Linux.", mirror=mirror),
            say(
                "Update labebpf, or set LABEBPF_MIRROR to a snapshot (https://snapshot.debian.org)."
            ),
        ),
        "E: (Failed|Unable) to fetch|have a Release file": (
            say("The packages cannot be fetched from {mirror}.", mirror=mirror),
            say(
                "Check the network, name another mirror in LABEBPF_MIRROR, {elsewhere}.",
                elsewhere=_elsewhere(),
            ),
        ),
        "": (
            say("The image was not finished: {ends}.", ends=ends),
            say("See above what they say, and try again."),
        ),
    }
    cause = next(words for pattern, words in causes.items() if re.search(pattern, log))
    return InfraError(*cause, log="\n".join(log.splitlines()[-LOG_LINES:]))
