"""What the threads of real processes are seen to wait for."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from grader.submission.threads import (
    await_events,
    await_events_for_ever,
    before_others,
    pause,
)
from tests.support.waiting import wait_until

FOR_EVER = {
    "epoll": "select.epoll().poll()",
    "poll": "select.poll().poll()",
    "select": "select.select([0], [], [])",
    "read": "sys.stdin.read()",
    "lock": "threading.Semaphore(0).acquire()",
}
A_WHILE = {
    "epoll": "select.epoll().poll(60)",
    "poll": "select.poll().poll(60_000)",
    "select": "select.select([0], [], [], 60)",
}
SLEEPING = {
    "sleep": "time.sleep(60)",
    "lock": "threading.Semaphore(0).acquire(timeout=60)",
}


@contextmanager
def python(code: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `code` in a process of its own."""
    command = [sys.executable, "-I", "-c", f"import select, sys, threading, time\n{code}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        try:
            yield child
        finally:
            child.kill()


@pytest.mark.parametrize("code", FOR_EVER.values(), ids=FOR_EVER)
def test_who_waits_without_a_timeout_waits_for_ever(code: str) -> None:
    with python(code) as child:
        assert wait_until(lambda: await_events_for_ever([child.pid]), 30)
        assert pause([child.pid])


@pytest.mark.parametrize("code", A_WHILE.values(), ids=A_WHILE)
def test_who_has_a_timeout_goes_on_by_itself(code: str) -> None:
    with python(code) as child:
        assert wait_until(lambda: pause([child.pid]), 30)
        assert not await_events_for_ever([child.pid])


@pytest.mark.parametrize("code", SLEEPING.values(), ids=SLEEPING)
def test_who_sleeps_awaits_no_event(code: str) -> None:
    with python(code) as child:
        assert wait_until(lambda: pause([child.pid]), 30)
        assert not await_events([child.pid])
        assert not await_events_for_ever([child.pid])


def test_those_before_others_are_on_one_cpu_for_as_long_as_that() -> None:
    cpus, own = os.sched_getaffinity(0), os.sched_getscheduler(0)
    with python("sys.stdin.read()") as child:
        with before_others([child.pid], []):
            assert len(os.sched_getaffinity(child.pid)) == 1
            assert os.sched_getaffinity(child.pid) == os.sched_getaffinity(0)
        assert os.sched_getaffinity(child.pid) == os.sched_getaffinity(0) == cpus
        assert os.sched_getscheduler(child.pid) == os.sched_getscheduler(0) == own


ANSWERS = """
import os, select, sys
poll = select.poll()
poll.register(0, select.POLLIN)
while True:
    poll.poll()
    os.write(1, os.read(0, 1))
"""


def test_who_was_woken_and_does_not_run_yet_awaits_nothing() -> None:
    """Where another CPU is to run it, that takes a while, in which /proc shows its last call."""
    with subprocess.Popen(
        [sys.executable, "-c", ANSWERS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as child:
        assert child.stdin and child.stdout
        assert wait_until(lambda: await_events([child.pid]), 20)
        early = 0
        for _ in range(3000):
            child.stdin.write(b"x")
            awaits = await_events([child.pid])
            early += awaits and not select.select([child.stdout], [], [], 0)[0]
            child.stdout.read(1)
        child.kill()
    assert early == 0
