# shows: Leaves out the % between a text and a value.
n = 1
print("n = %d" n)
