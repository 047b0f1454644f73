# shows: Does not close a string.
print("count)
