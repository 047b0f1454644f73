"""Hostile hand-ins: each folder of tests/attacks is one.

Its header, in any of its files, says `attack:` what it does and `earns:` the tasks that may
honestly pass (0 for none). Files that it lacks come from the solution, or from the stubs with
`base: stub`. `@ROOT@` stands for the checkout's path, in a header and in a file. `lab:` is lab1
unless it says otherwise, `scale:` the grader's --time-scale, `pads:` a file to fill up with spaces
beyond what is taken, `folder:` what the lab's folder is to be a link to, and `links:` which files
are links, "NAME -> TARGET", with commas between them.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.authoring.answers import KINDS
from grader.labs import find_labs
from tests.support.checkout import ROOT
from tests.support.grading import Grading

ATTACKS = ROOT / "tests" / "attacks"
KEYS = "attack|earns|base|lab|scale|pads|folder|links"
FAST = 0.3
LABS = find_labs(ROOT / "exercises")
CI_COMMAND = re.compile(r"^\s*::|##\[|##vso\[|^section_(?:start|end):", re.MULTILINE)


@dataclass(frozen=True)
class Attack:
    """One hostile hand-in, as its header describes it."""

    path: Path
    header: dict[str, str]

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def lab(self) -> str:
        return self.header.get("lab", "lab1")

    @property
    def earns(self) -> set[str]:
        return set(self.header["earns"].split()) - {"0"}

    @property
    def scale(self) -> float:
        return float(self.header.get("scale", FAST))

    @property
    def beside(self) -> bool:
        """Whether it has other files than those that the lab asks for."""
        names = {file.name for file in self.path.iterdir()}
        return not names <= set(LABS[self.lab].edits) and "folder" not in self.header

    def lay_out(self, folder: Path) -> None:
        """Make `folder`/LAB as it would be handed in."""
        folder.mkdir(exist_ok=True)
        target = folder / self.lab
        if "folder" in self.header:
            target.symlink_to(ROOT / self.header["folder"])
            # Without any file of the lab's it would be no hand-in, and nothing would be graded.
            shutil.copy(LABS[self.lab].folder / LABS[self.lab].program, folder)
            return
        base = "exercises" if self.header.get("base") == "stub" else "solutions"
        ours = shutil.ignore_patterns(
            "test_*", "conftest.py", "*.toml", "*.md", "__pycache__", *KINDS
        )
        shutil.copytree(ROOT / base / self.lab, target, ignore=ours)
        for file in self.path.iterdir():
            data = file.read_bytes().replace(b"@ROOT@", str(ROOT).encode())
            (target / file.name).write_bytes(data)
        for link in filter(None, self.header.get("links", "").split(", ")):
            name, _, to = link.partition(" -> ")
            (target / name).unlink(missing_ok=True)
            (target / name).symlink_to(to.replace("@ROOT@", str(ROOT)))
        if "pads" in self.header:
            with (target / self.header["pads"]).open("a") as padded:
                padded.write("\n" + " " * (4 << 20))


def attacks() -> list[Attack]:
    found = []
    for path in sorted(ATTACKS.iterdir()):
        files = [file for file in sorted(path.iterdir()) if file.is_file()]
        text = "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files)
        lines = re.findall(rf"^\W{{0,3}}({KEYS}): (.+)$", text, re.MULTILINE)
        found.append(Attack(path, dict(lines)))
    return found


def secrets() -> Sequence[str]:
    """Return texts that no hand-in may manage to show."""
    try:
        shadow = Path("/etc/shadow").read_text(encoding="utf-8").splitlines()[:1]
    except PermissionError:
        shadow = []
    return [*shadow, "random_count(", "pytest.fixture", "BPF(src_file=str(Path(__file__)"]


def assert_gained_nothing(
    attack: Attack, got: Grading, excused: set[str], seconds: float = 90
) -> None:
    """Assert that `attack` gained nothing, where this machine cannot judge the tasks `excused`."""
    assert got.with_status("pass") <= attack.earns, got.output
    assert got.status != 0 or not got.lost
    assert got.result["seconds"] < seconds
    assert got.with_status("infra") <= excused, f"infra is for the machine's faults\n{got.output}"
    said = got.output + json.dumps(got.result, ensure_ascii=False)
    assert not [secret for secret in secrets() if secret in said]
    logs = "\n".join(f"{task['why']}\n{task['actual']}\n{task['log']}" for task in got.tasks)
    assert not re.findall(r"^(?:LEAK|HELD|OWNED).*", logs, re.MULTILINE)
    assert not re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\udc80-\udcff]", got.output)
    assert not CI_COMMAND.findall(got.output)
