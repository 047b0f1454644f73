# shows: Misspells a field.
import ctypes


class Event(ctypes.Structure):
    """An event."""

    _fields_ = [("stamp", ctypes.c_ulonglong)]


print(Event().stmp)
