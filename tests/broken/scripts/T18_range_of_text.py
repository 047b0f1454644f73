# shows: Counts to a text.
for i in range("3"):
    print(i)
