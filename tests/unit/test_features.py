"""What a kernel offers, looked for in trees made for the purpose."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.base.messages import Message, say
from grader.kernel.features import Features, lockdown, privileges, sandbox_capabilities
from grader.kernel.mounts import mounted
from grader.kernel.probe import Probe
from grader.labs import find_labs
from grader.runner.kernel_choice import place
from grader.vm import image_store
from tests.support.checkout import AS_NOBODY, ROOT

LABS = find_labs(ROOT / "exercises").values()
NEEDS = sorted({need for lab in LABS for need in lab.needs})
NEEDS += sorted({need for lab in LABS for task in lab.tasks for need in task.kernel} - set(NEEDS))
MKDIR = "tracepoint:syscalls:sys_enter_mkdir"
UNKNOWN = "this requirement is unknown"


@pytest.fixture
def features(tmp_path: Path) -> Features:
    (tmp_path / "tracing" / "events").mkdir(parents=True)
    return Features(tracefs=tmp_path / "tracing", debugfs=tmp_path / "debug")


def event(features: Features, name: str) -> None:
    folder = features.tracefs / "events" / name
    folder.mkdir(parents=True)
    (folder / "id").write_text("888\n")


def lacks(probe: Probe) -> bool:
    """Tell whether the probe says no; assert that it then says what to do about that."""
    assert probe.ok or (probe.detail and probe.remedy), probe
    return not probe.ok


def test_without_tracefs_nothing_is_known(tmp_path: Path) -> None:
    nowhere = Features(tracefs=tmp_path / "none", debugfs=tmp_path / "none")
    for need in (MKDIR, "trace_lines", "kprobes", "available_filter_functions"):
        assert lacks(nowhere.offers(need))
        assert "unknown" in nowhere.offers(need).detail


def test_a_tracepoint_is_there_when_it_has_an_id(features: Features) -> None:
    assert lacks(features.offers(MKDIR))
    event(features, "syscalls/sys_enter_mkdir")
    assert features.offers(MKDIR) == Probe(MKDIR, True, say("present"))
    assert lacks(features.offers("tracepoint:syscalls:sys_enter_mkdirat"))


def test_trace_lines_need_an_event_and_its_stack(features: Features) -> None:
    assert lacks(features.offers("trace_lines"))
    event(features, "bpf_trace/bpf_trace_printk")
    assert lacks(features.offers("trace_lines"))
    (features.tracefs / "options").mkdir()
    (features.tracefs / "options" / "stacktrace").touch()
    assert features.offers("trace_lines").ok


def test_kprobes_are_there_when_their_list_is(features: Features) -> None:
    assert lacks(features.offers("kprobes"))
    (features.tracefs / "kprobe_events").touch()
    assert features.offers("kprobes").ok


def test_the_list_of_functions_must_be_readable_and_not_empty(features: Features) -> None:
    functions = features.tracefs / "available_filter_functions"
    assert lacks(features.offers(functions.name))
    functions.write_text("vfs_mkdir\n")
    assert features.offers(functions.name).ok
    functions.write_text("")
    assert lacks(features.offers(functions.name))


def test_what_cannot_be_told_is_neither_there_nor_absent(tmp_path: Path) -> None:
    nowhere = Features(tracefs=tmp_path / "none", debugfs=tmp_path / "none")
    assert nowhere.offers(MKDIR).ok is None
    if not Path("/sys/kernel/security/lockdown").exists():
        assert lockdown().ok is None


def test_too_few_open_files_are_seen_and_a_low_limit_is_raised() -> None:
    code = (
        "import resource; from grader.kernel.features import open_files; "
        "probe = open_files(); print(probe.ok, resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    for limit, told in (("64:64", "False 64"), ("64:4096", "True 512"), ("600:600", "True 600")):
        command = ["prlimit", f"--nofile={limit}"]
        command += [*(AS_NOBODY if os.geteuid() == 0 else ()), sys.executable, "-c", code]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.stdout.strip() == told, done.stderr


NATIVE = [Probe("privileges", True, say("root")), Probe("bcc", True, Message("0.26"))]
MACHINES = [
    Probe("qemu", True, Message("7.2")),
    Probe("image tools", True, say("there")),
    Probe(f"image {image_store.versions()[0]}", True, say("built")),
]


def without(probes: list[Probe], name: str, ok: bool | None = False) -> list[Probe]:
    return [
        Probe(name, ok, Message(f"no {name}"), Message(f"get {name}"))
        if probe.name == name
        else probe
        for probe in probes
    ]


@pytest.mark.parametrize(
    "native, lacks, machines, ok, words",
    [
        (NATIVE, [], MACHINES, True, "on this machine's own kernel"),
        (NATIVE, [], [], True, "on this machine's own kernel"),
        (NATIVE, ["kprobes"], MACHINES, True, "in a virtual machine"),
        (without(NATIVE, "privileges"), [], MACHINES, True, "in a virtual machine"),
        (without(NATIVE, "bcc"), [], MACHINES, False, "while bcc is missing"),
        (without(NATIVE, "privileges"), [], without(MACHINES, "qemu"), False, "no privileges"),
        (NATIVE, ["kprobes"], without(MACHINES, "qemu"), False, "lacks kprobes"),
        (NATIVE, ["kprobes"], without(MACHINES, MACHINES[2].name), False, "lacks kprobes"),
    ],
)
def test_where_a_lab_can_be_graded(
    native: list[Probe], lacks: list[str], machines: list[Probe], ok: bool, words: str
) -> None:
    needs = [
        Probe("smp", True, Message("2")),
        *(Probe(name, None, say("unknown")) for name in lacks),
    ]
    complete = machines or without(without(MACHINES, "qemu"), "image tools")
    probe = place("lab3", native, needs, complete)
    assert (probe.name, probe.ok) == ("lab3", ok)
    assert words in probe.detail
    assert ok or probe.remedy.startswith("get ")


def test_an_lsm_hook_that_is_none_is_not_offered(features: Features) -> None:
    assert lacks(features.offers("lsm:no_such_hook"))


def test_two_cpus_are_needed_for_smp(features: Features) -> None:
    probe = features.offers("smp")
    assert probe.detail.startswith("CPUs: ")
    assert probe.ok is (int(probe.detail.split()[1]) > 1)
    assert probe.ok or probe.remedy


@pytest.mark.parametrize(
    "need", ["", "nonsense", "tracepoint", "tracepoint:", "tracepoint:a", "tracepoint:a:b:c", "SMP"]
)
def test_a_need_that_is_not_known_is_not_offered(features: Features, need: str) -> None:
    probe = features.offers(need)
    assert lacks(probe)
    assert probe.name == need


@pytest.mark.parametrize("need", NEEDS)
def test_every_need_of_the_labs_is_known(features: Features, need: str) -> None:
    assert features.offers(need).detail != UNKNOWN


def test_the_labs_need_something() -> None:
    assert {MKDIR, "trace_lines", "smp"} <= set(NEEDS)


def test_a_file_system_that_is_not_mounted_comes_with_the_command(features: Features) -> None:
    probe = features.tracing()
    assert lacks(probe)
    assert probe.remedy == f"mount -t tracefs tracefs {features.tracefs}"


def test_a_kernel_without_a_place_for_it_cannot_mount_it(features: Features) -> None:
    probe = features.debugging()
    assert lacks(probe)
    assert "mount" not in probe.remedy


def test_a_mount_is_known_by_its_place_and_its_type(tmp_path: Path) -> None:
    assert mounted("proc", Path("/proc"))
    assert not mounted("tracefs", Path("/proc"))
    assert not mounted("proc", tmp_path)


def test_privileges_are_told_whatever_they_are() -> None:
    probe = privileges()
    assert probe.name == "privileges"
    assert lacks(probe) is not probe.ok
    assert len(sandbox_capabilities()) == 2
