"""A uprobe on a library that no compiler made."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from grader.kernel.native import NativeKernel
from tests.support.elf import ADD, shared_library

PROBE = """
import ctypes, sys
from bcc import BPF

TEXT = '''
#include <linux/ptrace.h>
BPF_HASH(seen, int, int);
int begins(struct pt_regs *ctx)
{
	int first = PT_REGS_PARM1(ctx), second = PT_REGS_PARM2(ctx);

	seen.update(&first, &second);
	return 0;
}
BPF_ARRAY(result, int, 1);
int ends(struct pt_regs *ctx)
{
	int zero = 0, sum = PT_REGS_RC(ctx);

	result.update(&zero, &sum);
	return 0;
}
'''
probed, other = sys.argv[1:]
b = BPF(text=TEXT)
b.attach_uprobe(name=probed, sym="additionner", fn_name="begins")
b.attach_uretprobe(name=probed, sym="additionner", fn_name="ends")
ctypes.CDLL(other).additionner(7, 8)
ctypes.CDLL(probed).sommer(9, 10)
assert ctypes.CDLL(probed).additionner(40, 2) == 42
print({key.value: value.value for key, value in b["seen"].items()}, b["result"][0].value)
"""


def test_a_function_is_probed_by_its_symbol_in_the_right_library(
    kernel: NativeKernel, tmp_path: Path
) -> None:
    if not kernel.offers("uprobes").ok:
        pytest.skip("NEEDS UPROBES, which this kernel does not have")
    code = bytes.fromhex(ADD[os.uname().machine])
    files = [tmp_path / "libone.so", tmp_path / "libother.so"]
    for file in files:
        file.write_bytes(shared_library({"sommer": code, "additionner": code}))
    done = subprocess.run(
        ["bwrap", "--dev-bind", "/", "/", *kernel.headers_view, "/usr/bin/python3", "-c", PROBE]
        + [str(file) for file in files],
        capture_output=True,
        text=True,
    )
    assert done.stdout == "{40: 2} 42\n", done.stderr
