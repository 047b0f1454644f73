"""Lab 4: who makes each directory, with which mode and where."""

import random
import re
import secrets

import pytest

from grader.checks import (
    Call,
    Environment,
    Made,
    Message,
    Program,
    Script,
    Submitted,
    Workload,
    events_of_calls,
    events_of_decoys,
    expect,
    random_count,
    random_id,
    say,
    task,
)

WHO = {
    "pid": say(
        "bpf_get_current_pid_tgid() has the process's id in its upper half: >> 32. "
        "The lower half is the thread's."
    ),
    "uid": say(
        "bpf_get_current_uid_gid() has the user's id in its lower half. "
        "The upper half is the group's."
    ),
    "comm": say("bpf_get_current_comm(ADDRESS, SIZE) writes the name to the address."),
}
"""The fields that say who called, and what to do about each."""
WHAT = {
    "chemin": say(
        "args->pathname is an address in the memory of the process: "
        "bpf_probe_read_user_str(ADDRESS, SIZE, args->pathname) copies the text, up to SIZE bytes."
    ),
    "mode": say("args->mode is the mode."),
}
"""The fields that say what was asked for."""
SEVERAL = 8
"""So many events of a mkdir may differ, whoever submits them; more are guesses."""
LONGEST = 255
"""Bytes of a path that char chemin[256] holds, before its end."""


def callers(environment: Environment) -> tuple[Call, Call]:
    """Two users whom no submission can know; a thread calls for the second."""
    one, other = (
        Call(uid=random_id(), gid=random_id(), comm=name(), mode=mode()) for _ in range(2)
    )
    return one, Call(uid=other.uid, gid=other.gid, comm=name(), mode=mode(), thread=True)


def name() -> bytes:
    """A name of 15 bytes, as long as the kernel keeps one."""
    return secrets.token_hex(8)[:15].encode()


def mode() -> int:
    """A mode of three digits in octal, which is another number in decimal."""
    return random.SystemRandom().randint(0o400, 0o777)


def paths() -> list[Call]:
    """Paths of several lengths: the longest name that there is, and more than chemin holds."""
    steps = random.SystemRandom().choices((b"./", b"/"), k=LONGEST)
    found = name(), name().ljust(255, b"n"), b"".join(steps) + name()
    return [Call(path=b"/tmp/" + each, mode=mode()) for each in found]


def odd_path() -> Call:
    """A path that is no UTF-8."""
    return Call(path=b"/tmp/" + name() + b"\xff\xfe \x80" + name(), mode=mode())


def names_who(environment: Environment) -> None:
    """The events have the fields that say who called."""
    got = environment.once(events_of_calls)
    for field in WHO:
        got.having(**{field: None})


def tells_who(environment: Environment) -> None:
    """The events say who called: the process, also where a thread of it calls, and the user."""
    environment.once(names_who)
    calls = environment.once(callers)
    got = environment.program().submitted(environment.workload.make, *calls)
    got.require_each()
    expect_fields(got, WHO)


def tells_what(environment: Environment) -> None:
    """The events say what was asked for."""
    environment.once(events_of_calls)
    got = environment.program().submitted(environment.workload.make, *paths(), odd_path())
    got.require_each()
    expect_fields(got, WHAT)


def expect_fields(got: Submitted, remedies: dict[str, Message]) -> None:
    """Expect an event of each call in which all these fields are right."""
    for made in got.calls:
        right: dict[str, object] = {}
        for field, remedy in remedies.items():
            near = got.having(**right)
            right[field] = value_of(made, field)
            expect(
                bool(got.having(**right)),
                say("The event of a mkdir does not have the right {field}.", field=field),
                remedy,
                expected=readable(field, right[field]),
                actual=[readable(field, getattr(event, field)) for event in near[:3]],
            )
            # Of this call's events; before the first field is known, all may be anybody's.
            told = {getattr(event, field) for event in near if len(right) > 1}
            expect(
                len(told) <= SEVERAL,
                say("The events of one mkdir say many different things of {field}.", field=field),
                remedy,
                expected=readable(field, right[field]),
                actual=[readable(field, each) for each in sorted(told)[:3]],
            )


def value_of(made: Made, field: str) -> object:
    """What stands in a field of the event of this call."""
    return made.path[:LONGEST] if field == "chemin" else getattr(made, field)


def readable(field: str, value: object) -> str:
    """A field's value for a person to read."""
    if isinstance(value, bytes):
        return value.decode(errors="backslashreplace")
    return oct(value) if field == "mode" and isinstance(value, int) else str(value)


@pytest.fixture
def submitted(environment: Environment) -> Submitted:
    """What the program submits: without that there is nothing to print."""
    return environment.once(events_of_calls)


@pytest.fixture
def right_who(environment: Environment) -> None:
    """Events that say rightly who called: others cannot be printed rightly."""
    environment.once(tells_who)


@pytest.fixture
def named_who(environment: Environment) -> None:
    """Events with the fields that say who called, whatever is in them."""
    environment.once(names_who)


@pytest.fixture
def right_what(environment: Environment) -> None:
    """The same of what was asked for."""
    environment.once(tells_what)


@pytest.fixture
def spared(submitted: Submitted, environment: Environment) -> bool:
    """Whether 4.2 has told of too many events already: they cost the script nothing."""
    others = environment.once(events_of_decoys)
    broad = len(others.samples) > others.made and environment.program().attaches_itself
    return broad or len(submitted.samples) > submitted.made


def react(script: Script, workload: Workload) -> None:
    script.reacts(workload.mkdir, 1)


@task("4.1")
def test_the_kernel_loads_it(program: Program) -> None:
    """qui.c loads, with a perf buffer named events."""
    program.table("events", "perf_event_array")


@task("4.2")
def test_each_mkdir_submits_one_event(
    submitted: Submitted, environment: Environment, program: Program, workload: Workload
) -> None:
    """n mkdirs submit n events, and nothing else submits any."""
    submitted.require_once()
    got = program.submitted(workload.mkdir, random_count(20, 60))  # So many are not guessed.
    got.require_each()
    got.require_once()
    environment.once(events_of_decoys).require_none()


@task("4.3")
def test_the_event_says_who_called(environment: Environment) -> None:
    """pid, uid and comm are those of the process that made the directory."""
    environment.once(tells_who)


@task("4.4")
def test_the_event_says_what_was_asked_for(
    environment: Environment, builds: list[Program], workload: Workload
) -> None:
    """mode and chemin are those of the call, whatever bytes are in it, and all bytes are set."""
    environment.once(tells_what)
    for build in builds:
        build.listen("events")
        got = build.submitted(workload.make, *paths(), odd_path())
        expect(
            not got.unset,
            say("A part of the event is never set: it shows what was on the kernel's stack."),
            say("Initialise the whole structure, its padding too: = {}"),
            expected=say("every byte set"),
            actual=got.unset,
        )
        expect_fields(got, WHAT)


@task("4.5")
def test_the_script_prints_each_mkdir(
    right_who: None, right_what: None, spared: bool, environment: Environment, script: Script
) -> None:
    """qui.py prints pid, uid, comm, mode and chemin of each mkdir on a line, and nothing else.

    Where it has its program from is its own affair: what that does is judged here too.
    """
    script.map("events", "perf_event_array")
    script.once(prints_paths, environment.workload)
    told = script.told(shows_all, *environment.once(callers), *paths())
    told.require_each(
        say("Print pid, uid, comm, the mode in octal, and chemin of each event, on one line."),
        expected=line_of,
    )
    if not spared:
        told.require_once()
        told.require_nothing_else()


def prints_paths(script: Script, workload: Workload) -> None:
    """The script prints the path of each mkdir, whatever else it prints of it."""
    script.once(react, workload)
    told = script.told(shows_path, Call(), Call())
    told.require_each(say("Print chemin of each event, as it comes."))


def line_of(made: Made) -> str:
    """What a line shows of a call, for a person to read."""
    comm, path = (readable("", text) for text in (made.comm, made.path[:LONGEST]))
    return f"{made.pid} {made.uid} {comm} {made.mode:o} {path}"


def shows_all(line: str, made: Made) -> bool:
    """Whether the line has all of the call's values, in any order."""

    def shown(number: str) -> bool:
        return re.search(rf"(?<!\w){number}(?!\w)", line) is not None

    # Who prints every mode there is does not say which one it was.
    guesses = [
        f"(0o?)?{other:o}" for other in (made.mode ^ 0o1, made.mode ^ 0o20, made.mode ^ 0o300)
    ]
    numbers = f"{made.pid}", f"{made.uid}", f"(0o?)?{made.mode:o}"
    told = all(map(shown, numbers)) and not all(map(shown, guesses))
    return told and has(line, made.comm) and shows_path(line, made)


def shows_path(line: str, made: Made) -> bool:
    """Whether the line has the path, as far as chemin holds it."""
    return has(line, made.path[:LONGEST])


def has(line: str, text: bytes) -> bool:
    """Whether the line has the text; in the place of bytes that are not ASCII, anything."""
    at = 0
    for part in re.findall(r"[ -~]+", text.decode(errors="replace")):
        found = line.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return True


@task("4.6")
def test_the_script_prints_what_is_no_utf8(
    named_who: None, right_what: None, script: Script, workload: Workload
) -> None:
    """Of names and paths that are no UTF-8 qui.py prints at least what is ASCII in the path."""
    script.once(prints_paths, workload)
    told = script.told(shows_path, odd_path(), odd_path(), Call(comm=b"q\xffi \xe9t"), Call())
    told.require_each(
        say('Bytes can be anything: decode(errors="replace") raises for none of them.')
    )


@task("4.7")
def test_the_script_ends_on_ctrl_c(
    submitted: Submitted, script: Script, workload: Workload
) -> None:
    """qui.py ends without a traceback on Ctrl-C, once it was seen to work."""
    script.once(react, workload)
    script.interrupt()
