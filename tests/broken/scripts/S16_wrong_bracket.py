# shows: Closes a bracket by one of another kind.
n = [1, 2)
