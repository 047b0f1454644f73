# shows: Asks as in Python 2.
name = raw_input("name: ")
