"""What virtual machines say of the broken programs is what is kept of them.

A few each time, on the default image. LABEBPF_BROKEN=PATTERN gives those that match to every image,
"new" those of which nothing is kept, "*" all, which takes some ten minutes each. With
LABEBPF_GOLDEN=write what they say is kept, to be read: where an entry does not fit there, and what
`seen` of the catalogue has to name.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.vm import image_store
from grader.vm.image_store import Image
from tests.support.checkout import copy_solution
from tests.support.machine_programs import FILES, in_machine, keep, kept

ASKED = os.environ.get("LABEBPF_BROKEN", "")
VERSIONS = image_store.versions() if ASKED else image_store.versions()[:1]


def chosen(version: str) -> list[Path]:
    there = [said.file for said in kept() if said.where.startswith(f"{version}/")]
    if ASKED == "new":
        return [path for path in FILES if path not in there]
    return [path for path in FILES if path.match(ASKED)] if ASKED else there[::40]


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("version", VERSIONS)
def test_what_a_machine_says_is_what_is_kept(version: str, image: Image, tmp_path: Path) -> None:
    image_store.build(version, lambda what, share: None)
    copy_solution("lab3", tmp_path / "lab3")
    files = chosen(version)
    every = list(in_machine(version, files, tmp_path))
    if ASKED and os.environ.get("LABEBPF_GOLDEN") == "write":
        keep(every)
    assert {said.file for said in every} == set(files)
    before = {(said.where, said.file): said.known for said in kept()}
    now = {(said.where, said.file): said.known for said in every}
    assert now == {key: before.get(key) for key in now}
