# shows: Takes a key that its own dict has not.
counts = {}
print(counts["mkdir"])
