"""What a sandbox is lent to attach to: a function of libc, an interface; and nothing beyond it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader.base.errors import SubmissionError
from grader.checks.context import Context
from grader.checks.environment import LabEnvironment
from grader.evidence.bpftool import Bpftool
from grader.evidence.workload import Workload
from grader.kernel.native import NativeKernel
from grader.kernel.netns import Network
from grader.kernel.uprobe import Uprobe
from grader.labs import find_labs
from grader.submission.hand_in_files import Submission
from grader.submission.sandbox import PYTHON, memory_file, read_back
from tests.support.checkout import ROOT
from tests.support.grading import PLAIN

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
MOVES_OUT = """
import glob, os, socket, struct

def attribute(kind, data):
    return struct.pack("HH", 4 + len(data), kind) + data + b"\\0" * (-len(data) % 4)

def veth(number, where):
    '''Make a pair of interfaces, one of them in another network. 0 or an error, negative.'''
    nothing = struct.pack("BxHiII", 0, 0, 0, 0, 0)
    name = b"out%d\\0" % number
    peer = attribute(1, nothing + attribute(3, name) + where)  # VETH_INFO_PEER, IFLA_IFNAME
    link = attribute(18, attribute(1, b"veth\\0") + attribute(2, peer))  # IFLA_LINKINFO
    body = nothing + attribute(3, b"in%d\\0" % number) + link
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
        netlink.send(struct.pack("IHHII", 16 + len(body), 16, 0x605, 1, 0) + body)
        return struct.unpack_from("i", netlink.recv(4096), 16)[0]

pids = [int(path[6:]) for path in glob.glob("/proc/[0-9]*")]
places = [attribute(19, struct.pack("I", pid)) for pid in [os.getppid(), *pids]]
places += [attribute(28, struct.pack("I", descriptor)) for descriptor in range(16)]
places += [attribute(46, struct.pack("i", number)) for number in range(16)]
print(veth(0, b""), *(veth(number, where) for number, where in enumerate(places, 1)))
"""


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


def printed(kernel: NativeKernel, script: str, place: Network | None = None) -> str:
    """Run `script` in the sandbox of a lab at `place`, and return what it printed."""
    sandbox = kernel.sandbox({}, place=place)
    with memory_file() as output:
        command = [PYTHON, "-I", "-c", script]
        quiet = subprocess.DEVNULL
        sandbox.start(command, stdin=quiet, stdout=output, stderr=output).wait(60)
        sandbox.close()
        return read_back(output)


def test_power_over_networks_is_over_the_labs_own(kernel: NativeKernel, network: Network) -> None:
    seen = json.loads(printed(kernel, LOOKS_ROUND, network))
    own = os.readlink(f"/proc/self/fd/{network.namespace}")
    assert seen["networks"] == [own] != [os.readlink("/proc/self/ns/net")]
    assert seen["interfaces"] == ["lo"]
    assert seen["control groups"] == []
    assert int(seen["capabilities"], 16) & NET_ADMIN


def test_no_interface_is_moved_out(kernel: NativeKernel, network: Network) -> None:
    before = socket.if_nameindex()
    said = printed(kernel, MOVES_OUT, network)
    assert said.split()[0] == "0", said  # In the lab's own network it may make some.
    assert socket.if_nameindex() == before


def test_no_other_lab_has_it(kernel: NativeKernel) -> None:
    assert not int(json.loads(printed(kernel, LOOKS_ROUND))["capabilities"], 16) & NET_ADMIN


@pytest.mark.parametrize(
    "attach, call", [("xdp:lo", "packet"), ("uprobe:c:mkdir", "mkdir")], ids=["network", "uprobe"]
)
def test_what_was_lent_is_closed_though_another_part_of_the_stage_is_not(
    kernel: NativeKernel, monkeypatch: pytest.MonkeyPatch, attach: str, call: str
) -> None:
    lab = replace(find_labs(ROOT / "exercises")["lab0"], attach=attach, call=call)
    context = Context(kernel, lab, Submission({}, {}), ROOT / "bpf_templates")
    environment = LabEnvironment(context, script=True)
    place, child = context.place, environment.workload
    assert place
    lent = place.library if isinstance(place, Uprobe) else place.namespace
    close = child.close

    def fail() -> None:
        close()
        raise OSError("the workload does not end")

    monkeypatch.setattr(child, "close", fail)
    with pytest.raises(OSError, match="does not end"):
        environment.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(lent)
