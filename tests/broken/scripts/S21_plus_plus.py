# shows: Counts with ++.
n = 1
n++
