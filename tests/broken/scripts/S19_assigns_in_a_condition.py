# shows: Compares with one =.
n = 1
if n = 1:
    print(n)
