"""The words of checks for scripts and for labs of several files, on the real kernel."""

from __future__ import annotations

import os

import pytest

from grader.base.errors import PhaseTimeoutError, SubmissionError
from grader.checks import Call, Script, json_lines, random_id
from grader.checks.environment import LabEnvironment
from grader.kernel.native import NativeKernel
from grader.submission.sandbox import descendants
from tests.support.lab import lab

ROUNDS = int(os.environ.get("LABEBPF_ROUNDS", "1"))

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
