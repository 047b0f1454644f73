"""Run in a sandbox by the distribution's Python, beside BCC; they import nothing of the grader."""
