"""Which of many like tests run."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.checkout import ROOT
from tests.support.sample import left_out, touched

pytest_plugins = ("pytester",)
MANY = """
import pathlib, pytest

@pytest.mark.sampled
@pytest.mark.parametrize("path", [pathlib.Path(f"/labs/{n}") for n in range(100)], ids=str)
def test_one(path):
    pass

@pytest.mark.parametrize("n", range(100))
def test_other(n):
    pass

@pytest.mark.sampled(3)
@pytest.mark.parametrize("kind", range(10))
@pytest.mark.parametrize("n", range(10))
def test_pair(kind, n):
    pass
"""


ANSWERS = """
import pathlib, types, pytest

LABS = [types.SimpleNamespace(path=f"/answers/{n}", lab=f"lab{n}") for n in range(10)]

@pytest.mark.sampled
@pytest.mark.parametrize("answer", LABS, ids=range(10))
def test_answer(answer):
    pass
"""


@pytest.fixture
def items(pytester: pytest.Pytester) -> list[pytest.Item]:
    pytester.makeini("[pytest]\nmarkers = sampled")
    found, _ = pytester.inline_genitems(pytester.makepyfile(MANY), "-p", "no:labebpf")
    return list(found)


def test_a_part_of_what_is_sampled_runs_and_all_that_is_not(items: list[pytest.Item]) -> None:
    left = left_out(items, [], "a", share=10)
    assert len(items) - len(left) == 100 + 10 + 3
    assert not [each for each in left if "test_other" in each.nodeid]


def test_a_seed_chooses_the_same_and_another_one_others(items: list[pytest.Item]) -> None:
    assert left_out(items, [], "a", share=10) == left_out(items, [], "a", share=10)
    assert left_out(items, [], "a", share=10) != left_out(items, [], "b", share=10)


def test_what_was_changed_runs_beside_the_share(items: list[pytest.Item]) -> None:
    changed = [Path("/labs/7/program.c"), Path("/labs/8")]
    ran = {each.name for each in items} - {
        each.name for each in left_out(items, changed, "a", share=10)
    }
    assert {"test_one[/labs/7]", "test_one[/labs/8]"} <= ran
    assert len([name for name in ran if "test_one" in name]) == 12
    assert len([name for name in ran if "test_pair" in name]) == 3


def test_an_answer_runs_where_its_labs_checks_were_changed(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nmarkers = sampled")
    found, _ = pytester.inline_genitems(pytester.makepyfile(ANSWERS), "-p", "no:labebpf")
    changed = [ROOT / "exercises" / "lab7" / "test_lab7.py"]
    left = left_out(list(found), changed, "a", share=2)
    ran = {each.name for each in found} - {each.name for each in left}
    assert "test_answer[7]" in ran and len(ran) == 3


def test_git_tells_what_the_last_commits_touched(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x"]
    subprocess.run([*git, "init", "-q"], check=True)
    for name in "abc":
        (tmp_path / name).write_text(name)
        subprocess.run([*git, "add", name], check=True)
        subprocess.run([*git, "commit", "-qm", name], check=True)
    (tmp_path / "a").write_text("changed")
    assert touched(tmp_path, commits=1) == [tmp_path / "a", tmp_path / "c"]
    assert touched(tmp_path / "none") == []
