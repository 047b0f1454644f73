# shows: Misspells a function of a module.
import time

time.slepp(1)
