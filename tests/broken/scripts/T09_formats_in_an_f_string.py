# shows: Formats a value that ctypes has made in an f-string.
import ctypes

value = ctypes.c_ulonglong(1)
print(f"{value:d}")
