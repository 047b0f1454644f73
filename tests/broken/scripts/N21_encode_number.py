# shows: Decodes a number.
n = 1
print(n.decode())
