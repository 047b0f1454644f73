# shows: Adds a text and a number.
n = 1
print("n: " + n)
