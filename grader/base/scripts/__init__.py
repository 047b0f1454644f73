"""Run by the distribution's Python, as a process of its own; they import nothing of the grader."""
