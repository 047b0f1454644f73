"""Lab 3: count directories in a hash table."""

import re

import pytest

from grader.checks import (
    BehaviourError,
    Count,
    Counter,
    Environment,
    Message,
    Printed,
    Program,
    Script,
    Trace,
    Window,
    Workload,
    changes,
    expect,
    listed,
    random_count,
    say,
    task,
)

SECONDS = 1.5
"""Within which a new count is to be shown: as the handout says, a second, and half of one more."""
WORDS = "Nombre de dossier(s) : "
TRIES = 5
"""For a program that others' calls may mislead, which are no fault of what is judged."""
TRIES_FOR_FIRST = 40
"""Until the first directory is no other process's: with many others it is ours every other time."""


def key_of_count(environment: Environment) -> tuple[int, bool]:
    """Where the program counts, and whether it puts the first count there itself."""
    counter = environment.program().counter("compteur")
    counter.during(environment.workload.mkdir, 1, from_empty=True)
    keys = counter.table.items()
    return 0 if 0 in keys else next(iter(keys), 0), bool(keys)


def counter_of(environment: Environment) -> Counter:
    """The program's counter, with a count in it: where the first one comes from is 3.2's."""
    key, _ = environment.once(key_of_count)
    counter = environment.program().counter("compteur", key)
    counter.seed()
    return counter


def growth(environment: Environment) -> tuple[Counter, Count]:
    """The counter, and how it grew: by one at least with each mkdir, whoever makes it."""
    counter, workload = counter_of(environment), environment.workload

    def act() -> None:
        workload.mkdir(random_count(100, 999))  # So many that a guess is hardly ever right.
        workload.elsewhere()

    for _ in range(TRIES):
        count = counter.during(act)
        if count.exact:
            break
    expect_growth(environment, counter, count, count.exact or count.counted > count.made)
    return counter, count


def exact_growth(environment: Environment) -> None:
    counter, count = environment.once(growth)
    expect_growth(environment, counter, count, count.exact)


def expect_growth(environment: Environment, counter: Counter, count: Count, right: bool) -> None:
    _, inserts = environment.once(key_of_count)
    expect(
        right,
        say("compteur[0] does not grow by one with each mkdir."),
        say(
            "When lookup() finds the counter, add one to it, and see that the table holds the sum."
        ),
        expected=say("{made} more after {made} mkdirs", made=count.made),
        actual=say("{counted} more", counted=count.counted),
        timeline=counter.steps(environment.workload, from_empty=inserts),
    )


def strays(environment: Environment) -> None:
    """Other calls than mkdir, which add nothing."""
    counter, workload = counter_of(environment), environment.workload
    n, count = decoys_counted(counter, workload)
    expect(
        count.exact,
        say("Something else than mkdir is counted: rmdir, open, rename, stat or unlink."),
        say("Attach to mkdir alone."),
        expected=say("{made} more after {n} calls of each", made=count.made, n=n),
        actual=say("{counted} more", counted=count.counted),
        timeline=counter.steps(workload),
    )


def decoys_counted(counter: Counter, workload: Workload) -> tuple[int, Count]:
    """How many of each decoy there were, and what was counted of them.

    Again where a counter that is not atomic may have lost others' mkdirs: 3.7 is about that.
    """
    for _ in range(TRIES):
        n = random_count()
        count = counter.during(workload.decoys, n)
        if count.exact:
            break
    return n, count


def spoilt(environment: Environment) -> bool:
    """Whether the program attaches itself to other calls: its script does no more."""
    try:
        environment.once(strays)
    except BehaviourError:
        return environment.program().attaches_itself
    return False


@pytest.fixture
def counts(environment: Environment) -> int:
    """The key of a counter that grows: without that there is nothing for a script to show."""
    environment.once(growth)
    return environment.once(key_of_count)[0]


@pytest.fixture
def spared(environment: Environment) -> bool:
    """Whether 3.3 has told of other calls that count already: they cost the script nothing."""
    return environment.once(spoilt)


def react(script: Script, workload: Workload, key: int) -> None:
    script.counter("compteur", key).seed()
    script.shows_a_number(workload.mkdir, 1)


@task("3.1")
def test_the_verifier_accepts_it(program: Program) -> None:
    """counter.c loads, and counts in a BPF_HASH named compteur."""
    program.table("compteur", "hash")


@task("3.2")
def test_the_first_directory_counts_as_one(builds: list[Program], workload: Workload) -> None:
    """From an empty table, the first mkdir puts 1 at key 0."""
    for build in builds:
        counter = build.counter("compteur")
        for _ in range(4):  # A count that is guessed is not right four times.
            count = first_count(counter, workload)
            keys = sorted(counter.table.items())
            nowhere_else = not keys or 0 in keys
            expect_key_0(nowhere_else, say("compteur counts, but not at key 0."), keys)
            expect(
                count.exact,
                say("After the first mkdir, compteur does not hold the right count at key 0."),
                say("When lookup() finds nothing, this directory is the first: store 1 at key 0."),
                expected=say("compteur[0] = {made}", made=count.made),
                actual=entries(counter),
                timeline=counter.steps(workload, from_empty=True),
            )


def first_count(counter: Counter, workload: Workload) -> Count:
    """Make a directory with an empty table; again where others may have made one before it."""
    for _ in range(10):
        count = counter.during(workload.mkdir, 1, from_empty=True)
        if count.exact or count.made == 1:
            break  # Else two may have been the first at the same time, which is not judged.
    return count


def entries(counter: Counter) -> str:
    """What the table holds, for a person to read."""
    found = [f"compteur[{key}] = {value}" for key, value in counter.table.items().items()]
    return listed(found[:10]) if found else say("an empty table")


def expect_key_0(right: bool, why: Message, keys: list[int]) -> None:
    expect(
        right,
        why,
        say("There is one counter; its key is 0."),
        expected=say("key 0 alone"),
        actual=say("key {key}", key=keys[0])
        if len(keys) == 1
        else say("keys {keys}", keys=listed(keys[:10])),
    )


@task("3.3")
def test_every_directory_counts(counts: int, environment: Environment) -> None:
    """n mkdirs add n, and nothing but mkdir adds anything."""
    environment.once(exact_growth)
    environment.once(strays)
    keys = sorted(counter_of(environment).table.items())
    expect_key_0(keys == [counts], say("compteur has other keys than 0."), keys)


@task("3.4")
def test_each_mkdir_prints_the_count(
    spared: bool, environment: Environment, workload: Workload, trace: Trace
) -> None:
    """Each mkdir leaves the trace line "Nombre de dossier(s) : n", n being the count after it."""
    environment.once(exact_growth)
    left, wrong = judged_lines(environment, workload, trace, spared)
    expect(
        not wrong,
        say("A mkdir did not leave the line with the count after it."),
        say("Print when the new count is known, for the first directory too, in the given words."),
        expected=say("Nombre de dossier(s) : {after}", after=wrong[0][0]) if wrong else "",
        actual=(wrong[0][1] if wrong else "") or say("no line"),
        timeline=left,
    )


def judged_lines(
    environment: Environment, workload: Workload, trace: Trace, spared: bool
) -> tuple[Printed, list[tuple[int, list[str]]]]:
    """Some mkdirs, of which the first one is the first of all, and their lines; those wrong."""
    for attempt in range(TRIES_FOR_FIRST):
        with environment.others_held_up():
            left, wrong, others = lines_with_counts(environment, workload, trace)
        # The first directory may have been another process's: then its line was not seen.
        first = attempt >= TRIES and says_count(left.texts(left.windows[0]), range(1, 2))
        if (wrong and not spared) or (not wrong and (spared or first or not others)):
            break
    return left, wrong


def lines_with_counts(
    environment: Environment, workload: Workload, trace: Trace
) -> tuple[Printed, list[tuple[int, list[str]]], int]:
    """Some mkdirs, and their lines; of those that are wrong the count, and what was printed.

    And how many mkdirs were others'.
    """
    counter = counter_of(environment)
    _, inserts = environment.once(key_of_count)
    trace.collect()
    count = counter.during(workload.mkdir, random_count(), from_empty=inserts)
    others = count.made - len(count.windows)
    left = trace.since(count.windows).numbered(count.after_each, WORDS, others)
    told = zip(left.numbers, map(left.texts, left.windows), strict=True)
    wrong = [
        (after, texts)
        for after, texts in told
        if not says_count(texts, range(after - others, after + 1))
    ]
    return left, wrong, others


def says_count(texts: list[str], right: range) -> bool:
    """Whether the lines of one mkdir have a count, and none but a right one."""
    said = re.findall(re.escape(WORDS) + r"(\d{1,20})", "\n".join(texts))
    return bool(said) and all(int(number) in right for number in said)


# Before the tasks of the script, which runs when the program does not.
@task("3.7")
def test_no_count_is_lost(environment: Environment, program: Program) -> None:
    """Directories made on all CPUs at once are all counted, at whatever key."""
    environment.once(exact_growth)
    environment.once(strays)
    count = counter_of(environment).during(environment.contend, everywhere=True)
    expect(
        count.complete,
        say("Counts were lost when several CPUs made directories at the same time."),
        say(
            "Between reading the old value and writing the new one, another CPU did the same. "
            "Add atomically."
        ),
        expected=say("{made} more after {made} mkdirs on all CPUs", made=count.made),
        actual=say("{counted} more", counted=count.counted),
    )
    if not count.elsewhere:
        program.require_atomic()


@task("3.5")
def test_the_script_shows_the_count(
    counts: int, spared: bool, script: Script, workload: Workload
) -> None:
    """Within a second counter.py shows what the table holds, even if the grader changed it.

    Where it has its program from is its own affair: what that does is judged here too.
    """
    counter = script.counter("compteur", counts)
    script.once(react, workload, counts)
    script.follows(changes(counter, many, workload), within=SECONDS)
    script.require_none_beyond(counter)
    expect_only_mkdirs(script, counter, workload, spared)


def many(workload: Workload) -> list[Window]:
    """More mkdirs than a script can count up to slowly, and be right for a while."""
    return workload.mkdir(random_count(30, 90))


def expect_only_mkdirs(script: Script, counter: Counter, workload: Workload, spared: bool) -> None:
    n, count = decoys_counted(counter, workload)
    expect(
        spared or count.exact,
        say(
            "The script's program also counts something other than mkdir: "
            "rmdir, open, rename, stat or unlink."
        ),
        say("Attach it to mkdir, and to nothing else."),
        expected=say("{made} more after {n} calls of each", made=count.made, n=n),
        actual=say("{counted} more", counted=count.counted),
        log=script.output(),
    )


@task("3.6")
def test_the_script_ends_on_ctrl_c(counts: int, script: Script, workload: Workload) -> None:
    """counter.py ends without a traceback on Ctrl-C, once it was seen to work."""
    script.once(react, workload, counts)
    script.interrupt()
