# shows: Does not close a parenthesis.
print("count"
n = 1
