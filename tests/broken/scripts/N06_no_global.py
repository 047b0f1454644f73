# shows: Counts up a variable of the module in a function.
count = 0


def more():
    count += 1


more()
