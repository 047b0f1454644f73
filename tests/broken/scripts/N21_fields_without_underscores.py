# shows: Names the fields of a structure without underscores.
import ctypes


class Event(ctypes.Structure):
    fields = [("stamp", ctypes.c_uint64)]


print(Event().stamp)
