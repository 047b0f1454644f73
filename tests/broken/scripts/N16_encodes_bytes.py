# shows: Encodes bytes.
print(b"a".encode())
