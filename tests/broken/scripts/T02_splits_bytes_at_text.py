# shows: Splits bytes at text.
print(b"a b".split(" "))
