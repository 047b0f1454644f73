# shows: Counts with ++.
n = 0
n++
