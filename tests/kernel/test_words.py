"""The words of checks, on the real kernel, with programs that use them."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from grader.base.errors import BehaviourError, InfraError, SubmissionError
from grader.checks import Call, Made, match_buckets, possible_buckets, random_id
from grader.checks.environment import LabEnvironment
from grader.kernel.native import NativeKernel
from tests.support.checkout import ROOT
from tests.support.grading import grade
from tests.support.lab import lab

ROUNDS = int(os.environ.get("LABEBPF_ROUNDS", "1"))


EVENTS = """
struct event {
	u64 began;
	u32 pid, tid, uid, gid;
	u16 mode;
	char comm[16];
	char path[256];
	s64 ret;
};

BPF_PERF_OUTPUT(events);
BPF_HASH(under_way, u64, struct event);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 id = bpf_get_current_pid_tgid(), ids = bpf_get_current_uid_gid();
	struct event e = {};

	e.began = bpf_ktime_get_ns();
	e.pid = id >> 32;
	e.tid = id;
	e.uid = ids;
	e.gid = ids >> 32;
	e.mode = args->mode;
	bpf_get_current_comm(&e.comm, sizeof(e.comm));
	bpf_probe_read_user_str(&e.path, sizeof(e.path), args->pathname);
	under_way.update(&id, &e);
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	u64 id = bpf_get_current_pid_tgid();
	struct event *e = under_way.lookup(&id);

	if (!e)
		return 0;
	e->ret = args->ret;
	events.perf_submit(args, e, sizeof(*e));
	under_way.delete(&id);
	return 0;
}
"""


@pytest.fixture
def reporting(kernel: NativeKernel) -> Iterator[LabEnvironment]:
    """Give an environment whose program submits who made each mkdir, and how that ended."""
    with lab(kernel, {"words.c": EVENTS}) as environment:
        environment.program().listen("events")
        yield environment


def reported(environment: LabEnvironment, *calls: Call, together: bool = False) -> list[Made]:
    """Make `calls`, and see that each is reported as it was, once."""
    workload, program = environment.workload, environment.program()
    got = program.submitted(partial(workload.make, together=together), *calls)
    for one in got.calls:
        path = b"" if one.asked.lasts else one.path[:255]
        (event,) = got.having(pid=one.pid, tid=one.tid, path=path, began=Within(one))
        facts = {name: getattr(one, name) for name in ("uid", "gid", "mode", "comm", "ret")}
        assert event.has(**facts), (event, facts)
    return got.calls


class Within:
    """Equal to every time in a window."""

    def __init__(self, window: Made) -> None:
        self.window = window

    def __eq__(self, time: object) -> bool:
        return isinstance(time, int) and self.window.holds(time)


NAMES = (
    b"/tmp/" + b"n" * 255,
    "/tmp/été ☃ 雪".encode(),
    b"/tmp/\xff\xfe\x80\n\t x",
    b"/tmp/" + b"./" * 100 + b"far",
)


def test_a_program_sees_each_call_as_it_is_described(reporting: LabEnvironment) -> None:
    for _ in range(ROUNDS):
        see_each_call(reporting)


def see_each_call(reporting: LabEnvironment) -> None:
    uid, gid = random_id(), random_id()
    made = reported(
        reporting,
        Call(mode=0o700),
        Call(uid=uid, gid=gid, comm=b"some\xffbody"),
        Call(thread=True, comm=b"fifteen_letters"),
        Call(process=1),
        *(Call(path=path) for path in NAMES),
        *(Call(path=path, uid=uid, gid=gid) for path in NAMES),
        *(Call(fails=error) for error in ("EEXIST", "ENOENT", "EACCES", "ENAMETOOLONG")),
        Call(lasts=0.02),
        Call(after=0.02),
    )
    plain, somebody, thread, second, *_rest, slow, late = made
    assert len({one.pid for one in (plain, somebody, second)}) == 3
    assert thread.pid == plain.pid == plain.tid != thread.tid
    assert slow.lasted >= 20_000_000
    assert late.start - slow.end >= 20_000_000


def test_calls_of_several_threads_and_processes_are_under_way_at_once(
    reporting: LabEnvironment,
) -> None:
    calls = [Call(lasts=0.05 + 0.01 * n) for n in range(5)]
    for _ in range(ROUNDS):
        made = reported(reporting, *calls, Call(process=1, lasts=0.05), together=True)
        assert len({one.tid for one in made}) == 6
        assert len({one.pid for one in made}) == 2
        assert max(one.start for one in made) < min(one.end for one in made)


HOLES = """
struct event {
	u8 kind;
	u64 began;
	char comm[16];
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct event e;

	%s
	e.kind = 1;
	e.began = bpf_ktime_get_ns();
	%s
	events.perf_submit(args, &e, sizeof(e));
	return 0;
}
"""
SET = "__builtin_memset(&e, 0, sizeof(e));"
COMM = "bpf_get_current_comm(&e.comm, sizeof(e.comm));"


@pytest.mark.parametrize(
    "first, then, unset",
    [
        (SET, COMM, ""),
        ("", COMM, "the padding after kind never set"),
        (SET, "", ""),
        ("e.comm[0] = 0; *(u64 *)&e = 0;", "", "comm never set"),
    ],
)
def test_what_a_program_never_set_is_named(
    kernel: NativeKernel, first: str, then: str, unset: str
) -> None:
    with lab(kernel, {"words.c": HOLES % (first, then)}) as environment:
        build = environment.pattern_program()
        assert build
        build.listen("events")
        got = build.submitted(environment.workload.make, Call())
        (event,) = got.having(began=Within(got.calls[0]))
        assert (got.unset, event.kind) == (unset, 1)


def test_what_is_no_structure_is_told(kernel: NativeKernel) -> None:
    sends_a_number = HOLES.replace("&e, sizeof(e)", "&e.began, 8") % (SET, COMM)
    with lab(kernel, {"words.c": sends_a_number}) as environment:
        program = environment.program()
        program.listen("events")
        got = program.submitted(environment.workload.make, Call())
        with pytest.raises(BehaviourError):
            _ = got.events


TABLES = """
struct who {
	u8 kind;
	u32 uid;
	char comm[16];
};

struct last {
	u64 at;
	u32 pid;
};

BPF_HASH(made, struct who);
BPF_PERCPU_ARRAY(total, u64, 1);
BPF_HASH(latest, u32, struct last);
BPF_HASH(began, u64);
BPF_HISTOGRAM(took);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 id = bpf_get_current_pid_tgid(), now = bpf_ktime_get_ns(), zero = 0, *count;
	u32 uid = bpf_get_current_uid_gid();
	struct last last = {.at = now, .pid = id >> 32};
	struct who who;

	%s
	who.kind = 1;
	who.uid = uid;
	bpf_get_current_comm(&who.comm, sizeof(who.comm));
	count = made.lookup_or_try_init(&who, &zero);
	if (count)
		__sync_fetch_and_add(count, 1);
	total.increment(0);
	latest.update(&uid, &last);
	began.update(&id, &now);
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	u64 id = bpf_get_current_pid_tgid(), *start = began.lookup(&id);

	if (!start)
		return 0;
	took.increment(bpf_log2l((bpf_ktime_get_ns() - *start) / 1000));
	began.delete(&id);
	return 0;
}
"""
WHOLE_KEY = "__builtin_memset(&who, 0, sizeof(who));"


def test_tables_are_read_by_field_by_cpu_and_by_bucket(kernel: NativeKernel) -> None:
    with lab(kernel, {"words.c": TABLES % WHOLE_KEY}) as environment:
        for _ in range(ROUNDS):
            read_tables(environment)


def read_tables(environment: LabEnvironment) -> None:
    program, make = environment.program(), environment.workload.make
    uid = random_id()
    one, other = Call(uid=uid, comm=b"one"), Call(uid=uid, comm=b"oth\xffer")
    make(one)

    made = program.growth("made", "hash", make, *[one] * 5, *[other] * 3)
    assert [row.value for row in made.having(uid=uid, comm=b"one")] == [5]
    assert [row.value for row in made.having(uid=uid, comm=b"oth\xffer")] == [3]
    assert made.total == made.made

    total = program.growth("total", "percpu_array", make, *[one] * 8)
    (row,) = total.rows
    assert row.value == total.made
    assert min(row.values[cpu] for cpu in os.sched_getaffinity(0)) >= 4
    program.map("total", "percpu_array").set(0, 1001)
    (row,) = program.rows("total", "percpu_array")
    assert row.value >= 1001  # And what others have made since.
    assert max(row.values) < 1001

    (latest,) = program.growth("latest", "hash", make, one).calls
    held = program.rows("latest", "hash").by_key[uid]
    assert held.pid == latest.pid and latest.holds(held.at)

    slow = [Call(lasts=seconds) for seconds in (0.001, 0.003, 0.02, 0.1)]
    took = program.growth("took", "histogram", make, *slow, *[one] * 5)
    missing, stray = match_buckets(map(possible_buckets, took.calls), took.by_key)
    assert missing == 0 and stray <= took.others
    assert len(program.rows("began", "hash")) <= took.others

    kept = program.kept("began", "hash", make, Call(lasts=0.05), Call(thread=True))
    assert kept.during >= 1 and kept.left == 0
    assert program.kept("latest", "hash", make, one).left == 1  # Of the call, by its time.


def test_a_key_with_padding_that_was_never_set_is_named(kernel: NativeKernel) -> None:
    with lab(kernel, {"words.c": TABLES % ""}) as environment:
        build = environment.pattern_program()
        assert build
        grown = build.growth(
            "made", "hash", environment.workload.make, Call(uid=(uid := random_id()))
        )
        assert [row.unset for row in grown.having(uid=uid)] == ["the padding after kind never set"]


FOUR_ROWS = """
struct who {
	u32 uid;
	char comm[16];
	u16 mode;
};

BPF_HASH(made, struct who, u64, 4);
BPF_PERCPU_ARRAY(lost, u64, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct who who;
	u64 zero = 0, *count;

	%s
	who.uid = bpf_get_current_uid_gid();
	who.mode = args->mode;
	bpf_get_current_comm(&who.comm, sizeof(who.comm));
	count = made.lookup_or_try_init(&who, &zero);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		lost.increment(0);
	return 0;
}
"""


def test_what_finds_no_room_in_a_table_is_told_from_what_has_a_row(kernel: NativeKernel) -> None:
    with lab(kernel, {"words.c": FOUR_ROWS % WHOLE_KEY}) as environment:
        program, make = environment.program(), environment.workload.make
        known, new = Call(uid=random_id()), Call(uid=random_id(), mode=0o700)
        table = program.map("made", "hash")
        table.clear()
        make(known)
        table.fill()
        assert table.size == len(program.rows("made", "hash")) == 4
        kinds = {"made": "hash", "lost": "percpu_array"}
        grown = program.growths(kinds, make, *[new] * 3, *[known] * 2)
        made, lost = grown["made"], grown["lost"]
        assert [row.value for row in made.having(uid=known.uid)] == [2]
        assert not made.having(uid=new.uid, mode=0o700)
        assert 3 <= lost.total <= 3 + lost.others
        assert made.has_each(lost)


def test_padding_at_the_end_of_a_key_is_named(kernel: NativeKernel) -> None:
    with lab(kernel, {"words.c": FOUR_ROWS % ""}) as environment:
        build = environment.pattern_program()
        assert build
        call = Call(uid=random_id())
        rows = build.growth("made", "hash", environment.workload.make, call).having(uid=call.uid)
        assert [row.unset for row in rows] == ["the padding after mode never set"]


NO_PINGS = """
#include <uapi/linux/if_ether.h>
#include <uapi/linux/ip.h>
#include <uapi/linux/in.h>

BPF_HASH(seen, u32);

int no_pings(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);

	if ((void *)(ip + 1) > end || eth->h_proto != htons(ETH_P_IP))
		return XDP_PASS;
	seen.atomic_increment(ip->protocol);
	return ip->protocol == IPPROTO_ICMP ? XDP_DROP : XDP_PASS;
}
"""


def test_packets_of_each_kind_come_by_a_cable(kernel: NativeKernel) -> None:
    with lab(kernel, {"words.c": NO_PINGS}, "xdp:veth0") as environment:
        program, cable = environment.program(), environment.cable
        arrived = (cable.ping(), cable.udp(4321), cable.tcp(4321))
        assert arrived == (False, True, True)
        made = program.growth("seen", "hash", environment.workload.calls, 7)
        assert made.by_key == {socket.IPPROTO_UDP: 7}
        seen = program.rows("seen", "hash").by_key
        assert seen[socket.IPPROTO_ICMP] == 1 and seen[socket.IPPROTO_TCP] >= 2


def test_a_machine_that_can_hold_no_call_up_is_not_blamed_on_the_student(tmp_path: Path) -> None:
    """As in a container that forbids userfaultfd(2)."""
    hidden = 'mount --bind /dev/null /dev/userfaultfd && exec "$@"'
    prefix = ("unshare", "--mount", "sh", "-c", hidden, "sh")
    done = grade("lab5", submission=ROOT / "solutions", out=tmp_path, prefix=prefix)
    assert done.lost == {"5.4": "infra", "5.5": "infra"}, done.output
    assert "no call can be held up" in done.output


@pytest.mark.parametrize(
    "attach, blamed",
    [
        ("tracepoint:syscalls:sys_enter_mkdir", InfraError),
        ("uprobe:c:mkdir", SubmissionError),
    ],
)
def test_a_killed_workload_is_blamed_on_what_can_do_that(
    kernel: NativeKernel, attach: str, blamed: type[Exception]
) -> None:
    nothing = "int nothing(void *ctx)\n{\n\treturn 0;\n}\n"
    with lab(kernel, {"words.c": nothing}, attach) as environment:
        workload = environment.workload
        environment.program()
        os.kill(environment.context.workload_pid, signal.SIGKILL)
        with pytest.raises(blamed, match="did not succeed"):
            workload.calls(1)
