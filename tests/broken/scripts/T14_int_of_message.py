# shows: Makes a number of a message that is a text.
message = b"Hello, World!"
print(int(message))
