# shows: Makes an int of a value that ctypes has made.
import ctypes

value = ctypes.c_ulonglong(1)
print(int(value))
