"""What a student does: where one stands, grading on each save, a fresh stub, one's own script."""
