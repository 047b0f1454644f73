# shows: Names the exception as in Python 2.
try:
    pass
except KeyError, error:
    pass
