# shows: Compares with one = in a condition.
n = 1
if n = 1:
    print(n)
