# wrong: Waits in a loop for a count that nothing ever changes.
# loses: 3.5 timeout, 3.6 blocked
# says: Load the program before the loop

"""Show the number of directories made since the start, whenever it changes, until Ctrl-C."""

count = 0
while count == 0:
    pass
print(f"Nombre de dossier(s) : {count}")
