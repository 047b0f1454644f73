# shows: Takes a member of a dict by a dot.
event = {"pid": 1}
print(event.pid)
