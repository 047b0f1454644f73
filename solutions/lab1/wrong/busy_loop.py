# wrong: Waits in a loop for a program that it never loads.
# loses: 1.4 timeout, 1.5 blocked
# says: Load the program before the loop

"""Print a line for each mkdir on this machine, until Ctrl-C."""

message = None
while not message:
    pass
print(message)
