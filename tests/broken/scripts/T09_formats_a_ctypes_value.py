# shows: Formats a value that ctypes has made with %d.
import ctypes

value = ctypes.c_ulonglong(1)
print("%d" % value)
