# shows: Uses a name that there is not, and Python guesses at another one.
print(count)
