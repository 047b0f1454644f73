"""What the grader sees for itself: workload, trace, witness, introspection."""
