# shows: Joins conditions as in C.
n = 1
if n && True:
    pass
