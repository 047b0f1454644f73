# shows: Takes three values of two.
a, b, c = (1, 2)
