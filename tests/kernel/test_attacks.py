"""Hostile hand-ins: none earns what it did not do, learns a secret, or leaves anything behind.

Each folder of tests/attacks is one. Its header, in any of its files, says `attack:` what it does
and `earns:` the tasks that may honestly pass (0 for none). Files that it lacks come from the
solution, or from the stubs with `base: stub`. `@ROOT@` in a file stands for the
checkout's path. `lab:` is lab1 unless it says otherwise, `scale:`
the grader's --time-scale, `pads:` a file to fill up with spaces beyond what is taken, `folder:`
what the lab's folder is to be a link to.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from machine import ROOT, State, grade, state, wait_until

ATTACKS = ROOT / "tests" / "attacks"
KEYS = "attack|earns|base|lab|scale|pads|folder"
SECONDS = 120
FAST = 0.3
CI_COMMAND = re.compile(r"^\s*::|##\[|##vso\[|^section_(?:start|end):", re.MULTILINE)


@dataclass(frozen=True)
class Attack:
    """One hostile hand-in, as its header describes it."""

    path: Path
    header: dict[str, str]

    @property
    def lab(self) -> str:
        return self.header.get("lab", "lab1")

    @property
    def earns(self) -> set[str]:
        return set(self.header["earns"].split()) - {"0"}

    def lay_out(self, folder: Path) -> None:
        """Make `folder`/LAB as it would be handed in."""
        target = folder / self.lab
        if "folder" in self.header:
            target.symlink_to(ROOT / self.header["folder"])
            return
        base = "exercises" if self.header.get("base") == "stub" else "solutions"
        ours = shutil.ignore_patterns("test_*", "conftest.py", "lab.toml", "*.md", "__pycache__")
        shutil.copytree(ROOT / base / self.lab, target, ignore=ours)
        for file in self.path.iterdir():
            (target / file.name).unlink(missing_ok=True)
            shutil.copyfile(file, target / file.name, follow_symlinks=False)
            if not file.is_symlink():
                data = file.read_bytes().replace(b"@ROOT@", str(ROOT).encode())
                (target / file.name).write_bytes(data)
        if "pads" in self.header:
            with (target / self.header["pads"]).open("a") as padded:
                padded.write("\n" + " " * (4 << 20))


def attacks() -> list[Attack]:
    found = []
    for path in sorted(ATTACKS.iterdir()):
        texts = [
            file.read_text(encoding="utf-8", errors="replace")
            for file in sorted(path.iterdir())
            if file.is_file() and not file.is_symlink()
        ]
        lines = re.findall(rf"^\W{{0,3}}({KEYS}): (.+)$", "\n".join(texts), re.MULTILINE)
        found.append(Attack(path, dict(lines)))
    return found


@pytest.fixture(scope="module")
def excused(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], set[str]]:
    """The tasks of a lab that this machine cannot judge, as the solution shows."""

    @cache
    def excused(lab: str) -> set[str]:
        out = tmp_path_factory.mktemp(lab)
        return grade(lab, submission="solutions", out=out, scale=FAST).with_status("infra")

    return excused


def secrets() -> list[str]:
    """Texts that no hand-in may get to show."""
    shadow = Path("/etc/shadow").read_text(encoding="utf-8").splitlines()[:1]
    return [*shadow, "random_count(", "pytest.fixture", "BPF(src_file=str(Path(__file__)"]


@pytest.mark.parametrize("attack", attacks(), ids=lambda attack: attack.path.name)
def test_an_attack_gains_nothing(
    attack: Attack, tmp_path: Path, excused: Callable[[str], set[str]], before: State
) -> None:
    allowed = excused(attack.lab)
    attack.lay_out(tmp_path)
    scale = float(attack.header.get("scale", FAST))
    try:
        got = grade(
            attack.lab, submission=tmp_path, out=tmp_path / "out", scale=scale, seconds=SECONDS
        )
    finally:
        assert wait_until(lambda: not state().beyond(before), 10), state().beyond(before)
    assert got.with_status("pass") <= attack.earns
    assert got.status != 0
    assert got.result["seconds"] < 90
    assert got.with_status("infra") <= allowed, "infra is for the machine's faults"
    said = got.output + json.dumps(got.result, ensure_ascii=False)
    assert not [secret for secret in secrets() if secret in said]
    logs = "\n".join(f"{task['why']}\n{task['actual']}\n{task['log']}" for task in got.tasks)
    assert not re.findall(r"^(?:LEAK|HELD|OWNED).*", logs, re.MULTILINE)
    assert not re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\udc80-\udcff]", got.output)
    assert not CI_COMMAND.findall(got.output)


@pytest.mark.parametrize("lab", ["lab1", "lab3"])
def test_the_next_honest_hand_in_is_unharmed(
    lab: str, tmp_path: Path, excused: Callable[[str], set[str]]
) -> None:
    """After all of the above, on the same machine."""
    got = grade(lab, submission="solutions", out=tmp_path)
    assert got.with_status("pass") == got.statuses.keys() - excused(lab)
