# shows: Misspells a variable.
counter = 1
print(conter)
