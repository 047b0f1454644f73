"""The grader's own instruments, on the real kernel: trace, witness, maps, introspection."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from grader.base.errors import InfraError, SubmissionError
from grader.checks.counter import Counter
from grader.evidence.attribution import Attribution
from grader.evidence.bpftool import Bpftool
from grader.evidence.maps import Libbpf, Map
from grader.evidence.matching import match
from grader.evidence.trace import PRINTK, TraceInstance
from grader.evidence.witness import CALLS, Witness
from grader.evidence.workload import Workload
from grader.kernel.native import NativeKernel
from grader.submission.program import Program
from grader.submission.sandbox import Sandbox
from tests.support.checkout import ROOT
from tests.support.grading import PLAIN

PROGRAM = b"""
BPF_HASH(compteur);
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 key = 0, one = 1, *value = compteur.lookup_or_try_init(&key, &one);

	bpf_trace_printk("a mkdir\\n  fake-1 [000] d..21 1.0: bpf_trace_printk: a mkdir");
	bpf_ktime_get_ns();
	if (value)
		__sync_fetch_and_add(value, 1);
	return 0;
}
"""


@pytest.fixture
def workload(kernel: NativeKernel) -> Iterator[Workload]:
    child = Workload()
    yield child
    child.close()


@pytest.fixture
def witness(kernel: NativeKernel, tmp_path: Path) -> Iterator[Witness]:
    own = Witness(ROOT / "bpf_templates", kernel.headers_view, store=tmp_path)
    own.wait(60)
    yield own
    own.close()


@pytest.fixture
def program(kernel: NativeKernel) -> Iterator[Program]:
    with kernel.loader() as loaded:
        loaded.begin("program.c", PROGRAM)
        loaded.compile(60)
        loaded.load("tracepoint:syscalls:sys_enter_mkdir", 60)
        loaded.attach(60)
        yield loaded


def test_each_printk_is_one_record_whatever_it_prints(
    kernel: NativeKernel, workload: Workload, program: Program
) -> None:
    trace = TraceInstance(kernel.tracefs, kernel.new_name(), [PRINTK, "syscalls/sys_enter_mkdir"])
    made = workload.mkdir(7)
    records = trace.collect()
    trace.remove()
    printed = [record for record in records if record.event == "bpf_trace_printk"]
    assert match(made, [record.time for record in printed]).counts == (1,) * 7
    assert all("fake-1" in record.text for record in printed)


SAYS = b"""
%b
{
	if (%b)
		bpf_trace_printk("%b");
	return 0;
}
"""
EACH_MKDIR = {
    "tracepoint": (b"TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)", b"1"),
    "raw_tracepoint": (b"RAW_TRACEPOINT_PROBE(sys_enter)", b"ctx->args[1] == __NR_mkdir"),
    "kprobe": (b"int syscall__mkdir(struct pt_regs *ctx)", b"1"),
    "kretprobe": (b"int kretprobe__vfs_mkdir(struct pt_regs *ctx)", b"1"),
}
"""Functions that run at each mkdir, and when, by the kind of hook."""


@contextmanager
def saying(kernel: NativeKernel, kind: str, text: bytes) -> Iterator[Program]:
    """A program of its own at a hook of that `kind`, which prints `text` at each mkdir."""
    function, when = EACH_MKDIR[kind]
    with kernel.loader() as loaded:
        source = b"#include <uapi/asm/unistd_64.h>\n" + SAYS % (function, when, text)
        loaded.begin("program.c", source)
        loaded.compile(60)
        loaded.load("tracepoint:syscalls:sys_enter_mkdir", 60)
        loaded.attach(60)
        yield loaded


def attribution(program: Program) -> Attribution:
    own = partial(Bpftool().program_ids, program.pids())
    return Attribution(Libbpf(), own, lambda others: [])


@pytest.mark.parametrize("kind", EACH_MKDIR)
def test_a_line_belongs_to_the_program_that_printed_it(
    kernel: NativeKernel, workload: Workload, kind: str
) -> None:
    """Whatever is attached before it, after it, and again while it is there."""
    if kind.startswith("k") and not kernel.offers("kprobes").ok:
        pytest.skip("NEEDS KPROBES, which this kernel does not have: tests/vm runs it in a machine")
    trace = TraceInstance(kernel.tracefs, kernel.new_name(), ["syscalls/sys_enter_mkdir"])
    (first,) = workload.mkdir(1)
    (pid,) = {record.pid for record in trace.collect() if first.holds(record.time)}
    trace.follow(pid, [PRINTK])
    with saying(kernel, kind, b"before"), saying(kernel, kind, b"own") as program:
        own = attribution(program)
        for other in EACH_MKDIR if kernel.offers("kprobes").ok else list(EACH_MKDIR)[:2]:
            with saying(kernel, other, b"own") as imitator, saying(kernel, kind, b"after"):
                made = workload.mkdir(5)
                records = trace.collect()
                assert len(records) == 20
                for one, texts in ((own, ["own"] * 5), (attribution(imitator), ["own"] * 5)):
                    lines = one.own(records)
                    assert [record.text for record in lines] == texts
                    assert match(made, [record.time for record in lines]).counts == (1,) * 5
                both = own.own(records) + attribution(imitator).own(records)
                assert len({record.stack for record in both}) >= 2
    trace.remove()


@pytest.mark.timeout(900)  # The kernel may take its time to do so.
def test_a_line_belongs_to_the_program_that_took_anothers_place(
    kernel: NativeKernel, workload: Workload
) -> None:
    """The kernel puts a program where one lay that is gone."""
    trace = TraceInstance(kernel.tracefs, kernel.new_name(), ["syscalls/sys_enter_mkdir"])
    (made,) = workload.mkdir(1)
    (pid,) = {record.pid for record in trace.collect() if made.holds(record.time)}
    trace.follow(pid, [PRINTK])
    mine: set[int] = set()
    own = Attribution(Libbpf(), lambda: mine, lambda others: [])
    for _ in range(500):
        with saying(kernel, "tracepoint", b"other"):
            workload.mkdir(1)
            records = trace.collect()
            assert own.own(records) == []
        (old,) = (record.stack for record in records if record.text == "other")
        with saying(kernel, "tracepoint", b"mine!") as program:
            mine |= set(Bpftool().program_ids(program.pids()))
            workload.mkdir(1)
            (line,) = own.own(trace.collect())
            assert line.text == "mine!"
        if line.stack == old:
            break
    else:
        pytest.fail("The kernel never used a program's place again.")
    trace.remove()


CLOCKS = rb"""
import os, threading, time

def tell():
    while True:
        os.write(1, b"%d\n" % time.monotonic_ns())

os.fork()
threading.Thread(target=tell).start()
tell()
"""
GENERATIONS = rb"""
import os, signal, time

if os.fork():
    signal.pause()
while True:
    os.write(1, b"%d\n" % time.monotonic_ns())
    try:
        if os.fork():
            os._exit(0)
    except OSError:  # As many as there may be, while nobody buries the dead.
        pass
"""


@pytest.mark.parametrize("code", [CLOCKS, GENERATIONS], ids=["threads", "generations"])
def test_a_script_that_is_held_does_nothing(kernel: NativeKernel, code: bytes) -> None:
    script = kernel.script()
    start = end = 0

    def has_gone_on() -> bool:
        return bool(script.lines) and int(script.lines[-1]) > end

    try:
        script.wait_until_ready(60)
        script.begin("clock.py", {"clock.py": code})
        assert script.wait_for(has_gone_on, 60)
        for _ in range(20):
            try:
                with script.held(2):
                    start = time.monotonic_ns()
                    while (end := time.monotonic_ns()) < start + 5_000_000:
                        pass
            except SubmissionError as error:
                assert code == GENERATIONS
                assert "never stops starting processes" in str(error.what)
            assert script.wait_for(has_gone_on, 60)
            assert not [line for line in script.lines if start <= int(line) <= end]
    finally:
        script.close()


def test_a_program_that_would_be_listed_for_ever_is_refused(kernel: NativeKernel) -> None:
    """bpftool tells each instruction with its line of the source."""
    steps = '_Pragma("unroll") for (int i = 0; i < 2000; i++) { n += 1; n ^= 5; } ' * 2
    source = (
        f"int long_line(void *ctx)\n{{ volatile u64 n = 0;\n{steps}{' ' * 60_000};\nreturn 0;}}"
    )
    with kernel.loader() as loaded:
        loaded.begin("program.c", source.encode())
        loaded.compile(60)
        loaded.load("tracepoint:syscalls:sys_enter_mkdir", 60)
        bpftool = Bpftool()
        (number,) = bpftool.program_ids(loaded.pids())
        with pytest.raises(SubmissionError, match="too long to be looked into"):
            bpftool.program(number)
        assert Bpftool().loaded_ids() >= {number}


HOLDER = """
import os
from grader.evidence.maps import Libbpf

ARRAY = 2
held = Libbpf().call("bpf_map_create", ARRAY, b"held", 4, 4, 1, None)
os.dup2(held, 200)
print("held", flush=True)
while os.getppid() != 1:
    os.closerange(3, 103)
    for _ in range(100):
        os.open("/dev/null", os.O_RDONLY)
"""


def test_a_map_is_found_in_a_process_that_opens_and_closes_files_all_the_time() -> None:
    child = subprocess.Popen([sys.executable, "-c", HOLDER], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert child.stdout
        assert child.stdout.readline() == b"held\n"
        for _ in range(50):
            assert "held" in {info.name for info in Bpftool().maps([child.pid])}
    finally:
        child.kill()
        child.wait()


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


@pytest.mark.parametrize("call", [call for call in CALLS if call != "packet"])
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
    "calls", [calls for calls in CALLS.values() if calls != CALLS["packet"]], ids="/".join
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


READS = b"""
struct task { u64 word[8]; };
struct start { u64 a, b, c, d, e, f, g, h; };
BPF_ARRAY(returned, s64, 16);
BPF_ARRAY(found, u64, 16);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct start *start = (struct start *)bpf_get_current_task();
	struct task task = {};
	char text[8] = {};
	u64 words = 0;
	s64 result;
	int key;

	if (args->mode != 01234)
		return 0;
%b
	key = 15;
	words = start->a | start->b | start->c | start->d | start->e | start->f | start->g | start->h;
	found.update(&key, &words);
	return 0;
}
"""
READ_TEXT = b"""
	__builtin_memset(text, 0, sizeof(text));
	key = %d;
	result = %b(text, sizeof(text), args->pathname);
	returned.update(&key, &result);
	words = *(u64 *)text;
	found.update(&key, &words);
"""
READ_TASK = b"""
	__builtin_memset(&task, 0, sizeof(task));
	key = %d;
	result = %b(&task, sizeof(task), (void *)bpf_get_current_task());
	returned.update(&key, &result);
	words = 0;
	for (int i = 0; i < 8; i++)
		words |= task.word[i];
	found.update(&key, &words);
"""
READERS = [
    (READ_TEXT, b"bpf_probe_read_user_str", True),
    (READ_TEXT, b"bpf_probe_read_user", True),
    (READ_TEXT, b"bpf_probe_read_str", True),
    (READ_TEXT, b"bpf_probe_read", True),
    (READ_TEXT, b"bpf_probe_read_kernel_str", False),
    (READ_TEXT, b"bpf_probe_read_kernel", False),
    (READ_TASK, b"bpf_probe_read_kernel", True),
    (READ_TASK, b"bpf_probe_read", True),
    (READ_TASK, b"bpf_probe_read_user", False),
]
"""What is read, with which helper, and whether that works on a machine where BCC runs as root."""


def test_each_helper_reads_its_own_memory_and_no_other(
    kernel: NativeKernel, tmp_path: Path
) -> None:
    parts = (part % (key, helper) for key, (part, helper, _) in enumerate(READERS))
    with kernel.loader() as loaded, ExitStack() as opened:
        loaded.begin("program.c", READS % b"".join(parts))
        loaded.compile(60)
        loaded.load("tracepoint:syscalls:sys_enter_mkdir", 60)
        loaded.attach(60)
        (tmp_path / "a").mkdir(0o1234)
        tables = [Map(Libbpf(), loaded.tables[name].id) for name in ("returned", "found")]
        returned, found = (opened.enter_context(closing(table)).items() for table in tables)
    task = found[15]  # Read without a helper: BCC puts one in.
    assert task != 0
    for key, (part, helper, works) in enumerate(READERS):
        length = 7 if helper.endswith(b"_str") else 8
        text = int.from_bytes(bytes(tmp_path / "a")[:length], "little")
        there = text if part == READ_TEXT else task
        failed = returned[key] >= 1 << 63  # Negative.
        assert (helper, failed, found[key]) == (helper, not works, there if works else 0)


def test_bpftool_tells_what_a_sandbox_has_loaded_and_attached(
    kernel: NativeKernel, program: Program
) -> None:
    bpftool = Bpftool(kernel.helper_symbols)
    (loaded,) = bpftool.programs(program.pids())
    assert loaded.type == "tracepoint"
    assert {"bpf_trace_printk", "bpf_ktime_get_ns"} <= loaded.helpers
    (attached,) = bpftool.attachments(program.pids())
    assert (attached.where, attached.program_id) == ("sys_enter_mkdir", loaded.id)
    assert "compteur" in [found.name for found in bpftool.maps(program.pids())]


def test_the_sandbox_holds_the_least_that_bpf_needs(kernel: NativeKernel, tmp_path: Path) -> None:
    sandbox = Sandbox(kernel.new_name(), {"a.c": b"x"}, kernel.view, work=kernel.work)
    script = (
        "cat /proc/self/status; echo id $(id -u) $(id -g); cksum /proc/kallsyms; ls /; "
        "ls /lab /tmp /proc | grep -vE '^[0-9]'; ls /proc | grep -cE '^[0-9]+$'; "
        "cat /proc/net/dev; ls -A /sys/fs/bpf"
    )
    log = tmp_path / "log"
    with log.open("wb") as out:
        child = sandbox.start(
            ["sh", "-c", script],
            stdin=subprocess.DEVNULL,
            stdout=out.fileno(),
            stderr=out.fileno(),
        )
        assert child.wait(30) == 0
    sandbox.close()
    text = log.read_text()
    made_up = (kernel.helper_symbols.parent / "kallsyms").read_bytes()
    assert subprocess.check_output(["cksum"], input=made_up).strip() in text.encode()
    assert "CapEff:\t000000c000000000" in text  # CAP_PERFMON (38) and CAP_BPF (39), no other.
    assert "NoNewPrivs:\t1" in text
    assert f"Uid:\t{sandbox.uid}\t" in text
    assert "id 0 0" in text  # What the handouts ask for, and BCC: see root_ids.
    assert "home" not in text.split()
    assert "root" not in text.split()
    assert "eth0" not in text
    assert not Path("/run/labebpf").joinpath(sandbox.folder).exists()
