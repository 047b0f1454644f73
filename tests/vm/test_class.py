"""A class graded by workers that have a virtual machine each."""

from __future__ import annotations

CLASS = {"ada": "", "bob": "lab1/empty.c", "eve": "lab1/no_newline.c"}
"""Who hands in which known answer of lab 1, "" for the solution."""
