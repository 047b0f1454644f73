"""The words of checks, on the real kernel, with programs that use them."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from grader.base.errors import BehaviourError, PhaseTimeoutError, SubmissionError
from grader.checks import Call, Made, Script, json_lines, match_buckets, possible_buckets, random_id
from grader.checks.environment import LabEnvironment
from grader.kernel.native import NativeKernel
from grader.submission.sandbox import descendants
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


FILTERED = """
BPF_ARRAY(wanted, u32, 1);
BPF_HASH(made, u32);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 zero = 0, uid = bpf_get_current_uid_gid(), *only = wanted.lookup(&zero);

	if (only && (!*only || *only == uid))
		made.atomic_increment(uid);
	return 0;
}
"""
FILTER = """
import argparse, ctypes, json, sys, time
from bcc import BPF

options = argparse.ArgumentParser()
options.add_argument("--uid", type=int, default=0)
options.add_argument("--seconds", type=float)
given = options.parse_args()
b = BPF(src_file="words.c")
b["wanted"][0] = ctypes.c_uint(given.uid)
if given.seconds:
    time.sleep(given.seconds)
    for uid, count in b["made"].items():
        print(json.dumps({"uid": uid.value, "count": count.value}))
    sys.exit(3)
for line in sys.stdin:
    b["wanted"][0] = ctypes.c_uint(int(line))
"""


def test_a_script_is_run_with_arguments_typed_to_and_seen_to_write(kernel: NativeKernel) -> None:
    with lab(kernel, {"words.c": FILTERED, "words.py": FILTER}) as environment:
        for _ in range(ROUNDS):
            run_script(environment)


def run_script(environment: LabEnvironment) -> None:
    make, uids = environment.workload.make, [random_id(), random_id()]
    calls = [Call(uid=uid) for uid in uids]

    def ours(script: Script) -> dict[int, int]:
        """Return what is counted of `uids`: others may have come before there was a filter."""
        made = script.rows("made", "hash").by_key
        return {uid: made[uid] for uid in uids if uid in made}

    helped = environment.run("--help")
    helped.require_status(0)
    assert "--uid" in helped.log
    environment.run("--uid", "nobody").require_status(2)

    script = environment.script("--uid", str(uids[0]))
    assert script is environment.script("--uid", str(uids[0]))
    script.writes("wanted", "array", lambda rows: rows.by_key == {0: uids[0]})
    make(*calls)
    assert ours(script) == {uids[0]: 1}
    script.type(f"{uids[1]}\n")
    wanted = script.writes("wanted", "array", lambda rows: rows.by_key == {0: uids[1]})
    assert wanted.by_key == {0: uids[1]}
    make(*calls, *calls)
    assert ours(script) == {uids[0]: 1, uids[1]: 2}
    script.map("wanted", "array").set(0, uids[0])
    make(*calls)
    assert ours(script) == {uids[0]: 2, uids[1]: 2}
    script.type("\x04")
    script.ends().require_status(0)

    script = environment.script("--seconds", "3", "--uid", str(uids[1]))
    make(*calls)
    ended = script.ends()
    ended.require_status(3)
    told = json_lines(ended.lines)
    assert [each for each in told if each["uid"] in uids] == [{"uid": uids[1], "count": 1}]
    with pytest.raises(PhaseTimeoutError, match=r"words\.py still runs after 0\.1 s"):
        environment.run(seconds=0.1)
    assert environment.run(typed="\x04").status == 0


COUNTS = """
BPF_HASH(made, u32);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 uid = bpf_get_current_uid_gid();

	%s
	return 0;
}
"""


def test_each_of_several_files_is_judged_alone(kernel: NativeKernel) -> None:
    """One that is refused costs nothing but itself."""
    files = {
        "words.c": COUNTS % "made.atomic_increment(uid);",
        "twice.c": COUNTS % "made.atomic_increment(uid, 2);",
        "refused.c": COUNTS % "*made.lookup(&uid) += 1;",
    }
    with lab(kernel, files) as environment:
        for file, by in (("words.c", 1), ("twice.c", 2), ("", 1), ("twice.c", 2)):
            program = environment.program(file)
            call = Call(uid=random_id())
            grown = program.growth("made", "hash", environment.workload.make, call, call)
            assert grown.by_key[call.uid] == 2 * by
            assert environment.program(file) is program
            loaded = environment.context.bpftool.programs(descendants(os.getpid()))
            counting = [each for each in loaded if "bpf_get_current_uid_gid" in each.helpers]
            assert len(counting) == 1
            assert "invalid mem access" not in environment.printed("refused.c")
        for _ in range(2):
            with pytest.raises(SubmissionError, match=r"refused\.c does not pass"):
                environment.program("refused.c")
        with pytest.raises(KeyError):
            environment.program("missing.c")


TAIL_CALLS = """
#include <uapi/asm/unistd_64.h>

BPF_PROG_ARRAY(handlers, 400);
BPF_HASH(seen, u32);

RAW_TRACEPOINT_PROBE(sys_enter)
{
	handlers.call(ctx, ctx->args[1]);
	return 0;
}

int on_mkdir(struct bpf_raw_tracepoint_args *ctx)
{
	seen.atomic_increment(bpf_get_current_uid_gid());
	return 0;
}
"""
FILLS = """
import ctypes, signal
from bcc import BPF

b = BPF(src_file="words.c")
b["handlers"][ctypes.c_int(83)] = ctypes.c_int(b.load_func("on_mkdir", BPF.RAW_TRACEPOINT).fd)
try:
    signal.pause()
except KeyboardInterrupt:
    pass
"""


def test_a_program_array_that_a_script_fills_is_read(kernel: NativeKernel) -> None:
    files = {"words.c": TAIL_CALLS, "words.py": FILLS}
    with lab(kernel, files, "raw_tracepoint:sys_enter") as environment:
        script = environment.script()
        assert script.handlers("handlers") == {83: "on_mkdir"}
        uid = random_id()
        environment.workload.make(Call(uid=uid), Call("rmdir", uid=uid))
        assert script.rows("seen", "hash").by_key[uid] >= 1
        script.interrupt()


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
