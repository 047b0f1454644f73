"""The copy of the kernel's files that a sandbox may read."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from grader.kernel import tracefs_copy
from grader.kernel.tracefs_copy import bwrap_arguments, kernel_copy
from grader.submission.lent import lent_packages
from grader.submission.sandbox import PYTHON, SITECUSTOMIZE


@pytest.fixture
def tracefs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if os.geteuid() != 0:
        pytest.skip("root alone makes the copy: a part of it is for root alone")
    monkeypatch.setattr(tracefs_copy, "CACHE", tmp_path / "cache")
    event = tmp_path / "tracefs" / "events" / "syscalls" / "sys_enter_mkdir"
    event.mkdir(parents=True)
    for name, text in {"id": "888\n", "format": "name: x\n", "enable": "0\n"}.items():
        (event / name).write_text(text)
    (event.parent / "enable").write_text("0\n")
    (tmp_path / "tracefs" / "events" / "ftrace" / "print").mkdir(parents=True)
    return tmp_path / "tracefs"


def test_events_are_copied_with_what_names_and_describes_them(tracefs: Path) -> None:
    events = kernel_copy(tracefs) / "tracing" / "events"
    copied = sorted(path.name for path in (events / "syscalls" / "sys_enter_mkdir").iterdir())
    assert copied == ["format", "id"]
    assert (events / "syscalls" / "sys_enter_mkdir" / "id").read_text() == "888\n"
    assert list((events / "ftrace" / "print").iterdir()) == []


def test_what_would_tell_of_others_is_empty(tracefs: Path) -> None:
    (tracefs / "kprobe_events").write_text("p:secret/x x\n")
    tracing = kernel_copy(tracefs) / "tracing"
    for name in ("trace_pipe", "kprobe_events", "uprobe_events", "available_filter_functions"):
        assert (tracing / name).read_bytes() == b""


def test_anybody_can_read_the_copy_but_the_real_addresses_whatever_the_umask(tracefs: Path) -> None:
    before = os.umask(0o077)
    try:
        copy = kernel_copy(tracefs)
    finally:
        os.umask(before)
    assert copy.stat().st_mode & 0o777 == 0o755
    modes = {path.name: path.stat().st_mode & 0o777 for path in copy.rglob("*")}
    assert modes.pop("helpers") & 0o077 == 0
    assert all(mode & 0o004 for mode in modes.values())


def symbols(path: Path) -> list[tuple[int, str, str]]:
    """Read the addresses, kinds and names of a kallsyms."""
    lines = [line.split(" ", 2) for line in path.read_text().splitlines()]
    return [(int(address, 16), kind, name) for address, kind, name in lines]


def test_all_symbols_have_the_kernels_names_in_their_order(tracefs: Path) -> None:
    copy = symbols(kernel_copy(tracefs) / "all_kallsyms")
    # BPF programs come and go, at the end of the kernel's.
    own = [line[1:] for line in symbols(Path("/proc/kallsyms")) if not line[2].endswith("[bpf]")]
    assert [line[1:] for line in copy if not line[2].endswith("[bpf]")] == own


def test_no_address_of_a_symbol_is_real_and_bcc_skips_none_that_it_looks_up(tracefs: Path) -> None:
    copy = kernel_copy(tracefs)
    short = symbols(copy / "kallsyms")
    assert short == [line for line in symbols(copy / "all_kallsyms") if line[0]]
    addresses = [address for address, _, _ in short]
    assert addresses == list(range(addresses[0], addresses[0] + 16 * len(addresses), 16))
    assert 0xFFFFFFFFFFE00000 <= addresses[0] < addresses[-1] < 0xFFFFFFFFFFFFFFFF
    prefix = {"x86_64": "__x64_sys_", "aarch64": "__arm64_sys_"}[os.uname().machine]
    needed = {f"{prefix}bpf", "bpf_probe_read_kernel", "bpf_probe_read_user", "vfs_mkdir"}
    assert needed <= {name for _, _, name in short}
    assert len(short) < 10_000  # BCC sorts them, at each compilation.


def test_one_boot_has_one_copy_and_older_ones_go(tracefs: Path, tmp_path: Path) -> None:
    old = tmp_path / "cache" / "v1-another-boot"
    old.mkdir(parents=True)
    copy = kernel_copy(tracefs)
    made = copy.stat().st_ino
    assert kernel_copy(tracefs) == copy
    assert copy.stat().st_ino == made
    assert list((tmp_path / "cache").iterdir()) == [copy]


def test_the_copy_is_bound_read_only(tmp_path: Path) -> None:
    arguments = bwrap_arguments(tmp_path)
    assert arguments[4:6] == ("--ro-bind", str(SITECUSTOMIZE))
    assert arguments[7:10] == ("--ro-bind", f"{tmp_path}/kallsyms", "/proc/kallsyms")
    assert "--bind" not in arguments


def test_what_is_lent_can_be_imported_by_the_distributions_python(tmp_path: Path) -> None:
    """With nothing of .venv in its path, as in a sandbox."""
    for name, folder in lent_packages().items():
        (tmp_path / name).symlink_to(folder)
    words = "import jinja2; print(jinja2.Template('{{ 6 * 7 }}').render())"
    told = subprocess.run(
        [PYTHON, "-S", "-c", words],
        env={"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout == "42\n", told.stderr
    bound = bwrap_arguments(tmp_path)
    assert {f"/kernel/{name}" for name in lent_packages()} <= set(bound)
