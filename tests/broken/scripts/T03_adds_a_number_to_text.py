# shows: Adds a number to text.
n = 1
print("count: " + n)
