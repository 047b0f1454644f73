"""The copy of the kernel's files that a sandbox may read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.kernel import tracefs_copy
from grader.kernel.tracefs_copy import bwrap_arguments, kernel_copy
from grader.submission.sandbox import SITECUSTOMIZE


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


def test_the_symbols_are_system_calls_with_addresses(tracefs: Path) -> None:
    lines = [line.split() for line in (kernel_copy(tracefs) / "kallsyms").read_text().splitlines()]
    assert lines
    assert all("sys_" in name for _, _, name in lines)
    addresses = [int(address, 16) for address, _, _ in lines]
    assert 0 not in addresses
    assert addresses == sorted(set(addresses))


def test_bcc_is_told_what_system_calls_are_called_here(tracefs: Path) -> None:
    prefix = (kernel_copy(tracefs) / "syscall_prefix").read_bytes()
    assert prefix == {"x86_64": b"__x64_sys_", "aarch64": b"__arm64_sys_"}[os.uname().machine]


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
    assert arguments[7:9] == ("--ro-bind", f"{tmp_path}/syscall_prefix")
    assert "--bind" not in arguments
