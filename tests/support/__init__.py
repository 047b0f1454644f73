"""What several tests use: a checkout of their own, a grading and what it leaves, known answers."""
