"""The student's desk: where one stands, grading on each save, a fresh stub, one's own script."""
