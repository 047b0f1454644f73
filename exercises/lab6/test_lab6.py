"""Lab 6: how long each mkdir took, as a histogram."""

import os
import random
from collections.abc import Callable
from functools import partial
from operator import attrgetter

import pytest

from grader.checks import (
    BehaviourError,
    Call,
    Drawn,
    Environment,
    Growth,
    Kept,
    Made,
    Message,
    Program,
    Script,
    Workload,
    expect,
    listed,
    match_buckets,
    possible_buckets,
    random_count,
    say,
    task,
)

TRIES = 5
"""For what others' calls may spoil, which are no fault of what is judged."""
BUCKETS = range(14, 19)
"""Those of calls that last from 8 to 260 ms."""
MOST = 64
"""The last bucket that bpf_log2l() gives, and print_log2_hist() can show."""
SLOW = 19
"""262 ms and more: hardly any call of another process takes so long."""
ROUNDS = 3
"""So many histograms in a row are right: one may be by chance."""
LABEL = "usecs"
MISTAKEN = {1: say("nanoseconds"), 1_000_000: say("milliseconds")}
"""Units that durations may be in by mistake, by their ns."""


def lasting(bucket: int) -> Call:
    """A call whose duration in µs is in this bucket, or in a later one on a busy machine.

    Well above its first value: a µs of 1024 ns, which a shift by 10 bits gives, is as good.
    """
    return Call(lasts=random.uniform(1.2, 1.3) * 2 ** (bucket - 1) / 1e6)


def grown(environment: Environment, act: Callable[..., object], *arguments: object) -> Growth:
    """By how much dist grew as the workload acted.

    Again where others' calls confused it: then the time counts that had fewest of those.
    """
    program = environment.program()
    key = program.table("dist", "histogram").key
    expect(
        not (key and key.fields),
        say("The keys of dist are structures."),
        say("A key is the number of a bucket: BPF_HISTOGRAM(dist);"),
        expected=say("keys that are numbers"),
        actual=say("structures"),
    )
    tries = []
    for _ in range(TRIES):
        growth = program.growth("dist", "histogram", act, *arguments)
        if growth.total == growth.made:
            return growth
        tries.append(growth)
    return min(tries, key=attrgetter("others"))


def counts(environment: Environment) -> Growth:
    """How dist grew by some calls, slow and fast: by one at least for each.

    By others' calls too, of which a count that is not atomic may lose some. What it has counted
    at no bucket's number is not lost so.
    """
    calls = [*map(lasting, random.sample(BUCKETS, 3)), *[Call()] * random_count()]
    random.shuffle(calls)
    growth = grown(environment, environment.workload.make, *calls)
    inside = sum(n for bucket, n in growth.by_key.items() if bucket <= MOST)
    lost = growth.made - growth.total
    expect_growth(growth, inside, inside == growth.total and lost <= growth.others // 10)
    return growth


def exactly(environment: Environment) -> None:
    growth = environment.once(counts)
    expect_growth(growth, growth.total, growth.total <= growth.made)


def expect_growth(growth: Growth, total: int, right: bool) -> None:
    n = len(growth.windows)
    expect(
        right,
        say("Each mkdir must be counted once in dist."),
        say(
            "When the call returns, add one: dist.increment(bucket). A histogram has 64 buckets: "
            "what is no bucket's number is not counted."
        ),
        expected=say("{made} more after {made} mkdirs", made=n),
        actual=say("{counted} more", counted=total),
    )


def failing(environment: Environment) -> None:
    """Calls that fail, which take their time too."""
    calls = [Call(fails=error) for error in ("EEXIST", "ENOENT")] * random_count(10, 25)
    growth = grown(environment, environment.workload.make, *calls)
    expect(
        growth.made - growth.total <= min(growth.others // 10, len(calls) // 2),
        say("A mkdir that fails is not counted."),
        say("It takes its time too: count it whatever it returns."),
        expected=say("{made} more after {made} mkdirs", made=growth.made),
        actual=say("{counted} more", counted=growth.total),
    )


def strays(environment: Environment) -> None:
    """Other calls than mkdir, which add nothing."""
    counted = environment.once(counts)
    each = max(1, round(counted.total / counted.made))  # More is 6.2's matter, once.
    growth = grown(environment, decoys, environment.workload, n := random_count())
    expect(
        growth.total <= each * growth.made,
        say("Something else than mkdir is counted: rmdir, open, rename, stat or unlink."),
        say("Attach to mkdir alone."),
        expected=say("{made} more after {n} calls of each", made=growth.made, n=n),
        actual=say("{counted} more", counted=growth.total),
    )


def decoys(workload: Workload, n: int) -> None:
    """Some mkdirs, so that there are directories to remove, and n of each of the other calls."""
    workload.calls(n)
    workload.decoys(n)


def spoilt(environment: Environment) -> bool:
    """Whether the program attaches itself to other calls: its script does no more."""
    try:
        environment.once(strays)
    except BehaviourError:
        return environment.program().attaches_itself
    return False


def durations(environment: Environment) -> None:
    """The buckets of such calls, which are those of their durations in µs.

    Again where others' calls came between: that those are mixed up with them is 6.4's matter. And
    where a call took so long, beside busy CPUs, that the bucket below its own would do.
    """
    growth = environment.once(counts)
    for _ in range(TRIES):
        slow = [made for made in growth.calls if made.asked.lasts]
        certain = all(len(possible_buckets(made)) == 1 for made in slow)
        if certain and (in_buckets(growth) or not growth.others):
            break
        growth = counts(environment)
    wrong = [unit for ns, unit in MISTAKEN.items() if in_buckets(growth, ns)]
    expect_buckets(
        growth,
        say("dist has the mkdirs in the buckets of their durations in {unit}.", unit=wrong[0])
        if wrong
        else say("dist does not have the mkdirs in the buckets of their durations."),
        say("Divide the nanoseconds by 1000, and count at bpf_log2l() of that, as it is."),
    )


def in_buckets(growth: Growth, unit: int = 1_000) -> bool:
    """Whether each of the calls is in a bucket of its duration in units of so many ns.

    In buckets that are none of theirs there are others' calls, or what 6.2 tells of: one more of
    each call. More are guesses.
    """
    ranges = [possible_buckets(made, unit) for made in growth.calls]
    elsewhere = {
        bucket: n for bucket, n in growth.by_key.items() if not any(bucket in r for r in ranges)
    }
    missing, _ = match_buckets(ranges, growth.by_key)
    return missing == 0 and sum(elsewhere.values()) <= growth.made + growth.others


def expect_buckets(growth: Growth, what: Message, remedy: Message) -> None:
    slow = [made for made in growth.calls if made.asked.lasts]
    right = [f"dist[{possible_buckets(made)[0]}]" for made in slow]
    took = [f"{made.lasted / 1e6:.1f}" for made in slow]
    expect(
        in_buckets(growth),
        what,
        remedy,
        expected=say("{right} for {took} ms", right=listed(right), took=listed(took)),
        actual=listed(f"dist{row}" for row in growth.rows[:10]),
    )


def overlapping(environment: Environment) -> None:
    """A slow call, within which as many others begin and end as there are CPUs, and one more."""
    together = partial(environment.workload.make, together=True)
    fast = [Call(after=0.1)] * (1 + (os.cpu_count() or 1))
    for _ in range(TRIES):
        growth = grown(environment, together, lasting(18), *fast)
        slow, *others = growth.calls
        if all(slow.start < made.start and made.end < slow.end for made in others):
            break
    expect_buckets(
        growth,
        say("Calls that are under way at the same time are mixed up."),
        say("Keep each entry's time at a key of its own: bpf_get_current_pid_tgid(), all of it."),
    )


@pytest.fixture
def counted(environment: Environment) -> Growth:
    """What dist counts: without that there is nothing for a script to show."""
    return environment.once(counts)


@pytest.fixture
def right(environment: Environment) -> None:
    """Each call once, in its bucket, whatever others do: else a script cannot show it so."""
    environment.once(exactly)
    environment.once(durations)
    environment.once(overlapping)


@pytest.fixture
def spared(environment: Environment) -> bool:
    """Whether 6.2 has told of other calls that count already: they cost the script nothing."""
    return environment.once(spoilt)


def react(script: Script, workload: Workload) -> None:
    script.reacts(workload.calls, 1)


@task("6.1")
def test_the_verifier_accepts_it(program: Program) -> None:
    """latence.c loads, with a BPF_HASH named debut and a BPF_HISTOGRAM named dist."""
    program.table("debut", "hash")
    program.table("dist", "histogram")


@task("6.2")
def test_each_mkdir_counts_once(environment: Environment) -> None:
    """n mkdirs add n, slow, fast or failing, and nothing but mkdir adds anything."""
    environment.once(exactly)
    environment.once(failing)
    environment.once(strays)


@task("6.3")
def test_it_counts_in_the_bucket_of_its_duration(environment: Environment) -> None:
    """Calls of known duration are in the buckets of bpf_log2l(µs)."""
    environment.once(durations)


@task("6.4")
def test_calls_at_the_same_time_are_not_mixed_up(environment: Environment) -> None:
    """A slow call is in its bucket, though on each CPU another thread makes one meanwhile."""
    environment.once(durations)
    environment.once(overlapping)


@task("6.5")
def test_nothing_is_left_in_debut(counted: Growth, program: Program, workload: Workload) -> None:
    """debut has an entry while a call is under way, and none of those that have returned."""
    calls = [lasting(16), Call(fails="EEXIST"), Call(thread=True), Call(thread=True)]
    for attempt in range(TRIES):
        # Of many short calls one is seen under way, of a program that begins late. They come first:
        # what one that fails has left at its thread, the next of that thread would delete.
        kept = program.kept("debut", "hash", workload.make, *[Call()] * (50 * attempt), *calls)
        if kept.during and not kept.left:
            break
    expect_kept(kept)
    expect_none_left(kept)


def expect_kept(kept: Kept) -> None:
    expect(
        kept.during > 0,
        say("debut has no entry while a mkdir is under way."),
        say("Put the time into debut when the call is entered."),
        expected=say("an entry for each mkdir that is under way"),
        actual=say("none"),
    )


def expect_none_left(kept: Kept) -> None:
    expect(
        kept.left == 0,
        say("Entries are left in debut of calls that have returned: it fills up."),
        say("Delete the entry whenever a call returns, at the key that it was put at."),
        expected=say("none left after {n} mkdirs", n=len(kept.calls)),
        actual=say("{left} left", left=kept.left),
    )


@task("6.6")
def test_the_script_shows_the_last_second(
    right: None, spared: bool, script: Script, workload: Workload
) -> None:
    """latence.py shows each mkdir in one histogram, with the label usecs.

    Where it has its program from is its own affair: what that does is judged here too.
    """
    script.once(react, workload)
    drawn = histograms(script, workload)
    expect_each_shown(script, drawn)
    expect_label(script, drawn)
    expect_only_mkdirs(script, workload, spared)
    expect_none_as_slow(script, workload, spared)


def histograms(script: Script, workload: Workload) -> Drawn:
    """What the script draws of some slow calls, again and again: right each time, or wrong.

    A call that returns between the print and the clear is lost to any script, once.
    """
    row = wrong = 0
    while row < ROUNDS:
        drawn = script.drawn(workload.make, *[lasting(SLOW)] * random_count(2, 3))
        bad = drawn.missing(SLOW) or drawn.again(SLOW)
        row, wrong = (0, wrong + 1) if bad else (row + 1, wrong)
        if wrong == ROUNDS:
            break
    return drawn


def expect_each_shown(script: Script, drawn: Drawn) -> None:
    missing, again, n = drawn.missing(SLOW), drawn.again(SLOW), len(drawn.calls)
    expect(
        not missing,
        say("The script does not show each mkdir in a histogram."),
        say('Each second: b["dist"].print_log2_hist("usecs"), and only then b["dist"].clear().'),
        expected=say("{n} mkdirs in the buckets from 262144 on, within some seconds", n=n),
        actual=say("{n} of them", n=n - missing),
        log=script.output(),
    )
    expect(
        not again,
        say("A histogram shows again what another one has shown already."),
        say('Clear the table after each print: b["dist"].clear().'),
        expected=say("{n} mkdirs in the buckets from 262144 on", n=n),
        actual=say("{n} of them", n=n + again),
        log=script.output(),
    )


def expect_label(script: Script, drawn: Drawn) -> None:
    expect(
        any(LABEL in line for line in drawn.lines),
        say("The histogram does not say that its buckets are microseconds."),
        say('Give the label: print_log2_hist("usecs").'),
        expected=LABEL,
        actual=drawn.lines[0],
        log=script.output(),
    )


def expect_only_mkdirs(script: Script, workload: Workload, spared: bool) -> None:
    got = script.counted("dist", "histogram", decoys, workload, random_count(30, 60))
    expect(
        spared or got.total <= got.made,
        say("The script's program also counts calls other than mkdir."),
        say("Attach it to mkdir, and to nothing else."),
        expected=say("{n} more", n=got.made),
        actual=say("{n} more", n=got.total),
        log=script.output(),
    )


def expect_none_as_slow(script: Script, workload: Workload, spared: bool) -> None:
    """Expect fast mkdirs to be shown as such: others' may be slow, so the fewest of them count."""
    n, tries = random_count(10, 20), []
    for _ in range(TRIES):
        drawn = script.drawn(among_fast_ones, workload, n)
        slow = sum(shown for bucket, shown in drawn.counts.items() if bucket >= SLOW)
        others = drawn.made - len(drawn.calls) - n
        tries.append((others, slow, len(drawn.calls)))
        if others < n and slow <= len(drawn.calls) + others:
            break
    others, slow, calls = min(tries)
    expect(
        spared or slow <= calls + others,
        say("The script shows mkdirs that took microseconds in the buckets of slow ones."),
        say("Print the table as it is: print_log2_hist() shows the count of each bucket."),
        expected=say("{n} mkdirs in the buckets from 262144 on", n=calls),
        actual=say("{n} of them", n=slow),
        log=script.output(),
    )


def among_fast_ones(workload: Workload, n: int) -> list[Made]:
    """Slow calls, with n fast ones between: one clear cannot lose them all."""
    made = workload.make(lasting(SLOW))
    workload.calls(n)
    return made + workload.make(lasting(SLOW))


@task("6.7")
def test_the_script_ends_on_ctrl_c(counted: Growth, script: Script, workload: Workload) -> None:
    """latence.py ends without a traceback on Ctrl-C, once it was seen to work."""
    script.once(react, workload)
    script.interrupt()
