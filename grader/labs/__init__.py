"""What is taught: lab.toml read into Lab and Task, before any byte of a student's is seen."""

from grader.labs.lab import (
    Lab,
    Labs,
    Task,
    add_private,
    check_need,
    find_labs,
    load_lab,
    not_in_order,
)
from grader.labs.manifest import Text

__all__ = [
    "Lab",
    "Labs",
    "Task",
    "Text",
    "add_private",
    "check_need",
    "find_labs",
    "load_lab",
    "not_in_order",
]
