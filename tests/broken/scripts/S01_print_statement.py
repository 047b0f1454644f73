# shows: Prints as in Python 2.
n = 1
print "count:", n
