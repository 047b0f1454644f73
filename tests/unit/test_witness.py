"""The witness's C text, before any compiler sees it."""

from __future__ import annotations

import re
from pathlib import Path

import jinja2
import pytest

from grader.evidence.witness import STRIDE, SYSTEM_CALLS, kernel_calls, possible_cpus, render

TEMPLATES = Path(__file__).resolve().parents[2] / "bpf_templates"


def test_each_call_is_counted_on_its_way_in_and_out() -> None:
    text = render(TEMPLATES, 4, SYSTEM_CALLS["mkdir"])
    probes = re.findall(r"TRACEPOINT_PROBE\(syscalls, (\w+)\)", text)
    assert probes == ["sys_enter_mkdir", "sys_exit_mkdir", "sys_enter_mkdirat", "sys_exit_mkdirat"]
    counted = [int(what) for what in re.findall(r"\bcount\((\d+)\);", text)]
    assert counted == [0, STRIDE - 1, 1, 2, STRIDE - 1, 3], "what failed, in the last slot"


@pytest.mark.parametrize("calls", SYSTEM_CALLS.values(), ids=list(SYSTEM_CALLS))
def test_the_counts_of_a_cpu_fit_its_cache_lines(calls: tuple[str, ...]) -> None:
    counted = re.findall(r"\bcount\((\d+)\);", render(TEMPLATES, 4, calls))
    assert set(map(int, counted)) == {*range(2 * len(calls)), STRIDE - 1}
    assert 2 * len(calls) < STRIDE


def test_nothing_of_the_template_is_left() -> None:
    text = render(TEMPLATES, 4)
    assert not re.search(r"\{\{|\}\}|\{%|%\}|\{#|#\}", text)
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize("cpus", [1, 64])
def test_each_cpu_has_slots_of_its_own(cpus: int) -> None:
    assert re.search(rf"u64, counts, {cpus * STRIDE + 3}, BPF_F_MMAPABLE", render(TEMPLATES, cpus))


def test_a_template_that_wants_an_unknown_value_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "witness.c.j2").write_text("{{ calls }} {{ nonsense }}")
    with pytest.raises(jinja2.UndefinedError, match="nonsense"):
        render(tmp_path, 1)


def test_a_machine_has_at_least_the_cpus_that_are_online() -> None:
    online = Path("/sys/devices/system/cpu/online").read_text()
    assert possible_cpus() > max(int(number) for number in re.findall(r"\d+", online))


def test_what_a_call_is_called_in_the_kernel_depends_on_the_architecture() -> None:
    assert kernel_calls("mkdir", "x86_64") == ("mkdir", "mkdirat")
    assert kernel_calls("mkdir", "aarch64") == ("mkdirat",)
    assert kernel_calls("rename", "aarch64") == ("renameat", "renameat2")
    assert kernel_calls("packet", "aarch64") == ("sendmmsg",)
