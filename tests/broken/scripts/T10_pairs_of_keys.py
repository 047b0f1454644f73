# shows: Takes pairs from what gives keys alone.
import ctypes

keys = [ctypes.c_ulonglong(1)]
for key, value in keys:
    print(value)
