"""What a lab's checks import. They are ordinary pytest tests; fixtures come from the plugin.

@task("3.1")
def test_the_verifier_accepts_it(program: Program) -> None:
    \"\"\"counter.c loads, and counts in a BPF_HASH named compteur.\"\"\"
    program.table("compteur", "hash")

Program, Script, Workload, Trace and Environment are what the fixtures of these names hand out.
"""

from __future__ import annotations

import pytest

from grader.base.errors import BehaviourError, InfraError, SubmissionError
from grader.base.layout import Fields
from grader.base.messages import Message, say
from grader.checks.counter import Count, Counted, Counter
from grader.checks.ended import Ended, json_lines
from grader.checks.environment import LabEnvironment as Environment
from grader.checks.events import events_of_calls, events_of_decoys
from grader.checks.expectation import Evidence, event_count, expect, line_count, listed
from grader.checks.histograms import Drawn, bucket_on
from grader.checks.kept import Kept
from grader.checks.pace import Change, changes
from grader.checks.program_under_test import ProgramUnderTest as Program
from grader.checks.rows import Growth, Row, Rows
from grader.checks.script_output import Relayed, ScriptOutput, numbers
from grader.checks.script_under_test import ScriptUnderTest as Script
from grader.checks.submitted import Submitted
from grader.checks.told import Told
from grader.checks.trace_output import Printed, Trace
from grader.evidence.calls import Call, Made, Window, random_id
from grader.evidence.matching import log2_bucket, match_buckets, possible_buckets
from grader.evidence.workload import Workload, random_count

task = pytest.mark.task
"""`@task("3.2")` says which task of lab.toml a check belongs to."""

__all__ = [
    "BehaviourError",
    "Call",
    "Change",
    "Count",
    "Counted",
    "Counter",
    "Drawn",
    "Ended",
    "Environment",
    "Evidence",
    "Fields",
    "Growth",
    "InfraError",
    "Kept",
    "Made",
    "Message",
    "Printed",
    "Program",
    "Relayed",
    "Row",
    "Rows",
    "Script",
    "ScriptOutput",
    "SubmissionError",
    "Submitted",
    "Told",
    "Trace",
    "Window",
    "Workload",
    "bucket_on",
    "changes",
    "event_count",
    "events_of_calls",
    "events_of_decoys",
    "expect",
    "json_lines",
    "line_count",
    "listed",
    "log2_bucket",
    "match_buckets",
    "numbers",
    "possible_buckets",
    "random_count",
    "random_id",
    "say",
    "task",
]
