"""Hand-ins for lab 3, and private checks whose every part holds one word that nobody may see."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.checkout import ROOT, copy_solution
from tests.support.grading import Grading

PUBLIC = [f"3.{number}" for number in range(1, 8)]
WORD = "plughsecret"
VERDICTS = {"3.8": "fail", "3.9": "fail", "3.10": "infra", "3.11": "pass", "3.12": "blocked"}
"""Of the private checks, when the right program was handed in."""

_TASK = """
[[task]]
id = "{task}"
points = 3
file = "counter.c"
needs = {needs}
title = {{ en = "Further {task}", fr = "De plus {task}" }}
hints = [{{ en = "plughsecret", fr = "plughsecret" }}]
"""
_CHECKS = '''
"""plughsecret"""

import logging
import sys
import warnings
from pathlib import Path

import pytest
from grader.checks import expect, task

DATA = Path(__file__).with_name("plughsecret.txt").read_text()


@task("3.8")
@pytest.mark.parametrize("plughsecret", ["plughsecret", "other plughsecret"])
def test_plughsecret_is_expected(program, workload, record_property, plughsecret):
    """plughsecret"""
    print(DATA)
    print(DATA, file=sys.stderr)
    logging.warning(DATA)
    warnings.warn(DATA)
    record_property(DATA, DATA)
    count = program.counter("compteur").during(lambda: workload.mkdir(3))
    expect(count.counted < 0, DATA, DATA, expected=DATA, actual=DATA, log=DATA)


@task("3.9")
def test_plughsecret_is_asserted(program):
    assert program.counter("compteur") == DATA, f"plughsecret: {DATA}"


@task("3.10")
def test_plughsecret_breaks(program, plughsecret_of_conftest):
    pass


@task("3.11")
def test_plughsecret_passes(program, workload):
    print(DATA)
    counter = program.counter("compteur")
    counter.during(lambda: workload.mkdir(1))
    assert counter.during(lambda: workload.mkdir(3)).exact


@task("3.12")
def test_plughsecret_is_blocked(program):
    raise AssertionError("It needs 3.8.")
'''
_CONFTEST = """
import pytest


@pytest.fixture
def plughsecret_of_conftest():
    raise RuntimeError("plughsecret")
"""
SEARCH = """
import os
import time

WORDS = ("plugh" + "secret", "look" + "here")
SYSTEM = ("/usr", "/lib", "/bin", "/sbin", "/sys")
with open("/tmp/" + WORDS[1], "w") as file:
    file.write(WORDS[1])
for top, folders, files in os.walk("/"):
    for word in WORDS:
        for name in files + folders:
            if word in name:
                print("NAME", top, name, flush=True)
    if top.startswith(SYSTEM):
        continue
    for name in files:
        if top.startswith("/proc") and name not in ("cmdline", "environ", "mountinfo", "maps"):
            continue
        path = os.path.join(top, name)
        try:
            with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
                data = file.read(1 << 20) or b""
        except OSError:
            continue
        for word in WORDS:
            if word.encode() in data:
                print("TEXT", path, word, flush=True)
print("looked everywhere", flush=True)
time.sleep(1000)
"""
"""A script that shows where it finds the word, or another that it has hidden itself."""
FOUND = ("NAME /tmp lookhere", "TEXT /tmp/lookhere lookhere", "looked everywhere")
"""What it prints at least."""


READS_MEMORY = r"""
import ctypes
import re

from bcc import BPF

b = BPF(text=r'''
#include <uapi/linux/ptrace.h>
struct page {
	char data[4096];
};
BPF_RINGBUF_OUTPUT(pages, 8192);
BPF_HASH(compteur);
BPF_ARRAY(cursor, u64, 3); /* whose memory, its next page, how many were read */

RAW_TRACEPOINT_PROBE(sys_enter)
{
	struct pt_regs *regs = (struct pt_regs *)ctx->args[0];
	u32 zero = 0, one = 1, two = 2, pid = bpf_get_current_pid_tgid() >> 32;
	u64 *whose = cursor.lookup(&zero), *at = cursor.lookup(&one), *read = cursor.lookup(&two);
	char name[16] = {}, path[8] = {};
	u64 buffer = 0;

	bpf_get_current_comm(&name, sizeof(name));
	if (!whose || !at || !read || (u32)bpf_get_current_uid_gid())
		return 0;
	if (name[0] != 'p' || name[1] != 'y')
		return 0;
	if (!*whose && ctx->args[1] == 257) { /* openat, of something below /proc */
		bpf_probe_read_kernel(&buffer, sizeof(buffer), &regs->si);
		bpf_probe_read_user(path, sizeof(path), (void *)buffer);
		if (path[1] != 'p' || path[2] != 'r' || path[5] != '/')
			return 0;
		*at = (buffer & ~0xfffffULL) - (80ULL << 20);
		*whose = pid;
	}
	if (*whose != pid || *read > 40000)
		return 0;
	for (int i = 0; i < 256; i++) {
		struct page *page = pages.ringbuf_reserve(sizeof(struct page));
		if (!page)
			return 0;
		if (bpf_probe_read_user(page->data, 4096, (void *)*at))
			pages.ringbuf_discard(page, 0);
		else
			pages.ringbuf_submit(page, 0);
		*at += 4096;
		*read += 1;
	}
	return 0;
}
''')
wanted = re.compile(rb"plugh" + rb"secret|test_no_count" + rb"_is_lost")
seen = set()


def look(_, data, size):
    for found in wanted.findall(ctypes.string_at(data, size)):
        if found not in seen:
            seen.add(found)
            print("IN MEMORY", found.decode(), flush=True)


b["pages"].open_ring_buffer(look)
while True:
    b.ring_buffer_poll(300)
"""
"""A script that shows whether it finds the word, or the name of a public check, in the grader."""


def lay_out(folder: Path) -> Path:
    """Make a private folder below `folder`: its own name and its files' names have the word too."""
    private = folder / WORD
    lab = private / "lab3"
    lab.mkdir(parents=True)
    needs: dict[str, list[str]] = {task: [] for task in VERDICTS} | {"3.12": ["3.8"]}
    manifest = "".join(_TASK.format(task=task, needs=needs[task]) for task in VERDICTS)
    (lab / "lab.toml").write_text(manifest)
    (lab / f"test_{WORD}.py").write_text(_CHECKS)
    (lab / "conftest.py").write_text(_CONFTEST)
    (lab / f"{WORD}.txt").write_text(f"{WORD} of a file")
    return private


def hand_in(folder: Path, script: str = "") -> Path:
    """Hand in the solution of lab 3, with another `script` if there is one."""
    copy_solution("lab3", folder)
    if script:
        (folder / "counter.py").write_text(script)
    return folder


def grade(
    folder: Path, out: Path, *options: str, kernel: str = "native", cwd: Path = ROOT, **more: str
) -> Grading:
    """Grade what was handed in for lab 3."""
    # As ./labebpf does it: wherever it is run, the course is the one that it lies in.
    command = [sys.executable, "-I", "-m", "grader", "--course", str(ROOT), "grade", str(folder)]
    command += ["--lab", "lab3"]
    done = subprocess.run(
        [*command, "--kernel", kernel, "--out", str(out), *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=600,
        check=False,
        cwd=cwd,
        env=os.environ | {"LABEBPF_LANG": "en"} | more,
    )
    result = (out / "result.json").read_text()
    return Grading(done.returncode, done.stdout.decode(), json.loads(result))


def task(done: Grading, task_id: str) -> dict[str, Any]:
    (found,) = [
        task for lab in done.result["labs"] for task in lab["tasks"] if task["id"] == task_id
    ]
    return dict(found)
