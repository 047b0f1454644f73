"""How well copies are found among hand-ins, in four disguises: precision and recall.

The class of a lab is its known answers, as hand-ins that somebody wrote alone, and copies of some
of them, chosen by chance: as they are, with other names, without comments, in another layout, and
all of that. An answer that differs from the solution by nothing that could be known again, such as
one statement less, has no copy. Prints a table, and as its last line JSON:

    {"labs": {LAB: {"hand_ins", "copies", "shown", "found", "precision", "recall", "seconds"}}}

`shown` is how many pairs were, at most 20; `precision` the share of copies among as many of them,
the strongest first, as there are copies: answers that one author wrote alike are pairs, too.

    .venv/bin/python bench/alike.py [LAB...]
"""

from __future__ import annotations

import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from grader.authoring.answers import answers
from grader.classroom.alike import pairs
from grader.labs import Lab, find_labs

ROOT = Path(__file__).resolve().parents[1]
COPIES = 10
LEAST_OWN = 40
"""Characters that differ from the solution in an answer of which a copy could be known."""
NAMES = re.compile(
    r"\b(?:u64|u32|int|char|struct \w+)\s+\*?(\w{4,})\s*[=;,\[]|^\s*(\w{4,})\s*=[^=]", re.M
)

Files = dict[str, str]


def main() -> None:
    labs = find_labs(ROOT / "exercises")
    measured = {name: measure(labs[name]) for name in sys.argv[1:] or list(labs)}
    columns = ("hand_ins", "copies", "shown", "found", "precision", "recall", "seconds")
    print(f"{'':8}" + "".join(f"{column:>11}" for column in columns))
    for name, row in measured.items():
        print(f"{name:8}" + "".join(f"{row[column]:>11}" for column in columns))
    print(json.dumps({"labs": measured}))


def measure(lab: Lab) -> dict[str, float]:
    chance = random.Random(lab.name)
    hand_ins = independent(lab)
    known = [
        {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        for folder in (lab.folder, lab.solutions / lab.name)
    ]
    solution = " ".join(data.decode(errors="replace") for data in known[1].values())
    copied = [name for name, files in hand_ins.items() if own(files, solution) >= LEAST_OWN]
    copied = chance.sample(copied, min(COPIES, len(copied)))
    true = set()
    for number, name in enumerate(copied):
        hand_ins[f"copy of {name}"] = disguised(hand_ins[name], number % 5)
        true.add(tuple(sorted((name, f"copy of {name}"))))
    encoded = {
        name: {file: text.encode() for file, text in files.items()}
        for name, files in hand_ins.items()
    }
    started = time.perf_counter()
    shown = [pair.students for pair in pairs(encoded, known)]
    seconds = time.perf_counter() - started
    first = shown[: len(true)]
    return {
        "hand_ins": len(hand_ins),
        "copies": len(true),
        "shown": len(shown),
        "found": len(true & set(shown)),
        "precision": round(len(true & set(first)) / max(1, len(first)), 2),
        "recall": round(len(true & set(shown)) / max(1, len(true)), 2),
        "seconds": round(seconds, 2),
    }


def independent(lab: Lab) -> dict[str, Files]:
    """Return the known answers without what they say of themselves, which no student would."""
    found: dict[str, Files] = {}
    for answer in (*answers("wrong"), *answers("right")):
        if answer.lab != lab.name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            answer.lay_out(lab, Path(folder))
            place = Path(folder) / lab.name
            found[answer.id] = {
                file: re.sub(
                    r"\A(/\*.*?\*/|(#.*\n)+)\n*",
                    "",
                    (place / file).read_text(encoding="utf-8", errors="replace"),
                    flags=re.DOTALL,
                )
                for file in lab.edits
            }
    return found


def own(files: Mapping[str, str], solution: str) -> int:
    """Count the characters in lines that the solution does not have."""
    lines = {line.strip() for line in solution.splitlines()}
    return sum(
        len(line.strip())
        for text in files.values()
        for line in text.splitlines()
        if line.strip() not in lines
    )


def disguised(files: Files, way: int) -> Files:
    """Copy `files`: 0 as is, 1 with other names, 2 uncommented, 3 reformatted, 4 all of that."""
    copy = dict(files)
    for file, text in files.items():
        if way in (1, 4):
            for number, name in enumerate(sorted({a or b for a, b in NAMES.findall(text)})):
                text = re.sub(rf"\b{name}\b", f"renamed_{number}", text)
        if way in (2, 4):
            comment = r"/\*.*?\*/|//[^\n]*" if file.endswith(".c") else r"(?m)^\s*#.*\n"
            text = re.sub(comment, "", text, flags=re.DOTALL if file.endswith(".c") else 0)
        if way in (3, 4):
            text = re.sub(r"\n\n+", "\n", text).replace("\t", "    ")
        copy[file] = text
    return copy


if __name__ == "__main__":
    main()
