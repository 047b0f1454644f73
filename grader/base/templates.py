"""Jinja's templates, all read the same way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def open_templates(folder: Path, *, html: bool = False) -> Environment:
    """Return the environment of the templates in `folder`, in which a missing name is an error.

    A line with nothing but a block leaves none behind. With `html`, values are escaped.
    """
    import jinja2  # Here: it takes longer than all else that a command line needs.

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        autoescape=html,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
