# shows: Counts in a variable outside of a function.
count = 0


def show(cpu, data, size):
    count += 1


show(1, 2, 3)
