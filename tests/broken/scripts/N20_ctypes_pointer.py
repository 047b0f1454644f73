# shows: Makes a structure of a type that is not there.
import ctypes as ct

print(ct.c_u64(1))
