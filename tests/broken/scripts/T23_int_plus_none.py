# shows: Adds to None.
n = None
n += 1
