"""Images, really built: killed, twice at once, on a full disk, without a network.

A build takes about half a minute and 100 MB from Debian's mirror.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.vm import image_store
from grader.vm.image_store import Image
from tests.support.checkout import AS_NOBODY, NOBODY, ROOT

LABEBPF = (sys.executable, "-I", "-m", "grader")

pytestmark = pytest.mark.timeout(900)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small disk, as root can")


@dataclass(frozen=True)
class Place:
    """A cache and a folder for temporary files, where a build shall leave nothing."""

    base: Path

    @property
    def environment(self) -> dict[str, str]:
        folders = {"XDG_CACHE_HOME": str(self.base / "cache"), "TMPDIR": str(self.base / "tmp")}
        return os.environ | folders

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            # In a shell's background job Ctrl-C is ignored, and so by its children.
            ["env", "--default-signal=INT", *LABEBPF, "image", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start_and_reach(self, step: str) -> subprocess.Popen[str]:
        """Start a build of Linux 6.1, and return the build when it has come as far as `step`."""
        build = self.start("build", "6.1")
        assert build.stderr
        said = ""
        for line in build.stderr:
            said += line
            if step in line:
                return build
        return pytest.fail(said)

    def command(
        self, *command: str, disk: Path | None = None, size: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run `command`; with a `disk` of that `size`, of which it prints what is left there."""
        if disk:
            script = f'mount -t tmpfs -o size={size},mode=755 none "{disk}" && "$@"; s=$?;'
            script += f' find "{disk}" -type f ! -name .lock; exit $s'
            command = ("unshare", "--mount", "sh", "-c", script, "sh", *command)
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        done = self.start(*arguments)
        out, err = done.communicate()
        return done.returncode, out, err

    def left(self) -> list[str]:
        """List what lies in either folder, but for the lock."""
        shelf, scratch = self.base / "cache" / "labebpf" / "images", self.base / "tmp"
        found = [path.name for path in (*shelf.iterdir(), *scratch.iterdir())]
        return [name for name in found if name != ".lock"]


@pytest.fixture
def place() -> Iterator[Place]:
    # pytest's own temporary folders are closed to the users that mmdebstrap acts as.
    with tempfile.TemporaryDirectory(prefix="test-labebpf-") as folder:
        for path in (Path(folder), Path(folder, "cache"), Path(folder, "tmp")):
            path.mkdir(exist_ok=True)
            path.chmod(0o755)
        yield Place(Path(folder))


def test_a_killed_build_is_done_again_and_once_for_two(place: Place) -> None:
    killed = place.start_and_reach("installing the base")
    killed.kill()
    killed.communicate()
    assert any(name.startswith(".new-") for name in place.left())
    assert "6.1      not built" in place.run("list")[1]

    two = [place.start("build", "6.1") for _ in range(2)]
    said = [build.communicate() for build in two]
    assert [build.returncode for build in two] == [0, 0], said
    assert said[0][0] == said[1][0]
    assert sorted("packing the root" in err for _, err in said) == [False, True]
    assert any("waiting for another build" in err for _, err in said)

    (name,) = place.left()
    assert name in said[0][0]
    assert str(place.base) not in Path("/proc/self/mounts").read_text()
    assert name.removeprefix("6.1-") in place.run("list")[1]

    # Who may not grade on this kernel does that on the image that there is.
    code = "from grader.runner.kernel_choice import choose; print(choose('auto', (), ()))"
    chosen = place.command("setpriv", "--bounding-set=-all", sys.executable, "-I", "-c", code)
    assert (chosen.stdout, chosen.stderr) == ("6.1\n", "")


def test_ctrl_c_leaves_nothing(place: Place) -> None:
    build = place.start_and_reach("installing the base")
    build.send_signal(signal.SIGINT)
    out, err = build.communicate()
    assert (build.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert place.left() == []


@needs_root
@pytest.mark.parametrize("folder, size", [("tmp", "10m"), ("tmp", "300m"), ("cache", "100m")])
def test_a_full_disk_in_the_middle_is_said_and_leaves_nothing(
    folder: str, size: str, place: Place
) -> None:
    disk = place.base / folder
    done = place.command(*LABEBPF, "image", "build", "6.1", disk=disk, size=size)
    assert (done.returncode, done.stdout) == (3, "")
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"labebpf: The disk of {disk}")
    assert "is full" in last
    assert "Traceback" not in done.stderr
    assert place.left() == [] if folder == "tmp" else not list((place.base / "tmp").iterdir())


@needs_root
def test_a_full_disk_costs_an_import_only(image: Image, place: Place) -> None:
    file = place.base / "image.tar"
    image_store.export(image.version, file)
    disk = place.base / "cache"
    done = place.command(*LABEBPF, "image", "import", str(file), disk=disk, size="100m")
    assert (done.returncode, done.stdout) == (3, "")
    assert "is full" in done.stderr


def test_without_a_mirror_there_is_a_sentence(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEBPF_MIRROR", "http://127.0.0.1:9/debian")
    status, out, err = place.run("build", "6.1")
    assert (status, out) == (3, "")
    assert "labebpf: The packages cannot be fetched from http://127.0.0.1:9/debian. Check" in err
    assert "Connection refused" in err
    assert place.left() == []


@needs_root
def test_a_user_without_namespaces_is_told_what_to_do(place: Place) -> None:
    os.chown(place.base / "cache", NOBODY, NOBODY)
    seen = subprocess.run(
        [*AS_NOBODY, *LABEBPF, "list"], cwd=ROOT, capture_output=True, check=False
    )
    if seen.returncode:
        pytest.skip("this checkout is for root alone")
    done = place.command(*AS_NOBODY, *LABEBPF, "image", "build", "6.1")
    assert (done.returncode, done.stdout) == (3, "")
    assert "labebpf: Building an image without root takes user namespaces" in done.stderr
    assert "./labebpf image export" in done.stderr
    assert place.left() == []


def test_an_image_is_small_and_has_what_grading_takes(image: Image) -> None:
    """With a snapshot of 250 MB it shall stay below 700 MB."""
    assert image.size < 300_000_000
    done = subprocess.run(
        ["unsquashfs", "-lln", str(image.root)], capture_output=True, text=True, check=True
    )
    files = {
        line.split("squashfs-root", 1)[-1]: line.split()[1]
        for line in done.stdout.split("\n")
        if line
    }
    wanted = ("bin/python3", "bin/bwrap", "bin/mount", "bin/nano", "bin/setpriv", "sbin/bpftool")
    for name in (*wanted, "lib/python3/dist-packages/bcc/__init__.py"):
        assert any(path.startswith(f"/usr/{name}") for path in files), name
    headers = f"/usr/src/linux-headers-{image.release}/include/generated/autoconf.h"
    assert files[headers] == "0/0"


def test_a_real_image_is_handed_on(
    image: Image, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = place.base / "image.tar"
    image_store.export(image.version, file)
    status, _, err = place.run("import", str(file))
    assert status == 0, err
    monkeypatch.setenv("XDG_CACHE_HOME", place.environment["XDG_CACHE_HOME"])
    imported = image_store.find(image.version)
    assert (imported.id, imported.size) == (image.id, image.size)
    assert imported.root.read_bytes() == image.root.read_bytes()
