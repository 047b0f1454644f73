"""Where BPF programs run: what this machine can do, and a stage on it to judge a lab on."""
