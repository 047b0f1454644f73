"""Where images are kept, what counts as one, and what goes in and out as a file."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.base.errors import InfraError, UsageError
from grader.vm import image_build, image_store
from grader.vm.image_store import Image, Label
from tests.support.checkout import NOBODY, ROOT, labebpf
from tests.support.waiting import is_awaited, wait_until

CONTENT = {"vmlinuz": b"kernel" * 999, "initramfs": b"initramfs", "root.squashfs": b"hsqs" * 9999}


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of images in a cache of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "labebpf" / "images"


def label(version: str = "6.12", **changes: object) -> Label:
    facts = {
        name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in CONTENT.items()
    }
    recipe = image_store._recipe(version).digest
    whole = Label(version, f"{version}.1-amd64", recipe, "2026-11-23T02:03:04Z", ["bash 5"], facts)
    return replace(whole, **changes)  # type: ignore[arg-type]


def keep(version: str = "6.12") -> Image:
    """Put a small image into the cache as a build does, and return the image."""
    with image_store._changing(), image_store._unfinished() as folder:
        for name, data in CONTENT.items():
            (folder / name).write_bytes(data)
        return image_store._keep(folder, label(version))


def left(shelf: Path) -> list[str]:
    """List what is in the folder of images, but for the lock."""
    return sorted(path.name for path in shelf.iterdir() if path.name != ".lock")


def archive(file: Path, members: list[tuple[str, bytes]], kind: bytes = tarfile.REGTYPE) -> Path:
    with tarfile.open(file, "w") as tar:
        for name, data in members:
            entry = tarfile.TarInfo(name)
            entry.type, entry.size = kind, len(data)
            entry.linkname = "/etc/passwd" if kind != tarfile.REGTYPE else ""
            tar.addfile(entry, io.BytesIO(data))
    return file


def test_the_cache_is_where_xdg_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert image_store.cache() == tmp_path / "cache" / "labebpf"
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for useless in ("", "relative/path"):
        monkeypatch.setenv("XDG_CACHE_HOME", useless)
        assert image_store.cache() == tmp_path / "home" / ".cache" / "labebpf"


def test_a_cache_that_cannot_be_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(InfraError, match=r"cannot be created .*export XDG_CACHE_HOME="):
        image_store.find()


@pytest.fixture
def nobody() -> Iterator[None]:
    """Become nobody for a while if this is root, who may write everywhere."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    yield
    os.seteuid(before)


def test_a_cache_of_another_is_said(monkeypatch: pytest.MonkeyPatch, nobody: None) -> None:
    # pytest's own temporary folders are closed to nobody.
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("XDG_CACHE_HOME", folder)
        image_store.cache().chmod(0o500)
        with pytest.raises(InfraError, match=r"labebpf cannot be written.*export XDG_CACHE_HOME="):
            image_store.find()


def test_an_image_is_found_by_its_version(shelf: Path) -> None:
    kept = keep("6.1")
    assert image_store.find("6.1") == kept
    assert image_store.built() == [kept]
    assert kept.folder == shelf / f"6.1-{kept.id}"
    assert kept.release == "6.1.1-amd64"
    assert kept.kernel.read_bytes() == CONTENT["vmlinuz"]
    assert kept.initramfs.read_bytes() == CONTENT["initramfs"]
    assert kept.root.read_bytes() == CONTENT["root.squashfs"]
    assert kept.size == sum(len(data) for data in CONTENT.values())
    with pytest.raises(
        InfraError, match=r"no image of Linux 6.12 here. Run: ./labebpf image build 6.12"
    ):
        image_store.find()


@pytest.mark.parametrize(
    "act",
    [
        image_store.find,
        image_store.remove,
        lambda version: image_store.build(version, lambda step, done: None),
        lambda version: image_store.export(version, Path("/nowhere")),
    ],
)
def test_versions_that_do_not_exist_name_those_that_do(act: Callable[[str], object]) -> None:
    for version in ("9.9", "", "../6.12", "6.12/"):
        with pytest.raises(UsageError, match=r"The versions are 6.12, 6.1, 5.10, 7.2"):
            act(version)


def test_a_build_of_what_is_there_takes_what_is_there() -> None:
    kept = keep()
    assert image_store.build("6.12", lambda step, done: pytest.fail(step)) == kept


def test_the_same_bytes_have_the_same_name_and_others_another() -> None:
    kept = keep()
    assert keep() == kept
    assert label().id == kept.id
    other = {**label().files, "initramfs": {"size": 9, "sha256": "0" * 64}}
    names = {label(files=other).id, label(packages=["bash 6"]).id, label(recipe="0").id}
    assert len(names | {kept.id}) == 4


def test_an_image_takes_the_place_of_others_of_its_version(shelf: Path) -> None:
    (shelf / "6.12-0123456789ab").mkdir(parents=True)
    (shelf / "6.1-0123456789ab").mkdir()
    kept = keep("6.12")
    assert left(shelf) == sorted(["6.1-0123456789ab", kept.folder.name])


def damage(image: Image, how: str) -> None:
    if how == "short":
        os.truncate(image.root, 100)
    elif how == "absent":
        image.initramfs.unlink()
    elif how == "renamed":
        image.folder.rename(image.folder.with_name("6.12-0123456789ab"))
    elif how == "nonsense":
        (image.folder / "image.json").write_text("{")
    elif how == "another recipe":
        (image.folder / "image.json").write_bytes(label(recipe="0" * 64).write())


@pytest.mark.parametrize("how", ["short", "absent", "renamed", "nonsense", "another recipe"])
def test_what_is_not_whole_is_no_image(how: str, shelf: Path) -> None:
    damage(keep(), how)
    assert image_store.built() == []
    with pytest.raises(InfraError, match=r"damaged.*Run: ./labebpf image build 6.12"):
        image_store.find("6.12")
    keep()
    assert len(left(shelf)) == len(image_store.built()) == 1


def test_what_a_killed_build_left_is_no_image_and_goes(shelf: Path, tmp_path: Path) -> None:
    half, scratch = shelf / ".new-killed", tmp_path / "labebpf-scratch"
    (scratch / "root" / "dev").mkdir(parents=True)
    half.mkdir(parents=True)
    (half / "vmlinuz").touch()
    (half / "scratch").symlink_to(scratch)
    assert image_store.built() == []
    assert half.exists()
    kept = keep()
    assert left(shelf) == [kept.folder.name]
    assert not scratch.exists()


def test_a_second_one_waits_for_the_first(shelf: Path, tmp_path: Path) -> None:
    exported = tmp_path / "image.tar"
    kept = keep()
    image_store.export("6.12", exported)
    image_store.remove("6.12")
    command = [sys.executable, "-m", "grader", "image", "import", str(exported)]
    with (shelf / ".lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert wait_until(lambda: is_awaited(shelf / ".lock") or second.poll() is not None)
        assert second.poll() is None
        assert left(shelf) == []
    printed, _ = second.communicate(timeout=60)
    assert second.returncode == 0
    assert image_store.find() == kept
    assert str(kept.folder) in printed


def test_an_image_is_removed(shelf: Path) -> None:
    keep()
    image_store.remove("6.12")
    assert left(shelf) == []
    with pytest.raises(UsageError, match=r"no image of Linux 6.12.*image list"):
        image_store.remove("6.12")


def test_what_is_exported_is_imported_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = keep("5.10")
    image_store.export("5.10", tmp_path / "image.tar")
    with tarfile.open(tmp_path / "image.tar") as tar:
        assert tar.getnames() == ["image.json", *CONTENT]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another"))
    imported = image_store.import_(tmp_path / "image.tar")
    assert imported == replace(kept, folder=imported.folder)
    assert imported == image_store.find("5.10")
    assert imported == image_store.import_(tmp_path / "image.tar")
    assert str(imported.folder).startswith(str(tmp_path / "another"))


def test_an_export_takes_its_place_in_one_step(tmp_path: Path) -> None:
    keep()
    (tmp_path / "image.tar").write_text("the last one")
    image_store.export("6.12", tmp_path / "image.tar")
    assert tarfile.is_tarfile(tmp_path / "image.tar")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "image.tar"]
    with pytest.raises(UsageError, match="folder that exists"):
        image_store.export("6.12", tmp_path / "absent" / "image.tar")
    with pytest.raises(InfraError, match="image build"):
        image_store.export("6.1", tmp_path / "image.tar")


def members(changed: str = "", data: bytes = b"") -> list[tuple[str, bytes]]:
    """Return the members of a good file, but for one with other data."""
    content = {"image.json": label().write(), **CONTENT}
    if changed:
        content[changed] = data
    return list(content.items())


def relabelled(**changes: object) -> list[tuple[str, bytes]]:
    """Return the members of a good file, but for these facts in its label."""
    facts = json.loads(label().write()) | changes
    return members("image.json", json.dumps(facts).encode())


def hostile(tmp_path: Path, name: str) -> Path:
    """Make a file that is no image, or one that was tampered with."""
    file = tmp_path / "hostile.tar"
    good = members()
    if name == "nothing":
        file.write_bytes(b"")
    elif name == "text":
        file.write_text("not a tar file\n" * 999)
    elif name == "compressed":
        file.write_bytes(gzip.compress(archive(file, good).read_bytes()))
    elif name == "cut short":
        data = archive(file, good).read_bytes()
        file.write_bytes(data[: data.index(b"hsqs") + 20_000])
    elif name == "one bit":
        flipped = bytearray(archive(file, good).read_bytes())
        flipped[flipped.index(b"hsqs") + 5] ^= 1
        file.write_bytes(flipped)
    elif name == "longer":
        archive(file, members("root.squashfs", CONTENT["root.squashfs"] + b"x"))
    elif name == "shorter":
        archive(file, members("root.squashfs", b"hsqs"))
    elif name == "another order":
        archive(file, good[::-1])
    elif name == "file missing":
        archive(file, good[:-1])
    elif name == "outside":
        archive(file, [good[0], ("../../../vmlinuz", b"x"), *good[2:]])
    elif name == "absolute":
        archive(file, [good[0], (str(tmp_path / "escaped"), b"x"), *good[2:]])
    elif name in ("symlinks", "hard links", "devices"):
        kinds = {"symlinks": tarfile.SYMTYPE, "hard links": tarfile.LNKTYPE}
        archive(file, [(n, b"") for n, _ in good], kinds.get(name, tarfile.CHRTYPE))
    elif name == "no label":
        archive(file, members("image.json", b"null"))
    elif name == "huge label":
        archive(file, members("image.json", b" " * (2 << 20)))
    elif name == "deep label":
        archive(file, members("image.json", b"[" * 500_000))
    elif name == "version":
        archive(file, relabelled(version="../.."))
    elif name == "release":
        archive(file, relabelled(release="\x1b[2J"))
    elif name == "files":
        archive(file, relabelled(files=list(CONTENT)))
    elif name == "size":
        facts = label().files
        facts["vmlinuz"]["size"] = 1 << 60
        archive(file, relabelled(files=facts))
    return file


@pytest.mark.parametrize(
    "name",
    [
        *("nothing", "text", "compressed", "cut short", "one bit", "longer", "shorter"),
        *("another order", "file missing", "outside", "absolute"),
        *("symlinks", "hard links", "devices"),
        *("no label", "huge label", "deep label", "version", "release", "files", "size"),
    ],
)
def test_a_file_that_is_no_image_leaves_nothing(name: str, tmp_path: Path, shelf: Path) -> None:
    file = hostile(tmp_path, name)
    with pytest.raises(InfraError, match="no image, or a damaged one") as caught:
        image_store.import_(file)
    assert "\x1b" not in str(caught.value)
    assert left(shelf) == []
    assert not (tmp_path / "escaped").exists()


def test_a_bad_file_does_not_cost_the_good_image(tmp_path: Path) -> None:
    kept = keep()
    with pytest.raises(InfraError):
        image_store.import_(hostile(tmp_path, "one bit"))
    assert image_store.find() == kept


def test_a_file_of_another_labebpf_is_said(tmp_path: Path, shelf: Path) -> None:
    file = archive(tmp_path / "image.tar", relabelled(recipe="0" * 64))
    with pytest.raises(InfraError, match="another version of labebpf"):
        image_store.import_(file)
    assert left(shelf) == []


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(UsageError, match="cannot be read"):
            image_store.import_(path)


def test_each_recipe_has_a_digest_of_its_own() -> None:
    digests = {recipe.digest for recipe in image_build.RECIPES}
    assert len(digests) == len(image_build.RECIPES) == len(image_store.versions())
    assert replace(image_build.RECIPES[0], kernel="sid").digest not in digests


def test_tools_that_are_missing_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InfraError, match=r"mmdebstrap, squashfs-tools.*apt-get install mmdebstrap"):
        image_build.check_tools()


def test_a_mirror_is_a_url(monkeypatch: pytest.MonkeyPatch) -> None:
    assert image_build._mirror() == image_build.MIRROR
    monkeypatch.setenv("LABEBPF_MIRROR", "https://mirror.example/debian")
    assert image_build._mirror() == "https://mirror.example/debian"
    for wrong in ("mirror.example", "http://a b", "[trusted=yes] http://a", "file:///"):
        monkeypatch.setenv("LABEBPF_MIRROR", wrong)
        with pytest.raises(UsageError, match="is not a mirror"):
            image_build._mirror()


@pytest.mark.parametrize(
    "line, words",
    [
        (
            "E: Failed to fetch http://mirror/debian/dists/trixie/InRelease"
            "  Temporary failure resolving 'mirror'",
            "cannot be fetched from",
        ),
        ("E: The repository 'http://m sid Release' does not have a Release file.", "be fetched"),
        (
            "E: Failed to fetch http://m/Packages  Error writing to file - write (28: No space"
            " left on device) [IP: 203.0.113.80 80]",
            "The disk of /place is full",
        ),
        (
            "W: GPG error: http://m trixie InRelease: The following signatures couldn't be verified"
            " because the public key is not available: NO_PUBKEY 6ED0E7B82643E131\n"
            "E: The repository 'http://m trixie InRelease' is not signed.",
            "Debian keys",
        ),
        ("E: no package of Linux 7.2", "no longer has this version"),
        ("Unpacking libconnect (404) ...\nE: unknown", "ended so."),
    ],
)
def test_what_went_wrong_is_read_from_the_log(line: str, words: str) -> None:
    log = "\n".join([*("I: a line before",) * 99, line])
    error = image_build._diagnosed(log, Path("/place"), "ended so")
    assert words in error.what
    assert error.remedy
    assert error.log.endswith(line)
    assert len(error.log.splitlines()) == image_build.LOG_LINES


def image(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment: dict[str, Any] = dict(os.environ)
    return labebpf(ROOT, "image", *arguments, **environment)


def test_the_list_has_what_is_built_and_what_is_not() -> None:
    kept = keep("5.10")
    done = image("list")
    assert (done.returncode, done.stderr) == (0, "")
    rows = {line.split()[0]: line for line in done.stdout.splitlines()[1:5]}
    assert list(rows) == list(image_store.versions())
    assert rows["5.10"].split() == [
        "5.10",
        "5.10.1-amd64",
        "0",
        "MB",
        "2026-11-23",
        "02:03",
        kept.id,
    ]
    assert all("not built" in rows[version] for version in rows if version != "5.10")
    assert "./labebpf image build VERSION" in done.stdout


@pytest.mark.parametrize(
    "arguments, status, words",
    [
        (["build", "9.9"], 2, "The versions are"),
        (["remove", "6.1"], 2, "image list"),
        (["remove"], 2, "VERSION"),
        (["export", "6.1", "/tmp/x"], 3, "image build 6.1"),
        (["import", "/absent"], 2, "cannot be read"),
        (["import", "/etc/passwd"], 3, "no image, or a damaged one"),
    ],
)
def test_a_mistake_costs_a_sentence(arguments: list[str], status: int, words: str) -> None:
    done = image(*arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_the_command_line_hands_an_image_on(tmp_path: Path) -> None:
    kept = keep()
    file = str(tmp_path / "an image.tar")
    assert "image import" in image("export", "6.12", file).stdout
    assert image("remove", "6.12").returncode == 0
    assert image_store.built() == []
    assert str(kept.folder) in image("import", file).stdout.replace("\n", "")
    assert image_store.find() == kept
