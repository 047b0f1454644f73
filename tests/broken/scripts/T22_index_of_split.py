# shows: Takes a part of a message that is not there.
message = b"hello"
print(message.split(b":")[1])
