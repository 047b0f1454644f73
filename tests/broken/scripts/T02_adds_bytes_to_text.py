# shows: Adds bytes to text.
print("line: " + b"mkdir")
