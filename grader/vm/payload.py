"""The grader's code as a machine gets it: at each start, and compiled in its image.

What a guest imports goes in, and nothing else: a change to the command line makes no new snapshot.
"""

from __future__ import annotations

import ast
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

from grader.base.paths import ENGINE, PACKAGE

_START = "grader.guest.agent"
_ENTRY = f"from {_START} import main\n\nmain()\n"
"""Python runs __main__.py of a folder that it is given (`python3 /opt/labebpf`)."""
_DATA = ("grader/*/scripts/*.py", "grader/verdict/*.toml", "grader/locale/**/*.mo")


def payload(code: Path = PACKAGE.parent, engine: Path = ENGINE) -> bytes:
    """Return the files as a tar, whose bytes depend on nothing but theirs.

    The package `grader` lies in `code`, the templates in `engine`.
    """
    paths = dict.fromkeys(_imported(code), code)
    paths |= {path: code for pattern in _DATA for path in code.glob(pattern)}
    paths |= dict.fromkeys(engine.glob("bpf_templates/*.j2"), engine)
    files = {str(path.relative_to(base)): path.read_bytes() for path, base in paths.items()}
    files["__main__.py"] = _ENTRY.encode()
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size = len(files[name])
            tar.addfile(entry, io.BytesIO(files[name]))
    return data.getvalue()


def _imported(root: Path) -> set[Path]:
    """Return the files of all modules of the grader that the guest's first one leads to."""
    found: set[Path] = set()
    left = {_START}
    while left:
        name = left.pop()
        path = root.joinpath(*name.split("."))
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if path.is_file() and path not in found:
            found.add(path)
            left |= set(_imports(ast.parse(path.read_bytes())))
            left |= {name.rpartition(".")[0]} - {""}  # Its package.
    return found


def _imports(tree: ast.Module) -> Iterator[str]:
    """Yield the names of what a module imports of the grader; a name may be no module's."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("grader."))
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("grader"):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
