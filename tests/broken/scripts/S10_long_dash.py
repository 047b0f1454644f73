# shows: Has a long dash for a minus.
n = 3 – 1
