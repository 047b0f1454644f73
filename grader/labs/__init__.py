"""What is taught: course.toml and lab.toml, read before any byte of a student's is seen."""

from grader.labs.course import HANDOUTS, Course, Part, find_course, load_course
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
    "HANDOUTS",
    "Course",
    "Lab",
    "Labs",
    "Part",
    "Task",
    "Text",
    "add_private",
    "check_need",
    "find_course",
    "find_labs",
    "load_course",
    "load_lab",
    "not_in_order",
]
