"""Hand-ins that are alike: copies are found in whatever disguise, and the same solution is none."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grader.authoring.answers import answers
from grader.classroom.alike import Pair, pairs
from grader.labs import find_labs
from tests.support.checkout import ROOT

LAB = find_labs(ROOT / "exercises")["lab3"]
Files = Mapping[str, bytes]
ODD = b"""
BPF_HASH(compteur);

/* Ma grand-mere compte mieux que ce tracepoint. */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 position_du_chat = 0, *valeur_du_chat, premiere_souris = 1;

	valeur_du_chat = compteur.lookup(&position_du_chat);
	if (valeur_du_chat)
		__sync_fetch_and_add(valeur_du_chat, premiere_souris + 0);
	else
		compteur.update(&position_du_chat, &premiere_souris);
	bpf_trace_printk("Nombre de dossier(s) : %d", valeur_du_chat ? *valeur_du_chat : 1);
	return 0;
}
"""


def solution() -> dict[str, bytes]:
    return {name: (LAB.solutions / LAB.name / name).read_bytes() for name in LAB.edits}


def known() -> list[Files]:
    stub = {name: (LAB.folder / name).read_bytes() for name in LAB.edits}
    return [stub, solution(), {"README.md": (LAB.folder / "README.md").read_bytes()}]


def independent() -> dict[str, Files]:
    """Return hand-ins that have nothing of each other: known answers with different changes."""
    chosen: dict[str, Files] = {}
    for answer in answers("wrong"):
        if answer.lab == LAB.name and len(chosen) < 40:
            with tempfile.TemporaryDirectory() as folder:
                answer.lay_out(LAB, Path(folder))
                files = {name: (Path(folder) / LAB.name / name).read_bytes() for name in LAB.edits}
            # What an answer says of itself is no student's comment.
            chosen[answer.id] = {
                name: re.sub(rb"\A(/\*.*?\*/|(#.*\n)+)\n*", b"", data, flags=re.DOTALL)
                for name, data in files.items()
            }
    return chosen


def found(one: bytes, other: bytes) -> Pair | None:
    """Return what is said of two hand-ins in a class of others."""
    hand_ins: dict[str, Files] = independent()
    hand_ins["one"] = {**solution(), "counter.c": one}
    hand_ins["other"] = {**solution(), "counter.c": other}
    told = [pair for pair in pairs(hand_ins, known()) if pair.students == ("one", "other")]
    return told[0] if told else None


def renamed(text: bytes) -> bytes:
    for old, new in ((b"du_chat", b"of_mine"), (b"premiere_souris", b"first"), (b"valeur", b"v")):
        text = text.replace(old, new)
    return text


def uncommented(text: bytes) -> bytes:
    return re.sub(rb"/\*.*?\*/", b"", text, flags=re.DOTALL)


def reformatted(text: bytes) -> bytes:
    return text.replace(b"\t", b"    ").replace(b"\n\n", b"\n").replace(b"{\n", b"{\n\n")


DISGUISES: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda text: text,
    "other white space": reformatted,
    "no comments": uncommented,
    "other names": renamed,
    "all of that": lambda text: renamed(uncommented(reformatted(text))),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_copy_is_found_in_its_disguise(disguise: str) -> None:
    pair = found(ODD, DISGUISES[disguise](ODD))
    assert pair and pair.share > 0.5
    if disguise in ("as it is", "other white space"):
        assert pair.share == pytest.approx(1) and pair.equal == ("counter.c",)
        assert any(overlap.kind == "comment" and overlap.students == 2 for overlap in pair.overlaps)


def test_the_solution_written_twice_is_no_pair() -> None:
    ours = solution()["counter.c"]
    assert found(ours, reformatted(ours)) is None


def test_who_hands_in_the_stub_is_in_no_pair() -> None:
    stub = (LAB.folder / "counter.c").read_bytes()
    assert found(stub, stub) is None


def test_what_the_whole_class_has_is_nobodys() -> None:
    hand_ins = {f"s{n}": {"counter.c": ODD} for n in range(20)}
    assert pairs(hand_ins, known()) == []


def test_the_same_comes_of_the_same_whatever_the_order() -> None:
    hand_ins = {**independent(), "a": {"counter.c": ODD}, "b": {"counter.c": renamed(ODD)}}
    backwards = dict(reversed(list(hand_ins.items())))
    assert pairs(hand_ins, known()) == pairs(backwards, known())


def test_what_no_parser_reads_does_no_harm() -> None:
    odd = {"x": {"counter.c": b"\xff\0{{{" * 50}, "y": {"counter.c": b"\xff\0{{{" * 50}, "z": {}}
    assert [pair.students for pair in pairs(odd)] in ([], [("x", "y")])
