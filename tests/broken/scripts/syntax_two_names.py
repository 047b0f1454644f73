# shows: Writes two names side by side.
n = 1
n n
