# shows: Uses a word of Python as a name.
class = 1
