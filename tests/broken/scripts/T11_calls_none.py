# shows: Calls what is None.
show = None
show()
