# shows: Declares a field with a type of Python.
import ctypes


class Event(ctypes.Structure):
    _fields_ = [("stamp", int)]
