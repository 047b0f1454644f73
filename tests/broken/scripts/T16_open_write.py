# shows: Writes a number into a file.
with open("/tmp/a-file", "w") as file:
    file.write(3)
