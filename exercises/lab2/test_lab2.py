"""Lab 2: a kernel time stamp for each mkdir, through a perf buffer."""

from grader.checks import by_value, expect, match, numbers, random_count, say, task

UNSET = b"\xaa\xaa\xaa\xaa"


def time_of(sample):
    return int.from_bytes(sample[:8], "little")


def time_within(sample, windows):
    """Whether the time of one of the calls stands in `sample`, somewhere after its start."""
    later = [time_of(sample[at:]) for at in range(4, len(sample) - 7, 4)]
    return any(window.holds(time) for window in windows for time in later)


def reported(got, **more):
    times = [time_of(sample) for sample in got.samples]
    others = max(0, got.made - len(got.windows))
    return by_value(got.windows, [((time,), str(time)) for time in times], others=others, **more)


@task("2.1")
def test_the_kernel_loads_it(program):
    """timestamp.c loads, with a perf buffer named events."""
    program.table("events", "perf_event_array")


@task("2.2")
def test_each_mkdir_submits_one_event(program, workload):
    """n mkdirs submit n events, and nothing else submits any."""
    program.listen("events")
    for _ in range(3):  # A number that is guessed is not right three times.
        n = random_count()
        got = program.submitted(lambda n=n: workload.mkdir(n))
        expect(
            n <= len(got.samples) <= got.made,
            "Each mkdir must submit one event.",
            "Call events.perf_submit once in each call of the function.",
            expected=say("{n} events after {n} mkdirs", n=n),
            actual=say("{n} events", n=len(got.samples)),
            timeline=lambda got=got: reported(got, attached=program.attached_to()),
        )
    got = program.submitted(lambda: workload.decoys(n))
    expect(
        len(got.samples) <= got.made,
        "Something else than mkdir submits events: rmdir, open, rename, stat or unlink.",
        "Attach to mkdir alone.",
        expected=say("no event after {n} of each", n=n),
        actual=say("{n} events", n=len(got.samples)),
        timeline=lambda: reported(got),
    )


@task("2.3")
def test_the_event_carries_the_kernels_time(builds, workload):
    """The event's first 8 bytes are the CLOCK_MONOTONIC ns of its mkdir, and all bytes are set."""
    for build in builds:
        build.listen("events")
        n = random_count()
        got = build.submitted(lambda n=n: workload.mkdir(n))
        made = got.windows
        sizes = {len(sample) for sample in got.samples}
        expect(
            min(sizes, default=0) >= 8,
            "The event is too short to hold a u64.",
            "Submit the whole structure: sizeof of the structure, not of a part or a pointer.",
            expected=say("8 bytes or more"),
            actual=say("{n} bytes", n=min(sizes, default=0)),
        )
        expect(
            not any(UNSET in sample for sample in got.samples),
            "A part of the event is never set: it shows what was on the kernel's stack.",
            "Initialise the whole structure, its padding too: = {}",
            expected=say("every byte set"),
            actual=got.samples[0].hex(" "),
        )
        times = [time_of(sample) for sample in got.samples]
        matching = match(made, times)
        others = got.made - n
        expect(
            matching.missing == 0 or not any(time_within(sample, made) for sample in got.samples),
            "The event has the kernel's time in it, but not at its start.",
            "Declare timestamp_mkdir first in the structure.",
            expected=say("a time from {start} to {end}", start=made[0].start, end=made[-1].end),
            actual=f"{times[:3]}",
        )
        expect(
            matching.missing == 0 and len(matching.stray) <= others,
            "timestamp_mkdir is not the kernel's time of that mkdir, in nanoseconds.",
            "bpf_ktime_get_ns() gives it. Its clock is CLOCK_MONOTONIC.",
            expected=say("a time from {start} to {end}", start=made[0].start, end=made[-1].end),
            actual=f"{times[:3]}",
            timeline=lambda got=got: reported(got),
        )


@task("2.4")
def test_the_script_prints_each_time_stamp(script, workload):
    """timestamp.py prints each event's time stamp, in decimal, on a line of its own."""
    script.map("events", "perf_event_array")
    script.reacts(lambda: workload.mkdir(1))
    n = random_count()
    shown = script.shown(lambda: workload.mkdir(n), numbers)
    expect(
        shown.events == n,
        "The script did not print the time stamp of every event.",
        "Print timestamp_mkdir in decimal, all of its digits, as each event comes.",
        expected=say("{n} time stamps after {n} mkdirs", n=n),
        actual=say(
            "{events} of them; lines: {count}",
            events=shown.events,
            count=len(shown.lines),
        ),
        log=script.output(),
        timeline=shown.timeline,
    )
    expect(
        shown.once,
        "The script must print one line for each event.",
        "Print once in the callback.",
        expected=say("{n} lines after {n} mkdirs", n=n),
        actual=say("lines: {n}", n=len(shown.lines)),
        log=script.output(),
        timeline=shown.timeline,
    )


@task("2.5")
def test_the_script_ends_on_ctrl_c(script):
    """timestamp.py ends without a traceback on Ctrl-C."""
    script.interrupt()
