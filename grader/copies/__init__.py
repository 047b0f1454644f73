"""Students' copies of a course: read, compared, and changed in one step."""
