"""What a sandbox is lent to attach to: a function of libc, an interface; and nothing beyond it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from machine import ROOT

from grader.errors import SubmissionError
from grader.evidence.introspection import Bpftool
from grader.evidence.workload import Workload
from grader.kernel.native import NativeKernel
from grader.kernel.network import Network
from grader.kernel.uprobe import Uprobe
from grader.submission.sandbox import PYTHON, memory_file, read_back

PLAIN = b"""
BPF_RINGBUF_OUTPUT(events, 8);
int plain(void *ctx)
{
	u64 pid = bpf_get_current_pid_tgid() >> 32;

	events.ringbuf_output(&pid, sizeof(pid), 0);
	return 0;
}
"""
PASSES = PLAIN.replace(b"return 0", b"return XDP_PASS")
LOOKS_ROUND = """
import glob, json, os, re, socket
networks = set()
for link in glob.glob("/proc/[0-9]*/ns/net") + ["/proc/self/ns/net"]:
    try:
        networks.add(os.readlink(link))
    except OSError:
        pass
print(json.dumps({
    "networks": sorted(networks),
    "interfaces": [name for _, name in socket.if_nameindex()],
    "control groups": os.listdir("/sys/fs/cgroup"),
    "capabilities": re.search(r"CapBnd:\\s*(\\w+)", open("/proc/self/status").read())[1],
}))
"""
NET_ADMIN = 1 << 12


@pytest.fixture
def kernel() -> Iterator[NativeKernel]:
    native = NativeKernel(hidden=(ROOT,), seconds=300, waiting=print)
    yield native
    native.close()


@pytest.fixture
def network(kernel: NativeKernel) -> Iterator[Network]:
    own = Network()
    yield own
    own.close()


def test_a_uprobe_is_in_the_workload_alone(kernel: NativeKernel, tmp_path: Path) -> None:
    uprobe = Uprobe("mkdir")
    child = Workload(library=uprobe.library)
    with kernel.loader(place=uprobe) as loaded:
        loaded.begin("program.c", PLAIN)
        loaded.compile(60)
        loaded.load("uprobe:c:mkdir", 60)
        loaded.attach(60)
        loaded.listen("events", 8, 60)
        made = child.mkdir(7)
        (tmp_path / "one").mkdir()
        subprocess.run(["mkdir", str(tmp_path / "two")], check=True)
        samples = loaded.collect(60).raw
    child.close()
    uprobe.close()
    assert len(samples) == len(made)
    assert len(set(samples)) == 1


def test_a_uprobe_is_for_one_program_on_one_function(kernel: NativeKernel) -> None:
    uprobe = Uprobe("mkdir")
    with kernel.loader(place=uprobe) as loaded:
        loaded.begin("program.c", PLAIN)
        loaded.compile(60)
        loaded.load("uprobe:c:rmdir", 60)
        with pytest.raises(SubmissionError, match="Failed to attach"):
            loaded.attach(60)
    uprobe.close()


def test_packets_meet_what_is_attached_until_it_is_detached(
    kernel: NativeKernel, network: Network
) -> None:
    bpftool = Bpftool(network=network.namespace)
    child = Workload("packet", sockets=network.sockets)
    with kernel.loader(place=network) as loaded:
        loaded.begin("program.c", PASSES)
        loaded.compile(60)
        loaded.load("xdp:lo", 60)
        assert bpftool.attachments(loaded.pids()) == []
        loaded.attach(60)
        loaded.listen("events", 8, 60)
        made = child.calls(7)
        child.decoys(2)
        samples = loaded.collect(60).raw
        (attached,) = bpftool.attachments(loaded.pids())
        assert (attached.kind, attached.where) == ("xdp", "lo")
        bpftool.detach_xdp()
        assert bpftool.attachments(loaded.pids()) == []
        child.calls(3)
        assert loaded.collect(60).raw == ()
    child.close()
    assert len(samples) == len(made) == 7


def test_a_workload_whose_packets_are_dropped_says_so(
    kernel: NativeKernel, network: Network
) -> None:
    child = Workload("packet", sockets=network.sockets)
    with kernel.loader(place=network) as loaded:
        loaded.begin("program.c", PASSES.replace(b"XDP_PASS", b"XDP_DROP"))
        loaded.compile(60)
        loaded.load("xdp:lo", 60)
        loaded.attach(60)
        with pytest.raises(SubmissionError, match="did not succeed"):
            child.calls(1)
    child.close()


def looks_round(kernel: NativeKernel, place: Network | None) -> dict[str, object]:
    """What a script in the sandbox of a lab at `place` finds of networks."""
    sandbox = kernel.sandbox({}, place=place)
    with memory_file() as output:
        command = [PYTHON, "-I", "-c", LOOKS_ROUND]
        quiet = subprocess.DEVNULL
        sandbox.start(command, stdin=quiet, stdout=output, stderr=output).wait(60)
        sandbox.close()
        seen: dict[str, object] = json.loads(read_back(output))
    return seen


def test_power_over_networks_is_over_the_labs_own(kernel: NativeKernel, network: Network) -> None:
    seen = looks_round(kernel, network)
    own = os.readlink(f"/proc/self/fd/{network.namespace}")
    assert seen["networks"] == [own] != [os.readlink("/proc/self/ns/net")]
    assert seen["interfaces"] == ["lo"]
    assert seen["control groups"] == []
    assert int(str(seen["capabilities"]), 16) & NET_ADMIN


def test_no_other_lab_has_it(kernel: NativeKernel) -> None:
    assert not int(str(looks_round(kernel, None)["capabilities"]), 16) & NET_ADMIN
