# shows: Leaves out the colon after a function's head.
def show(cpu, data, size)
    print(data)
