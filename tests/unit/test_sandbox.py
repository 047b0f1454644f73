"""The parts of the sandbox that need no privilege."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.submission.sandbox import descendants, free_uid, memory_file, read_back

TREE = """
import subprocess, sys, time
depth = int(sys.argv[1])
if depth:
    subprocess.Popen([sys.executable, "-c", sys.argv[2], str(depth - 1), sys.argv[2]])
print(__import__("os").getpid(), flush=True)
sys.stdin.read()
"""


def test_uids_are_new_each_time_and_belong_to_nobody() -> None:
    uids = {free_uid() for _ in range(50)}
    assert len(uids) > 40
    start, _, count = map(int, Path("/proc/self/uid_map").read_text().split()[:3])
    accounts = {int(line.split(":")[2]) for line in Path("/etc/passwd").read_text().splitlines()}
    assert all(start < uid < start + count for uid in uids)
    assert not uids & (accounts | {65534, os.getuid()})


def test_a_tree_of_processes_is_seen_whole_from_its_root() -> None:
    command = [sys.executable, "-c", TREE, "2", TREE]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as root:
        assert root.stdout
        pids = {int(root.stdout.readline()) for _ in range(3)}
        assert descendants(root.pid)[0] == root.pid
        assert set(descendants(root.pid)) == pids
        assert set(descendants(os.getpid())) >= pids
        assert os.getpid() not in descendants(root.pid)
        root.communicate()
    assert descendants(root.pid) == [root.pid]


@pytest.mark.parametrize("name", [b"a) R 1 (b", b") S 0", b"a b\tc", b"(((", b"\xff)\xfe"])
def test_a_process_cannot_hide_behind_its_name(tmp_path: Path, name: bytes) -> None:
    program = tmp_path / os.fsdecode(name)
    program.symlink_to("/bin/cat")
    with subprocess.Popen(
        [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as child:
        assert child.stdin and child.stdout
        child.stdin.write(b"x")
        assert child.stdout.read(1) == b"x"
        assert Path(f"/proc/{child.pid}/comm").read_bytes() == name + b"\n"
        assert child.pid in descendants(os.getpid())
        assert descendants(child.pid) == [child.pid]
        child.communicate()


def test_what_a_child_prints_is_read_back() -> None:
    with memory_file() as output:
        subprocess.run(["printf", "a\\377b"], stdout=output, stderr=output, check=True)
        subprocess.run(["printf", "c"], stdout=output, check=True)
        assert read_back(output) == "a\ufffdbc"
        assert read_back(output) == "a\ufffdbc"


def test_an_empty_output_is_empty() -> None:
    with memory_file() as output:
        assert read_back(output) == ""


def test_a_memory_file_is_closed_afterwards() -> None:
    with memory_file() as output:
        assert os.fstat(output).st_size == 0
    with pytest.raises(OSError):
        os.fstat(output)


@pytest.mark.parametrize("limit", [10, 11, 100])
def test_a_large_output_keeps_its_ends_and_says_how_much_is_missing(limit: int) -> None:
    data = b"0123456789" * 20
    with memory_file() as output:
        os.write(output, data)
        head, said, tail = read_back(output, limit).split("\n")
    assert data.decode().startswith(head) and data.decode().endswith(tail)
    assert len(head) == len(tail) == limit // 2
    assert said == f"[... {len(data) - 2 * (limit // 2)} bytes cut ...]"


def test_an_output_of_exactly_the_limit_is_whole() -> None:
    with memory_file() as output:
        os.write(output, b"x" * 100)
        assert read_back(output, 100) == "x" * 100


def test_a_file_that_claims_to_be_huge_is_not_read_whole() -> None:
    with memory_file() as output:
        os.truncate(output, 1 << 40)
        assert len(read_back(output, 1000)) < 1100


def test_a_letter_that_the_cut_divides_is_replaced() -> None:
    with memory_file() as output:
        os.write(output, "é".encode() * 50)
        assert read_back(output, 10).startswith("éé\ufffd\n[... 90 bytes cut ...]\n\ufffdéé")
