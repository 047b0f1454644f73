"""What is taught: lab.toml read into Lab and Task, before any byte of a student's is seen."""

from grader.course.lab import Lab, Task, Text, find_labs, load_lab

__all__ = ["Lab", "Task", "Text", "find_labs", "load_lab"]
