"""What this process finds around it: the checkout that it belongs to, and a language to speak."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def language(chosen: str | None = None) -> str:
    """The language to speak: `chosen`, LABEBPF_LANG, or the locale's; English by default."""
    variables = ("LABEBPF_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    for name in (chosen, *map(os.environ.get, variables)):
        if name:
            return "fr" if name.lower().startswith("fr") else "en"
    return "en"
