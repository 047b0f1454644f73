# shows: Leaves out the colon of while.
while True
    pass
