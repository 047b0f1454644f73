# wrong: Waits in a loop for a program that it never loads.
# loses: 0.4 timeout, 0.5 blocked
# says: loaded no BPF program

"""Print a line for each process that is created, until Ctrl-C."""

while True:
    pass
