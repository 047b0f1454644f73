# shows: Looks for text in bytes.
line = b"mkdir"
if "mkdir" in line:
    print(line)
