# shows: Formats more values than there are.
print("%d %d" % 1)
