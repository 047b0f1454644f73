"""The file system of a folder, by what the kernel says of the mounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.base.file_system import NETWORK, file_system

MOUNTS = r"""
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:26 / /home rw shared:2 - nfs4 server:/home rw,vers=4.2
31 30 0:27 / /home/ada\040l/local rw - xfs /dev/sdb1 rw
32 22 0:28 / /srv rw - ext4 /dev/sdc1 rw
33 32 0:29 / /srv rw - cifs //server/srv rw
"""


@pytest.mark.parametrize(
    ("path", "type"),
    [
        ("/tmp/x", "ext4"),
        ("/home/ada/class", "nfs4"),
        ("/homes", "ext4"),
        ("/home/ada l/local/x", "xfs"),
        ("/srv/x", "cifs"),
    ],
)
def test_the_innermost_and_last_mount_counts(path: str, type: str, tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS.lstrip())
    assert file_system(Path(path), mounts) == type


def test_this_machine_s_own() -> None:
    assert file_system(Path("/proc/self")) == "proc"
    assert file_system(Path("/")) not in NETWORK | {""}
