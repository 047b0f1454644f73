"""A script whose program was compiled ahead does what it would do without that."""

from __future__ import annotations

import re

import pytest

from grader.evidence.bpftool import Bpftool
from grader.kernel.native import NativeKernel
from grader.submission.script import Script
from tests.support.waiting import wait_until

COUNTS = b"""
BPF_HASH(counts);

TRACEPOINT_PROBE(syscalls, sys_enter_swapoff)
{
	u64 key = 0, one = 1, *count;

	count = counts.lookup(&key);
	if (count = NULL)
		return 0;
	counts.update(&key, &one);
	return 0;
}
"""
"""clang warns of it. Nobody calls swapoff meanwhile."""
PLAIN = "from bcc import BPF\nb = BPF(src_file='counts.c')\nprint(len(b['counts']))\n"
SCRIPTS = {
    "a file": PLAIN,
    "a text": "from bcc import BPF\nb = BPF(text=open('counts.c').read())\nprint(b['counts'])\n",
    "two of the same": PLAIN + "c = BPF(src_file='counts.c')\nb['counts'][b['counts'].Key(1)] = "
    "b['counts'].Leaf(2)\nprint(len(b['counts']), len(c['counts']))\n",
    "another text": "from bcc import BPF\ntext = open('counts.c').read()\n"
    "b = BPF(text=text.replace('counts', 'others'))\nprint(b['others'], 'counts' in b)\n",
    "options": "from bcc import BPF\nb = BPF(src_file='counts.c', cflags=['-w', '-DNULL=one'])\n",
    "an environment": "import os\nos.environ['BCC_KERNEL_SOURCE'] = '/nowhere'\n" + PLAIN,
    "another folder": "import os\nos.chdir('/')\nfrom bcc import BPF\n"
    "b = BPF(src_file='lab/counts.c')\n",
    "no program": "from bcc import BPF\nprint(1)\n",
    "no BCC": "print(1)\n",
}
REFUSED = {
    "no C": b"int f(void *ctx) { return x; }\n",
    "no file": b'#include "nothing.h"\n',
    "more than the stack, which ends the process": b"""
int f(void *ctx)
{
	u64 numbers[600];

	for (u64 i = 0; i < 600; i++)
		numbers[i] = bpf_ktime_get_ns();
	return numbers[bpf_get_prandom_u32() % 600];
}
""",
}


def start(kernel: NativeKernel, program: bytes, *, ahead: bool) -> Script:
    script = kernel.script()
    script.wait_until_ready(60)
    for _ in range(2 if ahead else 0):  # The second time says nothing new.
        script.compile_ahead("counts.c", {"counts.c": program})
    return script


def printed(kernel: NativeKernel, code: str, program: bytes, *, ahead: bool) -> tuple[str, int]:
    """Run the script until it ends; return what it printed, without addresses, and its status."""
    script = start(kernel, program, ahead=ahead)
    try:
        assert script.has_compiled(60)
        script.begin("show.py", {"show.py": code.encode(), "counts.c": program})
        assert script.wait_for(lambda: script.status is not None, 60)
        assert script.interrupt(60)
        assert script.status is not None
        return re.sub(r"0x[0-9a-f]+", "0x", script.output()), script.status
    finally:
        script.close()


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_notices_nothing(kernel: NativeKernel, name: str) -> None:
    alone = printed(kernel, SCRIPTS[name], COUNTS, ahead=False)
    assert printed(kernel, SCRIPTS[name], COUNTS, ahead=True) == alone


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_compile_says_the_same(kernel: NativeKernel, name: str) -> None:
    alone = printed(kernel, PLAIN, REFUSED[name], ahead=False)
    assert alone[1], alone
    script = start(kernel, REFUSED[name], ahead=True)
    goes_on = script.has_compiled(60)
    script.close()
    assert goes_on == ("ends the process" not in name)
    if goes_on:
        assert printed(kernel, PLAIN, REFUSED[name], ahead=True) == alone


@pytest.mark.parametrize(
    ("code", "taken"), [(SCRIPTS["a file"], True), (SCRIPTS["options"], False)]
)
def test_the_script_has_the_module_that_was_compiled(
    kernel: NativeKernel, code: str, taken: bool
) -> None:
    """And where that is another one than the script wants, no table of it is left."""
    bpftool = Bpftool(kernel.helper_symbols)
    script = start(kernel, COUNTS, ahead=True)
    try:
        assert script.has_compiled(60)
        (before,) = bpftool.maps(script.pids())
        waiting = code + "print('there')\nimport time\ntime.sleep(600)\n"
        script.begin("show.py", {"show.py": waiting.encode()})
        assert script.wait_for(lambda: "there" in script.lines, 60), script.output()
        assert wait_until(lambda: len(bpftool.maps(script.pids())) == 1, 10)
        (after,) = bpftool.maps(script.pids())
        assert (after.id == before.id) == taken
    finally:
        script.close()
