# shows: Takes a message apart at a text.
message = b"n: 1"
print(message.split(": "))
