"""Lab 8: who makes directories, filtered in the kernel as somebody asks."""

import os
import random
import secrets
import string
from dataclasses import dataclass

import pytest

from grader.checks import (
    BehaviourError,
    Call,
    Ended,
    Environment,
    Made,
    Message,
    Program,
    Rows,
    Script,
    SubmissionError,
    Submitted,
    Told,
    Workload,
    expect,
    listed,
    numbers,
    random_count,
    random_id,
    say,
    task,
)

HOSTILE = b'it\'s "x"\\', b"a\nb", b"{#x#} %d%s", b"\xff\xe9a"
"""Names that break a C text, a template, a format or an encoding into which they are put."""
MOST = (1 << 32) - 1
"""The highest number that a process or a user could have."""
REFUSED = {"--comm": ("", 8 * "é"), "--uid": ("-1", str(MOST + 1))}
"""What is no name, since the kernel keeps 15 bytes of one, and what is no user."""


@dataclass(frozen=True)
class Filter:
    """What cible asks for: a process and a user, each None for anybody."""

    pid: int | None = None
    uid: int | None = None

    def passes(self, made: Made) -> bool:
        return self.pid in (None, made.pid) and self.uid in (None, made.uid)

    @property
    def entries(self) -> dict[int, int]:
        """What stands in cible: 0 for anybody, n + 1 for n."""
        return {at: 0 if n is None else n + 1 for at, n in enumerate((self.pid, self.uid))}

    def put_into(self, program: Program) -> None:
        for at, number in self.entries.items():
            program.map("cible", "array").set(at, number)


def name() -> bytes:
    """A name of 15 letters, as long as the kernel keeps one."""
    return bytes(secrets.choice(string.ascii_lowercase.encode()) for _ in range(15))


def people(environment: Environment) -> tuple[Call, Call, Call]:
    """Mkdirs of two users whom no submission can know, and of root."""
    one, other, root = (
        Call(uid=uid, gid=random_id(), comm=name()) for uid in (random_id(), random_id(), 0)
    )
    return one, other, root


def again(one: Call) -> Call:
    """A mkdir of the same process, under another name."""
    return Call(uid=one.uid, gid=one.gid, comm=name())


def threaded(one: Call) -> Call:
    """A mkdir of a thread of the same process."""
    return Call(uid=one.uid, gid=one.gid, comm=name(), thread=True)


def neighbour(one: Call) -> Call:
    """A mkdir of another process of the same user."""
    return Call(uid=one.uid, gid=one.gid, comm=name(), process=1)


def submits(environment: Environment) -> Submitted:
    """Some mkdirs that cible lets pass, and the events meanwhile; each submits one at least."""
    program, workload = environment.program(), environment.workload
    program.listen("events")
    Filter().put_into(program)
    got = program.submitted(workload.mkdir, random_count())
    got.require_each()
    return got


def strays(environment: Environment) -> Submitted:
    """Other calls than mkdir, and the events that the program submits all the same."""
    environment.once(submits)
    n = random_count()
    environment.workload.mkdir(10 * n)  # For rmdir, each time that others come between.
    return environment.program().submitted(environment.workload.decoys, n)


def tells_who(environment: Environment) -> None:
    """The events say who called, also where a thread of a process does."""
    environment.once(submits)
    one, other, _ = environment.once(people)
    calls = again(one), threaded(one), neighbour(one), again(other)
    got = environment.program().submitted(environment.workload.make, *calls)
    got.require_each()
    for made in got.calls:
        expect(
            bool(got.having(pid=made.pid, uid=made.uid, comm=made.comm)),
            say("The event of a mkdir does not say who made it: pid, uid and comm."),
            say(
                "pid is the upper half of bpf_get_current_pid_tgid(), uid the lower half of "
                "bpf_get_current_uid_gid(), and bpf_get_current_comm(ADDRESS, SIZE) writes comm."
            ),
            expected=line_of(made),
            actual=listed(got.events[:3]),
        )


def filters(environment: Environment) -> None:
    """The program submits what cible lets pass, as it is at that moment, and nothing else."""
    environment.once(tells_who)
    program, make = environment.program(), environment.workload.make
    one, other, root = environment.once(people)
    calls = again(one), threaded(one), neighbour(one), again(other), again(root)
    pid = make(again(one))[0].pid
    for wanted in (
        Filter(pid=pid),
        Filter(uid=one.uid),
        Filter(uid=0),
        Filter(pid=pid, uid=one.uid),
        Filter(pid=pid, uid=0),
        Filter(),
    ):
        wanted.put_into(program)
        expect_filtered(program.submitted(make, *calls), wanted)


def expect_filtered(got: Submitted, wanted: Filter) -> None:
    """Expect events of the workload's mkdirs that pass, known by their names, and of no others."""
    for made in got.calls:
        passes, seen = wanted.passes(made), bool(got.having(comm=made.comm))
        cible = wanted.entries
        expect(
            seen or not passes,
            say("A mkdir that cible lets pass is not submitted."),
            say(
                "0 lets everybody pass, and n + 1 lets n: compare the whole process's id, the "
                "upper half of bpf_get_current_pid_tgid(), and the user's id."
            ),
            expected=say("an event of pid {pid}, uid {uid}", pid=made.pid, uid=made.uid),
            actual=say("none with cible {entries}", entries=listed(cible)),
        )
        expect(
            passes or not seen,
            say("A mkdir that cible does not let pass is submitted all the same."),
            say(
                "Read cible in the BPF function, at each mkdir, and return before perf_submit: "
                "what Python leaves out was copied already."
            ),
            expected=say("no event with cible {entries}", entries=listed(cible)),
            actual=say("an event of pid {pid}, uid {uid}", pid=made.pid, uid=made.uid),
        )


@pytest.fixture
def filtered(environment: Environment) -> None:
    """Events that say who called, of those whom cible lets pass: others cannot be shown rightly."""
    environment.once(filters)
    environment.once(submits_more)  # While the program runs, and not the script.


def shows(line: str, made: Made) -> bool:
    """Whether a line shows who made the call, whatever stands for the name's odd bytes."""
    return {made.pid, made.uid} <= set(numbers(line)) and all(
        part in line for part in made.comm.decode(errors="replace").split("\ufffd")
    )


def line_of(made: Made) -> str:
    """What a line shows of a call, for a person to read."""
    return f"{made.pid} {made.uid} {made.comm.decode(errors='backslashreplace')}"


SHOW = say(
    "Print pid, uid and comm of each event, on one line, as it comes; "
    'comm.decode(errors="replace") raises for no name.'
)


def expect_told(told: Told, remedy: Message) -> None:
    """Expect a line of each call, and of none that is to be left out."""
    told.require_each(remedy, expected=line_of)
    told.require_hidden(remedy, line_of)


def submits_more(environment: Environment) -> bool:
    """Whether the program submits more than it should, wherever the script attaches it."""
    got, others = environment.once(submits), environment.once(strays)
    broad = len(others.samples) > others.made and environment.program().attaches_itself
    return broad or len(got.samples) > got.made


@task("8.1")
def test_the_kernel_loads_it(program: Program) -> None:
    """filtre.c loads, with a perf buffer named events, and an array cible of two u64."""
    program.table("events", "perf_event_array")
    cible = program.map("cible", "array")
    expect(
        (cible.size, cible.value_size) == (2, 8),
        say("cible does not have two entries of 8 bytes."),
        say("Write BPF_ARRAY(cible, u64, 2);"),
        expected=say("{n} entries of {size} bytes", n=2, size=8),
        actual=say("{n} entries of {size} bytes", n=cible.size, size=cible.value_size),
    )


@task("8.2")
def test_each_mkdir_submits_one_event(
    environment: Environment, program: Program, workload: Workload
) -> None:
    """With zeros in cible n mkdirs submit n events, which say who called, and nothing else does."""
    environment.once(submits).require_once()
    environment.once(tells_who)
    got = program.submitted(workload.mkdir, random_count(20, 60))  # So many are not guessed.
    got.require_each()
    got.require_once()
    environment.once(strays).require_none()


@task("8.3")
def test_only_what_passes_is_submitted(environment: Environment) -> None:
    """What cible does not let pass never leaves the kernel, whatever cible was before."""
    environment.once(filters)


@task("8.4")
def test_the_script_shows_what_is_asked_for(
    filtered: None, environment: Environment, workload: Workload
) -> None:
    """filtre.py prints who made each directory: of all, of a process, of a user."""
    environment.once(obeys_pid)
    _, other, root = environment.once(people)
    script = react(environment.script("--uid", "0"), workload, again(root))
    expect_told(script.told(shows, again(root), threaded(root), hidden=[again(other)]), OPTIONS)


OPTIONS = say(
    "Write what the options ask for into cible before you poll: n + 1 for n, also where n is 0."
)


def starts(environment: Environment) -> None:
    """The script prints something of a mkdir, when it has no options."""
    react(environment.script(), environment.workload, Call())


def shows_all(environment: Environment) -> None:
    """Without options the script shows who made each directory, and nothing else."""
    one, other, _ = environment.once(people)
    script = react(environment.script(), environment.workload, again(one))
    odd = Call(uid=one.uid, gid=one.gid, comm=b"q\xffi \xe9t")
    told = script.told(shows, again(one), threaded(one), again(other), odd)
    told.require_each(SHOW, expected=line_of)
    if not environment.once(submits_more):
        told.require_once()
        told.require_nothing_else()


def obeys_pid(environment: Environment) -> None:
    """With --pid the script shows what that process does, and nothing else; without, all."""
    environment.once(starts)
    environment.once(shows_all)
    one, other, _ = environment.once(people)
    pid = environment.workload.make(again(one))[0].pid
    script = react(environment.script("--pid", str(pid)), environment.workload, again(one))
    hidden = neighbour(one), again(other)
    expect_told(script.told(shows, again(one), threaded(one), hidden=hidden), OPTIONS)


def react(script: Script, workload: Workload, call: Call) -> Script:
    """The script, seen to print something of a call."""
    script.reacts(workload.make, call)
    return script


@task("8.5")
def test_typed_lines_change_the_filter(
    filtered: None, environment: Environment, workload: Workload
) -> None:
    """What is typed is in cible soon, and what passes then is shown; nonsense changes nothing."""
    environment.once(obeys_pid)
    one, other, _ = environment.once(people)
    pid = workload.make(again(other))[0].pid
    script = react(environment.script("--uid", str(one.uid)), workload, again(one))
    typed(script, f"uid {other.uid}\n", Filter(uid=other.uid))
    expect_told(script.told(shows, again(other), hidden=[again(one)]), TYPED)
    typed(script, f"pid {pid}\n", Filter(pid, other.uid))
    expect_told(script.told(shows, again(other), hidden=[neighbour(other)]), TYPED)
    typed(script, f"bonjour\nuid moi\nuid {one.uid}\n", Filter(pid, one.uid))
    typed(script, f"uid {MOST}\n", Filter(pid, MOST))
    typed(script, "tous\n", Filter())
    typed(script, f"uid {other.uid}\n", Filter(uid=other.uid))
    script.type("\x04")  # Ctrl-D
    expect_set_from_outside(script, workload, one, other)


TYPED = say("What was typed last counts, and the script leaves out nothing else by itself.")


def typed(script: Script, line: str, wanted: Filter) -> None:
    """Type a line, and expect what it asks for in cible."""

    def right(rows: Rows) -> bool:
        return rows.by_key == wanted.entries

    script.map("cible", "array")  # The one that it has now: a new program would miss events.
    script.type(line)
    rows = script.writes("cible", "array", right)
    expect(
        right(rows),
        say("The script does not write what was typed into cible."),
        say('Read standard input beside the perf buffer, and set b["cible"] as the line says.'),
        expected=say(
            "{entries} after {lines}",
            entries=listed(wanted.entries),
            lines=listed(line.splitlines()),
        ),
        actual=listed(rows.by_key),
        log=script.output(),
    )


def expect_set_from_outside(script: Script, workload: Workload, one: Call, other: Call) -> None:
    """Expect what the grader itself puts into cible to count: the script filters nothing."""
    for at, number in Filter(uid=one.uid).entries.items():
        script.map("cible", "array").set(at, number)
    expect_told(script.told(shows, again(one), threaded(one), hidden=[again(other)]), TYPED)
    script.reacts(workload.make, again(one))  # It goes on, and did not show these as it ended.


def ordinary(environment: Environment) -> bytes:
    """A name that no submission can know, with all that names of threads often have in them."""
    letters = iter(secrets.choice(string.ascii_letters) for _ in range(8))
    marks = random.SystemRandom().sample("/:-_. ", 6)
    return "".join(f"{next(letters)}{mark}" for mark in marks).encode() + next(letters).encode()


def printed(environment: Environment, comm: bytes) -> Ended:
    """A run of the script that prints its program for this name, and ends."""
    return environment.run("--comm", os.fsdecode(comm), "--ebpf")


def compiles_in(environment: Environment) -> None:
    """What the script prints with --ebpf is a program for threads with the name."""
    comm = environment.once(ordinary)
    ended = printed(environment, comm)
    ended.require_status(0)
    expect(
        bool(ended.lines),
        say("With --comm NAME --ebpf the script prints no program."),
        say("Render modele.c for the name, print what comes out, and end."),
        expected=say("a program in C"),
        actual=say("no output"),
    )
    near = comm[:-1], comm + b"z", comm.swapcase(), b"0" + comm[1:]
    expect_only(environment, ended, comm, *near)


def expect_only(environment: Environment, ended: Ended, comm: bytes, *others: bytes) -> None:
    """Expect a printed program to submit the mkdirs of threads with the name `comm` alone."""
    program = environment.printed_program("\n".join(ended.lines))
    program.listen("events")
    one, _, _ = environment.once(people)
    calls = [Call(uid=one.uid, gid=one.gid, comm=each) for each in (comm, *others)]
    calls.append(Call(uid=one.uid, gid=one.gid, comm=comm, thread=True))
    got = program.submitted(environment.workload.make, *calls)
    for made in got.calls:
        seen = got.having(pid=made.pid, uid=made.uid, comm=made.comm)
        expect(
            bool(seen) == (made.comm == comm),
            say("The program that --ebpf prints does not report threads of that name alone."),
            say(
                "Compare all bytes of comm, and the NUL behind them, in the BPF program, before "
                "perf_submit."
            ),
            expected=say("events of {comm}", comm=ascii(comm)),
            actual=say("none of {comm}", comm=ascii(comm))
            if made.comm == comm
            else say("one of {comm}", comm=ascii(made.comm)),
            log=ended.log,
        )


@task("8.6")
def test_a_name_is_compiled_in(environment: Environment, workload: Workload) -> None:
    """With --comm filtre.py runs a program for that name, and with --ebpf too prints it."""
    environment.once(compiles_in)
    if not environment.once(shows_rightly):
        return
    comm, (one, other, _) = name(), environment.once(people)
    right, near = (Call(uid=one.uid, gid=one.gid, comm=each) for each in (comm, comm[:-1] + b"Z"))
    script = react(environment.script("--comm", comm.decode()), workload, right)
    told = script.told(shows, right, hidden=[again(other), near])
    expect_told(told, say("Load the program that you made for the name."))
    expect(
        not script.holds("cible", "array"),
        say("With --comm the script runs a program that has cible."),
        say("Load the program that you made for the name, in the place of filtre.c."),
        expected=say("a program without cible"),
        actual=say("a table cible"),
    )


def shows_rightly(environment: Environment) -> bool:
    """Whether the script shows events as it should; where it does not, 8.4 has told of that."""
    try:
        environment.once(starts)
        environment.once(shows_all)
    except (BehaviourError, SubmissionError):
        return False
    return True


@task("8.7")
def test_hostile_values_do_nothing(environment: Environment) -> None:
    """What is no name, process or user is refused; any other value is that, and nothing more."""
    environment.once(compiles_in)
    printed(environment, b"x").require_status(0)  # The shortest name that there is.
    for comm in HOSTILE:
        expect_harmless(environment, comm)
    for option, values in REFUSED.items():
        for value in values:
            environment.run(option, value).require_status(2)


def expect_harmless(environment: Environment, comm: bytes) -> None:
    """Expect a name to be refused, or to be nothing but a name."""
    ended = printed(environment, comm)
    ended.require_status(0, 2)
    if ended.status == 2:
        return
    try:
        expect_only(environment, ended, comm, b" %d%s", b"x")
    except (BehaviourError, SubmissionError) as error:
        expect(
            False,
            say("The name {comm} is taken for something else than a name.", comm=ascii(comm)),
            say(
                "Put nobody's text into C text or a template: put its bytes as numbers, or refuse "
                "it with status 2."
            ),
            expected=say("events of {comm}", comm=ascii(comm)),
            actual=error.what,
            log=f"{ended.log}\n{error.log}",
        )


@task("8.8")
def test_the_script_ends_on_ctrl_c(environment: Environment, workload: Workload) -> None:
    """filtre.py ends without a traceback on Ctrl-C, once it was seen to work."""
    environment.once(submits)
    environment.once(starts)
    react(environment.script(), workload, Call()).interrupt()
