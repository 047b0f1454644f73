"""JUnit XML, for GitLab, Jenkins and most other CI."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable

from grader.report.lines import explanation, name, one_line, safe
from grader.verdict.record import LabResult, Result, Status, TaskResult

_TAGS = {
    Status.FAIL: "failure",
    Status.ERROR: "error",
    Status.TIMEOUT: "error",
    Status.BLOCKED: "skipped",
    Status.INFRA: "skipped",
    Status.UNSELECTED: "skipped",
}


def junit(result: Result) -> str:
    """Render a suite for each lab, in the shape of Jenkins' junit-10.xsd.

    `infra`, `blocked` and `unselected` are skipped, not failed. That is for display: a
    report never changes whether a job passes, so let the job end with `grade`'s exit status.

    The text is in the elements' bodies: GitLab shows no more than these. There are no `file`
    attributes, which the schema forbids, nor `type`, which GitLab takes for a type to convert to.
    """
    result = safe(result)
    root = ET.Element("testsuites", name="labebpf", time=f"{result.seconds:.3f}")
    for key, value in _counts(task for lab in result.labs for task in lab.tasks).items():
        if key != "skipped":
            root.set(key, value)
    for lab in result.labs:
        root.append(_suite(lab, result))
    ET.indent(root)
    # The declaration of ElementTree names the locale's encoding.
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _counts(tasks: Iterable[TaskResult]) -> dict[str, str]:
    tags = [_TAGS.get(task.status, "") for task in tasks]
    return {
        "tests": str(len(tags)),
        "failures": str(tags.count("failure")),
        "errors": str(tags.count("error")),
        "skipped": str(tags.count("skipped")),
    }


def _suite(lab: LabResult, result: Result) -> ET.Element:
    seconds = sum(task.seconds for task in lab.tasks)
    more = {"timestamp": result.started, "time": f"{seconds:.3f}"}
    suite = ET.Element("testsuite", name=lab.lab, attrib=_counts(lab.tasks) | more)
    properties = ET.SubElement(suite, "properties")
    points = {"title": lab.title, "score": str(lab.score), "max_score": str(lab.max_score)}
    for key, value in points.items():
        ET.SubElement(properties, "property", name=key, value=value)
    for task in lab.tasks:
        time = f"{task.seconds:.3f}"
        case = ET.SubElement(suite, "testcase", classname=lab.lab, name=name(task), time=time)
        tag = _TAGS.get(task.status)
        if tag:
            message = f"{task.status}: {one_line(task.why)}"
            ET.SubElement(case, tag, message=message).text = explanation(task, result.lang)
    return suite
