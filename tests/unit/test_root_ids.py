"""The filter that tells a process in the sandbox that it is root."""

from __future__ import annotations

import json
import struct
import subprocess
import sys

import pytest

from grader.submission.root_ids import root_ids

ALLOW, ANSWER_ZERO = 0x7FFF0000, 0x00050000
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
I386 = 0x40000003
IDS = {"x86_64": {102, 104, 107, 108}, "aarch64": {174, 175, 176, 177}}
"""getuid, getgid, geteuid, getegid, as in asm/unistd.h."""

IN_THE_FILTER = """
import ctypes, json, os, re, sys

class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]

code = sys.stdin.buffer.read()
if os.geteuid() == 0:
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
libc = ctypes.CDLL(None, use_errno=True)
program = Program(len(code) // 8, code)
assert libc.prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
assert libc.prctl(22, 2, ctypes.byref(program)) == 0  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
told = [os.getuid(), os.geteuid(), os.getgid(), os.getegid()]
status = open("/proc/self/status").read()
real = [int(word) for word in re.search(r"Uid:\\s(.*)", status)[1].split()]
try:
    os.setuid(0)
    became = "root"
except PermissionError:
    became = "nobody else"
print(json.dumps([told, real, list(os.getresuid()), became, os.getppid()]))
"""


def answer(code: bytes, architecture: int, number: int) -> int:
    """Run a filter as the kernel does, on a call of `number`."""
    data = struct.pack("=II", number, architecture)
    at = held = 0
    while True:
        operation, if_true, if_false, value = struct.unpack_from("=HBBI", code, 8 * at)
        at += 1
        if operation == 0x20:  # BPF_LD | BPF_W | BPF_ABS
            (held,) = struct.unpack_from("=I", data, value)
        elif operation == 0x15:  # BPF_JMP | BPF_JEQ | BPF_K
            at += if_true if held == value else if_false
        else:
            assert operation == 0x06  # BPF_RET | BPF_K
            return int(value)


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_the_filter_answers_what_asks_for_ids_and_nothing_else(machine: str) -> None:
    code, architecture = root_ids(machine), ARCHITECTURES[machine]
    answered = {n for n in range(1024) if answer(code, architecture, n) == ANSWER_ZERO}
    assert answered == IDS[machine]
    assert {answer(code, architecture, n) for n in range(1024)} == {ALLOW, ANSWER_ZERO}


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_the_numbers_of_another_architecture_are_let_be(machine: str) -> None:
    others = {I386, *ARCHITECTURES.values()} - {ARCHITECTURES[machine]}
    asked = [(other, number) for other in others for number in range(512)]
    assert {answer(root_ids(machine), *call) for call in asked} == {ALLOW}
    x32 = 0x40000000
    assert answer(root_ids("x86_64"), ARCHITECTURES["x86_64"], x32 | 102) == ALLOW


def test_on_an_architecture_that_is_not_known_nothing_is_answered() -> None:
    code = root_ids("riscv64")
    assert {answer(code, 0xC00000F3, number) for number in range(512)} == {ALLOW}


def test_a_process_is_told_that_it_is_root_and_is_not() -> None:
    child = subprocess.run(
        [sys.executable, "-c", IN_THE_FILTER], input=root_ids(), capture_output=True, check=True
    )
    told, real, all_three, became, parent = json.loads(child.stdout)
    assert told == [0, 0, 0, 0]
    assert 0 not in real
    assert 0 not in all_three
    assert became == "nobody else"
    assert parent > 0
