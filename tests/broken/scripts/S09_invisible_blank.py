# shows: Has a blank that does not break.
n = 1
