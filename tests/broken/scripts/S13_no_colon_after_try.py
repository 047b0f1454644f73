# shows: Leaves out the colon of try.
try
    pass
except KeyError:
    pass
