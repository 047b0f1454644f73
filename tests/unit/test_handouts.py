"""Handouts and stubs agree with lab.toml."""

from __future__ import annotations

import re

import pytest

from grader.evidence.workload import DECOYS
from grader.labs import Lab, find_labs
from grader.submission.hand_in_files import read_submission
from tests.support.checkout import ROOT

LABS = list(find_labs(ROOT / "exercises").values())
NAMES = [lab.name for lab in LABS]
FILES = [(lab, name) for lab in LABS for name in lab.edits]
FILE_IDS = [f"{lab.name}/{name}" for lab, name in FILES]


@pytest.mark.parametrize("handout", ["README.md", "README.fr.md"])
@pytest.mark.parametrize("lab", LABS, ids=NAMES)
def test_a_handout_lists_every_task_with_its_points(lab: Lab, handout: str) -> None:
    text = (lab.folder / handout).read_text(encoding="utf-8")
    listed = re.findall(r"^- \*\*(\d+\.\d+)\*\* \((\d+) points?\b", text, re.MULTILINE)
    assert sorted(listed) == sorted((task.id, str(task.points)) for task in lab.tasks)


@pytest.mark.parametrize("handout", ["README.md", "README.fr.md"])
@pytest.mark.parametrize("lab", LABS, ids=NAMES)
def test_a_handout_says_which_earlier_task_each_one_needs(lab: Lab, handout: str) -> None:
    text = (lab.folder / handout).read_text(encoding="utf-8")
    for task in lab.tasks:
        entry = re.search(rf"^- \*\*{re.escape(task.id)}\*\* \(([^)]*)\)", text, re.MULTILINE)
        assert entry
        assert tuple(re.findall(r"\d+\.\d+", entry[1])) == task.needs


@pytest.mark.parametrize("handout", ["README.md", "README.fr.md"])
@pytest.mark.parametrize("lab", LABS, ids=NAMES)
def test_a_handout_leads_with_the_way_that_works_with_borrowed_headers(
    lab: Lab, handout: str
) -> None:
    text = (lab.folder / handout).read_text(encoding="utf-8")
    first, plain = f"sudo ./labebpf run {lab.name}\n```", f"`sudo python3 exercises/{lab.name}/"
    if not lab.script:
        first, plain = f"sudo ./labebpf grade {lab.tasks[0].id}\n", "\nsudo python3 -c "
    assert 0 < text.find(f"```\n{first}") < text.find(plain)


@pytest.mark.parametrize("handout, last", [("README.md", "and"), ("README.fr.md", "et")])
@pytest.mark.parametrize("lab", LABS, ids=NAMES)
def test_a_handout_names_all_that_must_not_count(lab: Lab, handout: str, last: str) -> None:
    text = " ".join((lab.folder / handout).read_text(encoding="utf-8").split())
    *others, end = (call for call in DECOYS if call != lab.call)
    assert f"{', '.join(others)} {last} {end}" in text


@pytest.mark.parametrize("lab", LABS, ids=NAMES)
def test_a_stub_has_a_todo_for_each_of_its_tasks(lab: Lab) -> None:
    stubs = read_submission(ROOT / "exercises", lab.name, lab.edits)
    assert [task.id for task in lab.tasks if not stubs.line_of_todo(task.file, task.id)] == []


@pytest.mark.parametrize("lab, name", FILES, ids=FILE_IDS)
def test_a_stub_has_no_todo_of_another_file(lab: Lab, name: str) -> None:
    here = {task.id for task in lab.tasks if task.file == name}
    stub = (lab.folder / name).read_text()
    assert set(re.findall(r"TODO (\d+\.\d+)", stub)) == here
