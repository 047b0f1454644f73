"""This machine's own kernel: what it offers, and how one grading has it for itself."""
