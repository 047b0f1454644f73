# shows: Indents a line below one that opens no block.
n = 1
    print(n)
