# shows: Reads a field of None.
found = None
print(found.value)
