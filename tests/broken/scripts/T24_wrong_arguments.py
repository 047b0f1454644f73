# shows: Calls a function of its own with too few arguments.
def show(cpu, data, size):
    print(data)


show(1, 2)
