# shows: Uses a name that nothing like it has.
print(zyxwv)
