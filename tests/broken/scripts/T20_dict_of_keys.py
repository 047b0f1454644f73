# shows: Reads a dict by a wrong key.
event = {"pid": 1}
print(event["comm"])
