"""The witness, the workload and counters that are read beside others, on the real kernel."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from grader.base.errors import InfraError, SubmissionError
from grader.checks.counter import Counter
from grader.evidence.maps import Libbpf, Map
from grader.evidence.matching import match
from grader.evidence.trace import TraceInstance
from grader.evidence.witness import SYSTEM_CALLS, Witness
from grader.evidence.workload import Workload
from grader.kernel.native import NativeKernel
from grader.submission.program import Program
from tests.support.checkout import ROOT
from tests.support.grading import PLAIN


def test_the_witness_counts_every_mkdir_of_the_machine(
    witness: Witness, workload: Workload, tmp_path: Path
) -> None:
    before, _ = witness.quietly(lambda: None, 10)
    workload.mkdir(5)
    workload.decoys(5)
    (tmp_path / "mine").mkdir()
    after, _ = witness.quietly(lambda: None, 10)
    assert after - before >= 6


def test_the_witness_knows_which_calls_failed(witness: Witness, tmp_path: Path) -> None:
    witness.wait(60)
    before = witness.failed
    for _ in range(5):
        with pytest.raises(FileExistsError):
            tmp_path.mkdir()
    assert witness.quietly(lambda: witness.failed, 10)[1] - before >= 5


@pytest.mark.parametrize("call", [call for call in SYSTEM_CALLS if call != "packet"])
def test_the_workload_makes_each_call_and_no_decoy_is_one(kernel: NativeKernel, call: str) -> None:
    trace = TraceInstance(kernel.tracefs, kernel.new_name(), [f"syscalls/sys_enter_{call}"])
    child = Workload(call)
    made = child.calls(5)
    decoys = child.decoys(5)
    child.close()
    records = trace.collect()
    trace.remove()
    seen = [[record for record in records if window.holds(record.time)] for window in made]
    (pid,) = set.intersection(*({record.pid for record in found} for found in seen))
    own = [record for record in records if record.pid == pid]
    assert match(made, [record.time for record in own]).counts == (1,) * 5
    assert {record.cpu for record in own} == {window.cpu for window in made}
    assert match(decoys, [record.time for record in own]).missing == len(decoys)


@pytest.mark.parametrize(
    "calls",
    [calls for calls in SYSTEM_CALLS.values() if calls != SYSTEM_CALLS["packet"]],
    ids="/".join,
)
def test_a_witness_counts_all_calls_of_a_kind(
    kernel: NativeKernel, calls: tuple[str, ...], tmp_path: Path
) -> None:
    own = Witness(ROOT / "bpf_templates", kernel.headers_view, calls, store=tmp_path)
    own.wait(60)
    child = Workload(calls[0])
    before, _ = own.quietly(lambda: None, 10)
    child.calls(7)
    after, _ = own.quietly(lambda: None, 10)
    child.close()
    own.close()
    assert after - before >= 7


def test_a_stored_witness_counts_without_a_compiler(
    kernel: NativeKernel, workload: Workload, tmp_path: Path
) -> None:
    """Whatever became of the stored one: what is damaged, or refused, is compiled again."""

    def counted(headers: tuple[str, ...]) -> int:
        own = Witness(ROOT / "bpf_templates", headers, store=tmp_path)
        try:
            own.wait(60)
            before, _ = own.quietly(lambda: None, 10)
            workload.mkdir(7)
            return own.quietly(lambda: None, 10)[0] - before
        finally:
            own.close()

    no_compiler = ("--tmpfs", "/usr/lib/python3/dist-packages/bcc")
    with pytest.raises(InfraError):
        counted(no_compiler)
    assert counted(kernel.headers_view) >= 7
    (stored,) = tmp_path.iterdir()
    assert counted(no_compiler) >= 7

    whole = stored.read_bytes()
    stored.write_bytes(whole.replace(b"a", b"b", 1))
    assert counted(kernel.headers_view) >= 7
    assert stored.read_bytes() == whole

    program = json.loads(whole.partition(b"\n")[2])
    program["functions"] = dict.fromkeys(program["functions"], "95" + "00" * 7)  # r0 is not set.
    refused = json.dumps(program).encode()
    stored.write_bytes(hashlib.sha256(refused).hexdigest().encode() + b"\n" + refused)
    with pytest.raises(InfraError, match="R0"):
        counted(kernel.headers_view)
    assert counted(kernel.headers_view) >= 7


@pytest.mark.parametrize(
    "hook", ["tracepoint:syscalls:sys_enter_mkdir", "raw_tracepoint:sys_enter"]
)
def test_a_plain_function_runs_at_the_hook(
    kernel: NativeKernel, workload: Workload, hook: str
) -> None:
    with kernel.loader() as loaded:
        loaded.begin("program.c", PLAIN)
        loaded.compile(60)
        loaded.load(hook, 60)
        loaded.attach(60)
        loaded.listen("events", 8, 60)
        workload.mkdir(7)
        samples = loaded.collect(60).raw
    assert len(samples) >= 7
    assert {len(sample) for sample in samples} == {8}


def test_a_counter_is_read_exactly_while_others_make_directories(
    witness: Witness, workload: Workload, program: Program
) -> None:
    table = program.tables["compteur"]
    opened = Map(Libbpf(), table.id)
    counter = Counter(opened, witness)
    workload.mkdir(1)
    noise = 'cd "$(mktemp -d)"; while :; do mkdir x; rmdir x; done'
    with subprocess.Popen(["sh", "-c", noise], start_new_session=True) as other:
        for _ in range(20):
            count = counter.during(lambda: workload.mkdir(3))
            assert count.exact
            assert count.made >= 3
        os.killpg(other.pid, 9)
    opened.close()


AT_MANY_KEYS = b"""
BPF_HASH(compteur);
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 key = bpf_get_prandom_u32() %% 4;

	compteur.atomic_increment(key);
	if (%d)
		compteur.atomic_increment(1);
	return 0;
}
"""


@pytest.mark.parametrize("twice", [False, True])
def test_a_count_at_another_key_is_not_lost(
    kernel: NativeKernel, witness: Witness, workload: Workload, twice: bool
) -> None:
    """What was never set is any key: all entries together hold each count."""
    with kernel.loader() as loaded, ExitStack() as opened:
        loaded.begin("program.c", AT_MANY_KEYS % twice)
        loaded.compile(60)
        loaded.load("tracepoint:syscalls:sys_enter_mkdir", 60)
        loaded.attach(60)
        table = Map(Libbpf(), loaded.tables["compteur"].id)
        opened.callback(table.close)
        counter = Counter(table, witness)
        seen = counter.during(lambda: workload.mkdir(40), everywhere=True)
        assert (seen.exact, seen.complete) == (False, not twice)
        alone = counter.during(lambda: workload.mkdir(40))
        assert (alone.complete, alone.elsewhere) == (False, 0)


OF_EACH_CPU = b"""
BPF_PERCPU_ARRAY(places, u32, 2);
BPF_PERCPU_HASH(calls, u32, u64);
BPF_TABLE("lru_percpu_hash", u32, u16, recent, 10240);
BPF_STACK(stack, u64, 8);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 key = 1;

	places.increment(key);
	calls.increment(key);
	recent.increment(key);
	return 0;
}
"""


def test_what_each_cpu_counted_by_itself_is_added_up(kernel: NativeKernel, tmp_path: Path) -> None:
    """The kernel writes a value for every CPU that there may be, whatever room there is."""
    cpus, made = os.sched_getaffinity(0), 500
    with kernel.loader() as loaded, ExitStack() as stack:
        loaded.begin("program.c", OF_EACH_CPU)
        loaded.compile(60)
        loaded.load("tracepoint:syscalls:sys_enter_mkdir", 60)
        tables = [
            stack.enter_context(closing(Map(Libbpf(), loaded.tables[name].id)))
            for name in ("places", "calls", "recent")
        ]
        assert [table.value_size for table in tables] == [4, 8, 2]
        for table in tables:
            table.set(1, 1 << 60 | 40_000)
            assert table.get(1) == (1 << 60 | 40_000) % (1 << 8 * table.value_size)
            table.set(1, 0)
        loaded.attach(60)
        stack.callback(os.sched_setaffinity, 0, cpus)
        for cpu in cpus:
            os.sched_setaffinity(0, {cpu})
            for number in range(made):
                (tmp_path / f"{cpu}-{number}").mkdir()
        counts = [table.items()[1] for table in tables]
        assert min(counts) >= made * len(cpus)
        stack_map = stack.enter_context(closing(Map(Libbpf(), loaded.tables["stack"].id)))
        with pytest.raises(SubmissionError, match="of this kind holds no numbers"):
            stack_map.get(0)
