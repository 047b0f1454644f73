# shows: Indents nothing below while.
while True:
print("waiting")
