"""What a script shows of described calls, and how soon, on a quiet machine and a busy one."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from grader.authoring.background import beside
from grader.base.errors import BehaviourError
from grader.base.messages import say
from grader.checks import Call, Made, Told, random_id
from grader.checks.environment import LabEnvironment
from grader.kernel.native import NativeKernel
from tests.support.grading import MKDIRS
from tests.support.lab import lab

ROUNDS = int(os.environ.get("LABEBPF_ROUNDS", "1"))
PROGRAM = """
struct event {
	u32 pid;
	char path[256];
};

BPF_PERF_OUTPUT(events);

static void submit(void *ctx, const char *pathname)
{
	struct event e = {.pid = bpf_get_current_pid_tgid() >> 32};

	bpf_probe_read_user_str(&e.path, sizeof(e.path), pathname);
	events.perf_submit(ctx, &e, sizeof(e));
}

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	submit(args, args->pathname);
	return 0;
}
"""
WIDER = """
TRACEPOINT_PROBE(syscalls, sys_enter_rmdir)
{
	submit(args, args->pathname);
	return 0;
}
"""
SCRIPT = """
from bcc import BPF

b = BPF(src_file="words.c")
kept = []

def show(cpu, data, size):
    event = b["events"].event(data)
    line = f"{event.pid} {event.path.decode(errors='replace')}"
    %s

b["events"].open_perf_buffer(show)
try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass
"""
PLAIN = "print(line, flush=True)"
LATE = """kept.append(line)
    if len(kept) > 1:
        print(kept.pop(0), flush=True)"""
TWICE = "print(line + chr(10) + line, flush=True)"
MORE = "print(line + chr(10) + 'seen', flush=True)"


@pytest.fixture
def storm(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let as many processes as the parameter says make directories without a pause."""
    with beside(MKDIRS, request.param):
        yield


def shows(line: str, made: Made) -> bool:
    return line.split() == [str(made.pid), made.name]


def told(environment: LabEnvironment) -> Told:
    script = environment.script()
    script.reacts(environment.workload.mkdir, 1)
    return script.told(shows, Call(), Call(uid=random_id()), Call(thread=True), Call(process=1))


@pytest.mark.parametrize("storm", [0, 2], indirect=True, ids=["quiet", "mkdirs"])
@pytest.mark.parametrize(
    ("way", "program", "fault"),
    [
        (PLAIN, PROGRAM, ""),
        (LATE, PROGRAM, "prints an event only when the next one comes"),
        (TWICE, PROGRAM, "must print one line for each event"),
        (MORE, PROGRAM, "must print one line for each event"),
        (PLAIN, PROGRAM + WIDER, "also shows calls other than mkdir"),
    ],
    ids=["right", "late", "twice", "more", "wider"],
)
def test_what_a_script_shows_is_told_for_what_it_is(
    kernel: NativeKernel, storm: None, way: str, program: str, fault: str
) -> None:
    for _ in range(ROUNDS):
        with lab(kernel, {"words.c": program, "words.py": SCRIPT % way}) as environment:
            try:
                got = told(environment)
                got.require_each(say("Print pid and path."))
                got.require_once()
                got.require_nothing_else()
            except BehaviourError as error:
                assert fault and fault in error.what
            else:
                assert not fault
