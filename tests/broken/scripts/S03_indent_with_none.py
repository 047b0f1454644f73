# shows: Does not indent the body of a loop.
while True:
print(1)
