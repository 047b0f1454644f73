# shows: Goes back to a column in which nothing began.
if True:
    if True:
        n = 1
      print(n)
