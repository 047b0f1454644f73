# shows: Formats bytes as a text.
message = b"n: 1"
print(message.split(b":")[1] + " directories")
