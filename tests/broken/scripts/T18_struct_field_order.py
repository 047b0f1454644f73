# shows: Makes a structure with a value of a wrong type.
import ctypes as ct


class Data(ct.Structure):
    _fields_ = [("pid", ct.c_uint)]


print(Data(pid="1").pid)
