"""Where BPF programs run: what this machine can do, and taking it for a grading."""
