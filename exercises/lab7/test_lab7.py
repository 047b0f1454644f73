"""Lab 7: count directories by key in a hash table, and for each CPU in an array."""

import random
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from operator import itemgetter

import pytest

from grader.checks import (
    BehaviourError,
    Call,
    Change,
    Environment,
    Growth,
    Program,
    Row,
    Rows,
    Script,
    Workload,
    changes,
    expect,
    listed,
    random_count,
    random_id,
    say,
    task,
)

SECONDS = 1.5
"""Within which a new count is to be shown: as the handout says, a second, and half of one more."""
ROOM = 64
"""So many rows dossiers has room for."""
ONE_OF = {"dossiers": "hash", "perdus": "percpu_array"}
"""In one of these each mkdir counts."""
TRIES = 5
"""For a program that others' calls may mislead, which are no fault of what is judged."""


def person() -> Call:
    """A mkdir of somebody whom no program can know."""
    comm = random.choice((b"essai", b"cp -r", b"autre essai"))
    mode = random.choice((0o700, 0o750, 0o711))
    return Call(uid=random_id(), gid=random_id(), comm=comm, mode=mode)


def some_calls() -> list[Call]:
    """Mkdirs of four keys in any order: one person's, and those of who differs in one field."""
    one = person()
    others = (
        Call(uid=one.uid, gid=one.gid, comm=one.comm, mode=0o755),
        Call(uid=one.uid, gid=one.gid, comm=b"quinze_lettres_", mode=one.mode),
        Call(uid=random_id(), gid=one.gid, comm=one.comm, mode=one.mode),
    )
    calls = [call for call in (one, *others) for _ in range(random_count())]
    return random.sample(calls, len(calls))


def many_of(one: Call) -> list[Call]:
    """More mkdirs of one person than other processes will have fail meanwhile."""
    return [one] * random_count(20, 60)


def counted(environment: Environment) -> dict[str, Growth]:
    """How the tables grew by some mkdirs: by one with each, in whatever row."""
    return expect_each(environment.program(), environment.workload)


def expect_each(program: Program, workload: Workload) -> dict[str, Growth]:
    for _ in range(TRIES):
        program.map("dossiers", "hash").clear()  # Others may have filled it.
        grown = program.growths(ONE_OF, workload.make, *some_calls())
        if has_each(grown):
            break
    rows = grown["dossiers"]
    expect(
        has_each(grown),
        say("The rows of dossiers do not grow by one with each mkdir."),
        say("Find the row of the key, with 0 in it if it is new, and add one to it."),
        expected=say("{made} more after {made} mkdirs", made=rows.made),
        actual=say("{counted} more", counted=rows.total),
    )
    return grown


def has_each(grown: dict[str, Growth]) -> bool:
    """Whether each mkdir counts once: in a row or, where others left no room for it, as lost."""
    rows = grown["dossiers"]
    return rows.has_each() or rows.has_each(grown["perdus"])


def structures(environment: Environment) -> Growth:
    """The rows that have grown, whose keys have named fields."""
    rows = environment.once(counted)["dossiers"]
    rows.having()
    return rows


def by_person(environment: Environment) -> None:
    """Rows with the fields of each key that somebody used, and their count."""
    rows = environment.once(structures)
    for made in rows.calls:
        same = [one for one in rows.calls if key_of(one.asked) == key_of(made.asked)]
        found = rows.having(uid=made.uid, comm=made.comm, mode=made.mode)
        expect(
            sum(row.count for row in found) == len(same),
            say("The mkdirs of one uid, comm and mode are not those of one key in dossiers."),
            say("Put the uid, the comm and the mode of each mkdir into the key."),
            expected=say(
                "uid {uid}, comm {comm}, mode {mode}: {n}",
                uid=made.uid,
                comm=made.comm.decode(),
                mode=made.mode,
                n=len(same),
            ),
            actual=shown(rows),
        )


def shown(rows: Iterable[Row]) -> str:
    return listed([f"{row.key}: {row.value}" for row in rows][:10])


def all_set(environment: Environment) -> None:
    """Rows whose keys have no byte that is left over, in both builds."""
    environment.once(structures)
    make = environment.workload.make
    for build in filter(None, (environment.program(), environment.pattern_program())):
        rows = build.growth("dossiers", "hash", make, *some_calls())
        unset = [row.unset for row in rows if row.unset]
        expect(
            not unset and len(rows.by_key) == len(rows),
            say(
                "Bytes of the key are what was on the kernel's stack: one key can be several rows."
            ),
            say("Clear the whole structure where it is declared: struct cle cle = {};"),
            expected=say("one row for each key, and all of its bytes set"),
            actual=unset[0] if unset else shown(rows),
        )


def finds_rows_again(environment: Environment) -> bool:
    """Whether a key is the same each time; where it is not, 7.3 has told of that."""
    try:
        environment.once(all_set)
    except BehaviourError:
        return False
    return True


def key_of(call: Call) -> tuple[int, bytes, int]:
    return call.uid, call.comm, call.mode


def strays(environment: Environment) -> None:
    """Other calls than mkdir, which add nothing."""
    program, workload = environment.program(), environment.workload
    for name, kind in {"dossiers": "hash", "total": "percpu_array"}.items():
        n = random_count()
        workload.mkdir(n)  # Directories that a decoy can remove.
        grown = program.growth(name, kind, workload.decoys, n)
        expect(
            grown.total <= grown.made,
            say("Something else than mkdir is counted: rmdir, open, rename, stat or unlink."),
            say("Attach to mkdir alone."),
            expected=say("{n} more", n=grown.made),
            actual=say("{n} more", n=grown.total),
        )


def counts_more(environment: Environment) -> bool:
    """Whether the program counts other calls, of which 7.2 tells."""
    try:
        environment.once(strays)
    except BehaviourError:
        return True
    return False


def spoilt(environment: Environment) -> bool:
    """Whether the program attaches itself to other calls: its script does no more."""
    return counts_more(environment) and environment.program().attaches_itself


def total_grows(environment: Environment) -> None:
    """By one with each mkdir on all CPUs together, then with mkdirs whose rows find no room."""
    workload = environment.workload
    expect_total(environment, workload.mkdir, random_count(30, 90))
    environment.program().map("dossiers", "hash").fill()
    expect_total(environment, workload.make, *many_of(person()))


def expect_total(environment: Environment, act: Callable[..., object], *arguments: object) -> None:
    for _ in range(TRIES):
        grown = environment.program().growth("total", "percpu_array", act, *arguments)
        if not grown.failed:  # Else others' failing calls could make up for ones not counted.
            break
    right = grown.has_each() and set(grown.by_key) == {0}
    if not right and grown.total > grown.made:
        right = counts_more(environment)  # Others' calls too.
    if not right:
        environment.once(counted)  # Attached twice, or nowhere: 7.2 has told of that.
    expect(
        right,
        say("total[0] does not grow by one with each mkdir, over all CPUs."),
        say("Add one in each call of the function, at index 0, whether there is room or not."),
        expected=say("{n} more in {table}", n=grown.made, table="total[0]"),
        actual=say("{n} more in {table}", n=grown.by_key.get(0, 0), table="total[0]"),
    )


@pytest.fixture
def spared(environment: Environment) -> bool:
    """Whether 7.2 has told of other calls that count already: they cost the script nothing."""
    return environment.once(spoilt)


@pytest.fixture
def counts(environment: Environment) -> None:
    """A program whose rows count, at keys with fields: without that there is nothing to show."""
    environment.once(structures)


@pytest.fixture
def people(environment: Environment) -> None:
    """A program whose rows say who it was: without that no row can be found again."""
    environment.once(by_person)


def react(script: Script, workload: Workload) -> None:
    script.shows_a_number(workload.mkdir, 1)


@task("7.1")
def test_the_kernel_loads_it(program: Program) -> None:
    """tally.c loads, and has the tables dossiers, total and perdus."""
    program.table("dossiers", "hash")
    program.table("total", "percpu_array")
    program.table("perdus", "percpu_array")


@task("7.2")
def test_each_key_has_its_count(
    environment: Environment, builds: list[Program], workload: Workload
) -> None:
    """The mkdirs of one uid, comm and mode are counted together, and nothing else is."""
    environment.once(by_person)
    environment.once(strays)
    for build in builds[1:]:  # Where a count that was never set does not begin with 0 by chance.
        expect_each(build, workload)


@task("7.3")
def test_no_byte_of_a_key_is_left_over(environment: Environment, builds: list[Program]) -> None:
    """Keys whose fields are the same are one row, since all of their bytes were set."""
    assert builds
    environment.once(all_set)


@task("7.4")
def test_each_mkdir_is_in_the_total(environment: Environment) -> None:
    """n mkdirs add n to total[0], all CPUs together."""
    environment.once(total_grows)


@task("7.5")
def test_what_finds_no_room_is_counted(environment: Environment, program: Program) -> None:
    """perdus grows by the mkdirs whose row found no room, and by no others."""
    environment.once(counted)
    table, make = program.map("dossiers", "hash"), environment.workload.make
    expect_size(table.size)
    known, new = person(), person()
    table.clear()
    make(known)
    expect_lost(environment, some_calls, lost=False)
    table.fill()
    expect_lost(environment, many_of, new, lost=True)
    if environment.once(finds_rows_again):
        expect_lost(environment, many_of, known, lost=False)


def expect_size(rows: int) -> None:
    expect(
        rows == ROOM,
        say("dossiers does not have room for as many rows as the handout says."),
        say("Say how many, after the types: BPF_HASH(dossiers, struct cle, u64, 64);"),
        expected=say("{n} rows", n=ROOM),
        actual=say("{n} rows", n=rows),
    )


def expect_lost(
    environment: Environment,
    calls: Callable[..., list[Call]],
    *whose: Call,
    lost: bool,
) -> None:
    """Expect the workload's mkdirs in perdus, or none of them: those of others may be there."""
    fits, grown = lost_of(environment, calls, *whose, lost=lost)
    expect(
        fits,
        say("A mkdir that found no room for its row is not counted in perdus.")
        if lost
        else say("A mkdir whose row is there, or has room, counts in perdus, or not in its row."),
        say(
            "Add one to perdus[0] where lookup_or_try_init() gives NULL, or update() a negative "
            "number, and nowhere else."
        ),
        expected=say(
            "{n} more in {table}",
            n=len(grown["dossiers"].windows),
            table="perdus" if lost else "dossiers",
        ),
        actual=listed({name: each.total for name, each in grown.items()}),
    )


def lost_of(
    environment: Environment,
    calls: Callable[..., list[Call]],
    *whose: Call,
    lost: bool,
) -> tuple[bool, dict[str, Growth]]:
    """Whether the workload's mkdirs are where they belong, and how the tables grew.

    Of a few times the one in which fewest of others' calls failed: these could make up for some.
    """
    tries = []
    for _ in range(TRIES):
        grown = environment.program().growths(ONE_OF, environment.workload.make, *calls(*whose))
        rows, without = grown["dossiers"], grown["perdus"]
        wrong = rows if lost else without
        fits = rows.has_each(without) and wrong.total <= rows.others
        tries.append((rows.failed, not fits, grown))
        if fits and not rows.failed:
            break
    _, unfit, grown = min(tries, key=itemgetter(0, 1))
    return not unfit, grown


# Before the tasks of the script, which runs when the program does not.
@task("7.6")
def test_no_count_is_lost(environment: Environment, program: Program, workload: Workload) -> None:
    """Directories made on all CPUs at once by one person are all in the row."""
    environment.once(counted)
    environment.once(strays)
    program.map("dossiers", "hash").clear()
    # Two that are first at the same time are not judged: these rows are those of the load.
    workload.make(Call(), Call(mode=0o777))
    grown = program.growths(ONE_OF, environment.contend)
    expect_none_lost(grown)
    most = max((row.count for row in grown["dossiers"]), default=0)
    if 2 * most > grown["dossiers"].made:  # A row for each CPU needs no atomic instruction.
        program.require_atomic()


def expect_none_lost(grown: dict[str, Growth]) -> None:
    expect(
        has_each(grown),
        say("Counts were lost when several CPUs made directories at the same time."),
        say(
            "Between reading the old value and writing the new one, another CPU did the same. "
            "Add atomically."
        ),
        expected=say("{made} more after {made} mkdirs on all CPUs", made=grown["dossiers"].made),
        actual=say("{counted} more", counted=grown["dossiers"].total),
    )


@task("7.7")
def test_the_script_shows_the_tables(
    people: None, spared: bool, script: Script, workload: Workload
) -> None:
    """Within a second tally.py shows what the tables hold, even if the grader changed it."""
    script.once(react, workload)
    script.follows(all_changes(script, workload), within=SECONDS)
    script.require_none_beyond(script.counter("total", kind="percpu_array"))
    expect_only_mkdirs(script, workload, spared)


def all_changes(script: Script, workload: Workload) -> Iterator[Change]:
    """Of a row, of the total and of those lost, one after the other."""
    one = person()
    row = script.counter("dossiers", row_of(script, workload, one))
    total, lost = (script.counter(name, kind="percpu_array") for name in ("total", "perdus"))
    several = (
        changes(row, workload.make, one, adds=False, beside=one.uid, text=one.comm.decode()),
        changes(total, workload.mkdir, random_count(30, 90), adds=False),
        changes(lost, workload.mkdir, 1, adds=False),
    )
    for _ in range(TRIES):
        for each in several:
            yield next(each)


def row_of(script: Script, workload: Workload, one: Call) -> int:
    """Where the script's own table counts somebody's mkdirs."""
    workload.make(one)
    having = partial(Rows.having, uid=one.uid, comm=one.comm)
    rows = script.writes("dossiers", "hash", having, seconds=1)
    found = having(rows)
    expect(
        bool(found),
        say("The table dossiers of the script has no row of who has just made a directory."),
        say(
            "Load tally.c, and let the script read its tables only: it must neither clear them "
            "nor write to them."
        ),
        expected=say("uid {uid}, comm {comm}", uid=one.uid, comm=one.comm.decode()),
        actual=shown(rows),
    )
    return found[0].at


def expect_only_mkdirs(script: Script, workload: Workload, spared: bool) -> None:
    n = random_count(30, 60)
    got = script.counted("total", "percpu_array", workload.decoys, n)
    expect(
        spared or got.total <= got.made,
        say(
            "The script's program also counts something other than mkdir: "
            "rmdir, open, rename, stat or unlink."
        ),
        say("Attach it to mkdir, and to nothing else."),
        expected=say("{n} more", n=got.made),
        actual=say("{n} more", n=got.total),
        log=script.output(),
    )


@task("7.8")
def test_the_script_ends_on_ctrl_c(counts: None, script: Script, workload: Workload) -> None:
    """tally.py ends without a traceback on Ctrl-C, once it was seen to work."""
    script.once(react, workload)
    script.interrupt()
