"""Python packages that a lab's script may import, and that the distribution need not have.

They are the grader's own, of the same Python. Where that is another one after all, MarkupSafe goes
without its part in C.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

NAMES = ("jinja2", "markupsafe")


def lent_packages() -> dict[str, Path]:
    """Return the folder of each package that there is, by the package's name."""
    specs = ((name, find_spec(name)) for name in NAMES)
    return {name: Path(spec.origin).parent for name, spec in specs if spec and spec.origin}
