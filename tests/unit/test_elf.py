"""A shared library that no compiler made."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.elf import ADD, MACHINES, offset_of, shared_library

NAMES = ("additionner", "sommer", "a")


def functions(machine: str) -> dict[str, bytes]:
    return dict.fromkeys(NAMES, bytes.fromhex(ADD[machine]))


def test_its_functions_are_found_and_called(tmp_path: Path) -> None:
    file = tmp_path / "libcalcul.so"
    file.write_bytes(shared_library(functions(os.uname().machine)))
    library = ctypes.CDLL(str(file))
    for name in NAMES:
        assert getattr(library, name)(40, 2) == 42
        assert getattr(library, name)(-5, 2) == -3
    with pytest.raises(AttributeError):
        _ = library.soustraire


@pytest.mark.parametrize("machine", MACHINES)
def test_a_function_lies_where_its_code_is(machine: str) -> None:
    library = shared_library(functions(machine), machine)
    places = [offset_of(library, name) for name in NAMES]
    assert len(set(places)) == 3
    code = bytes.fromhex(ADD[machine])
    assert [library[at : at + len(code)] for at in places] == [code] * 3
    with pytest.raises(ValueError):
        offset_of(library, "soustraire")


@pytest.mark.parametrize("machine", MACHINES)
def test_tools_can_read_it(tmp_path: Path, machine: str) -> None:
    if shutil.which("readelf") is None:
        pytest.skip("NEEDS READELF, of binutils, which this machine does not have")
    file = tmp_path / "libcalcul.so"
    file.write_bytes(shared_library(functions(machine), machine))
    done = subprocess.run(
        ["readelf", "-W", "-a", str(file)], capture_output=True, text=True, check=True
    )
    assert not done.stderr
    assert all(name in done.stdout for name in NAMES)


def test_an_unknown_machine_has_no_library() -> None:
    with pytest.raises(KeyError):
        shared_library({"a": b""}, "pdp11")
