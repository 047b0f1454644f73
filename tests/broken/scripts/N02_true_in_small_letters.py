# shows: Writes true.
while true:
    pass
