# shows: Gives a variable the name of a function, and calls that.
len = 3
print(len([1]))
