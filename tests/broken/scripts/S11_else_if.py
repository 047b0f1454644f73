# shows: Writes else if.
n = 1
if n > 1:
    pass
else if n:
    pass
