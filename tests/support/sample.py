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
SHARE = 15
"""So many of each kind that were not changed, unless its marker says how many."""
COMMITS = 20
"""What these last ones touched counts as changed."""
CHANGED = 25
"""So many of each kind that were, or whose lab's checks were; not more than its marker says. Who
writes a lab anew proves all of it (`labebpf prove`)."""


def touched(root: Path = ROOT, commits: int = COMMITS) -> list[Path]:
    """Return the files that the last `commits` touched, or that differ since; none without git."""
    log = ["git", "-C", str(root), "log", f"--max-count={commits}", "--name-only", "--pretty="]
    status = ["git", "-C", str(root), "diff", "--name-only", "HEAD"]
    done = [
        subprocess.run(command, capture_output=True, text=True, check=False)
        for command in (log, status)
    ]
    names = {line for each in done for line in each.stdout.splitlines() if line}
    return [root / name for name in sorted(names)]


def sources(item: pytest.Item) -> list[Path]:
    """Return what decides a sampled test, of its one parameter.

    That is a file or folder, or has one as `path`; where it has a `lab`, also that lab's checks.
    """
    values = list(item.callspec.params.values())  # type: ignore[attr-defined]
    if len(values) != 1:
        return []
    (value,) = values
    lab = getattr(value, "lab", None)
    return [Path(getattr(value, "path", value)), *([ROOT / "exercises" / lab] if lab else [])]


def left_out(
    items: Iterable[pytest.Item], changed: Collection[Path], seed: str, share: int = SHARE
) -> list[pytest.Item]:
    """Return the sampled ones of `items` that do not run.

    Of each kind, at most `share` run of what is unchanged, or what its marker says, and CHANGED of
    what was changed. The same `seed` always chooses the same.
    """
    left: list[pytest.Item] = []
    sampled = [item for item in items if item.get_closest_marker(MARKER)]
    for kind, group in groupby(sampled, lambda item: item.nodeid.partition("[")[0]):
        chance = random.Random(seed + kind)
        parts: tuple[list[pytest.Item], list[pytest.Item]] = [], []
        shares = (share, CHANGED)
        for each in group:
            shares = next(each.iter_markers(MARKER)).args * 2 or shares
            parts[_is_changed(sources(each), changed)].append(each)
        for part, most in zip(parts, shares, strict=True):
            kept = {each.nodeid for each in chance.sample(part, min(most, len(part)))}
            left += [each for each in part if each.nodeid not in kept]
    return left


def _is_changed(paths: Iterable[Path], changed: Collection[Path]) -> bool:
    return any(each.is_relative_to(path) for path in paths for each in changed)
