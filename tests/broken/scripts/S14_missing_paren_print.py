# shows: Does not close a print.
n = 1
print("n = %d" % n
print(n)
