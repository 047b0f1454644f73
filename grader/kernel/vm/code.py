"""The grader's own code, as a machine gets it: at each start, and compiled in its image."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path


def code(root: Path) -> bytes:
    """What a guest needs of the grader, as a tar file that depends on nothing but the text."""
    host = {"cli", "run.py", "progress.py", "authoring", "desk", "formats"}
    host |= {"shell.py", "switchboard.py", "meeting.py", "lab_files.py", "survey.py"}
    paths = [
        path
        for path in root.glob("grader/**/*.py")
        if host.isdisjoint(path.relative_to(root).parts)
    ]
    for pattern in ("grader/verdict/*.toml", "grader/locale/**/*.mo", "bpf_templates/*.j2"):
        paths += root.glob(pattern)
    paths.append(root / "conftest.py")
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(paths):
            entry = tarfile.TarInfo(str(path.relative_to(root)))
            entry.size = path.stat().st_size
            tar.addfile(entry, io.BytesIO(path.read_bytes()))
    return data.getvalue()
