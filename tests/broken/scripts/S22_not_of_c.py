# shows: Negates as in C.
n = 1
if !n:
    pass
