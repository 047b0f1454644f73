print("OWNED random")


def randint(*_):
    return 3
