# shows: Hands bytes to a library.
import struct

print(struct.unpack("Q", "text"))
