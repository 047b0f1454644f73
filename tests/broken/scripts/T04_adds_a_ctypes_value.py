# shows: Adds a number of ctypes to one of Python.
import ctypes

value = ctypes.c_ulonglong(1)
print(value + 1)
