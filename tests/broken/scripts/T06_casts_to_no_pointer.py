# shows: Casts to a type that is no pointer.
import ctypes

print(ctypes.cast(0, ctypes.c_ulonglong))
