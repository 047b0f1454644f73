"""The student's code under test: which files, in which sandbox, loaded and run how."""
