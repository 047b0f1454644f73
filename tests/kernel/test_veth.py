"""A cable between two networks, and a program at the near end of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from grader.kernel.native import NativeKernel
from grader.kernel.veth import INTERFACE, Cable
from grader.submission.program import Program

DROPS = b"""
#include <uapi/linux/if_ether.h>
#include <uapi/linux/ip.h>
#include <uapi/linux/in.h>
#include <uapi/linux/udp.h>

int drops(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);
	struct udphdr *udp = (void *)(ip + 1);

	if ((void *)(udp + 1) > end || eth->h_proto != htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->protocol == %b)
		return XDP_DROP;
	return ip->protocol == IPPROTO_UDP && udp->dest == htons(4321) ? XDP_DROP : XDP_PASS;
}
"""


@pytest.fixture
def cable(kernel: NativeKernel) -> Iterator[Cable]:
    with closing(Cable()) as one:
        yield one


def seen(cable: Cable) -> dict[str, bool]:
    return {
        "ping": cable.ping(),
        "udp 4321": cable.udp(4321),
        "udp 1234": cable.udp(1234),
        "tcp 4321": cable.tcp(4321),
    }


@pytest.mark.parametrize(
    "protocol, dropped",
    [
        (b"IPPROTO_ICMP", {"ping", "udp 4321"}),
        (b"IPPROTO_TCP", {"tcp 4321", "udp 4321"}),
        (b"IPPROTO_UDP", {"udp 1234", "udp 4321"}),
    ],
)
def test_what_a_program_drops_does_not_arrive_and_all_else_does(
    kernel: NativeKernel, cable: Cable, protocol: bytes, dropped: set[str]
) -> None:
    assert all(seen(cable).values())
    with closing(Program(kernel.sandbox({}, place=cable))) as program:
        program.begin("drops.c", DROPS % protocol)
        program.compile(60)
        program.load(f"xdp:{INTERFACE}", 60)
        assert all(seen(cable).values())
        program.attach(60)
        assert {what for what, arrived in seen(cable).items() if not arrived} == dropped
