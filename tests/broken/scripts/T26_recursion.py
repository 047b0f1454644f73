# shows: Calls itself for ever.
def f():
    return f()


f()
