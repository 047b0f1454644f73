# shows: Uses b before it is made.
b.trace_print()
b = 1
