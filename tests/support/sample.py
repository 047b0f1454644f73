"""Which of hundreds of like tests run, where not all are to: what was changed lately, and a part of
the rest that differs from run to run."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Collection, Iterable
from itertools import groupby
from pathlib import Path

import pytest

from tests.support.checkout import ROOT

MARKER = "sampled"
SHARE = 20
"""So many of each kind that were not changed."""
COMMITS = 20
"""What these last ones touched counts as changed."""
CHANGED = 40
"""So many of each kind that were: who writes a lab anew proves all of it (`labebpf prove`)."""


def touched(root: Path = ROOT, commits: int = COMMITS) -> list[Path]:
    """The files that the last `commits` touched, or that differ since; none without git."""
    log = ["git", "-C", str(root), "log", f"--max-count={commits}", "--name-only", "--pretty="]
    status = ["git", "-C", str(root), "diff", "--name-only", "HEAD"]
    done = [
        subprocess.run(command, capture_output=True, text=True, check=False)
        for command in (log, status)
    ]
    names = {line for each in done for line in each.stdout.splitlines() if line}
    return [root / name for name in sorted(names)]


def source(item: pytest.Item) -> Path | None:
    """The file or folder that a sampled test is about: its only parameter, or that's `path`."""
    values = list(item.callspec.params.values())  # type: ignore[attr-defined]
    return Path(getattr(values[0], "path", values[0])) if len(values) == 1 else None


def left_out(
    items: Iterable[pytest.Item], changed: Collection[Path], seed: str, share: int = SHARE
) -> list[pytest.Item]:
    """The sampled ones of `items` that do not run.

    Of each kind `share` run, and CHANGED of what was changed. One `seed` always chooses the same.
    """
    left: list[pytest.Item] = []
    sampled = [item for item in items if item.get_closest_marker(MARKER)]
    for kind, group in groupby(sampled, lambda item: item.nodeid.partition("[")[0]):
        chance = random.Random(seed + kind)
        parts: tuple[list[pytest.Item], list[pytest.Item]] = [], []
        for each in group:
            parts[_is_changed(source(each), changed)].append(each)
        for part, most in zip(parts, (share, CHANGED), strict=True):
            kept = {each.nodeid for each in chance.sample(part, min(most, len(part)))}
            left += [each for each in part if each.nodeid not in kept]
    return left


def _is_changed(path: Path | None, changed: Collection[Path]) -> bool:
    return path is not None and any(each.is_relative_to(path) for each in changed)
