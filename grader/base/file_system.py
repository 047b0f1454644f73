"""Which file system a folder is on: on some, locks and what was written do not hold."""

from __future__ import annotations

import os
import re
from pathlib import Path

NETWORK = {
    *("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "9p", "ceph", "lustre", "gpfs"),
    *("glusterfs", "fuse.glusterfs", "fuse.sshfs", "beegfs", "orangefs", "fuse.s3fs"),
}
"""Those whose disk is another machine's, by the names that /proc/self/mountinfo has for them."""


def file_system(path: Path, mounts: Path = Path("/proc/self/mountinfo")) -> str:
    """Return the type of the file system that `path` is on, such as ext4 or nfs4; "" if unknown.

    Of `mounts` (proc(5)) the last line counts whose mount point has the path below it, and no other
    point between.
    """
    wanted = os.path.realpath(path)
    found, type_ = "", ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        mounted, _, about = line.partition(" - ")
        point = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), mounted.split()[4])
        inside = wanted == point or wanted.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(found):
            found, type_ = point, about.split()[0]
    return type_
